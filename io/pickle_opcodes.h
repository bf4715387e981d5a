// The instructions of pickles that data is written with (https://docs.python.org/3/library/pickletools.html).
#pragma once

namespace ember::io::pickle {

inline constexpr unsigned char kProtocol = 0x80, kFrame = 0x95, kStop = '.', kMark = '(', kNone = 'N', kTrue = 0x88,
                               kFalse = 0x89, kPersistentId = 'Q';
inline constexpr unsigned char kInt32 = 'J', kUInt8 = 'K', kUInt16 = 'M', kLong = 0x8a, kLong4 = 0x8b, kFloat = 'G';
inline constexpr unsigned char kString = 'T', kShortString = 'U', kUnicode = 'X', kShortUnicode = 0x8c,
                               kUnicode8 = 0x8d, kBytes = 'B', kShortBytes = 'C', kBytes8 = 0x8e, kByteArray8 = 0x96;
inline constexpr unsigned char kEmptyList = ']', kList = 'l', kAppend = 'a', kAppends = 'e', kEmptyTuple = ')',
                               kTuple = 't', kTuple1 = 0x85, kTuple2 = 0x86, kTuple3 = 0x87, kEmptyDict = '}',
                               kDict = 'd', kSetItem = 's', kSetItems = 'u', kEmptySet = 0x8f, kAddItems = 0x90,
                               kFrozenSet = 0x91;
inline constexpr unsigned char kPut = 'q', kLongPut = 'r', kMemoize = 0x94, kGet = 'h', kLongGet = 'j';
inline constexpr unsigned char kGlobal = 'c', kStackGlobal = 0x93, kReduce = 'R', kNewObject = 0x81, kBuild = 'b';

}  // namespace ember::io::pickle
