#include <algorithm>
#include <cstring>

#include "ember/io/zip_file.h"

namespace ember::io {

namespace {

constexpr size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kEntryBytes = 46, kLocalBytes = 30;
constexpr size_t kLongestComment = 65535;

/// Little-endian numbers at places that the caller has checked.
template <class T>
T number_at(std::string_view bytes, size_t at) {
  T number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// The fields of an entry, those that do not fit into 32 bits from its extra field.
struct Fields {
  uint64_t packed, bytes, local;
};

/// False when the extra field lacks one.
bool widen(Fields& fields, std::string_view extra) {
  const auto is_wide = [](uint64_t x) { return x == UINT32_MAX; };
  if (!is_wide(fields.packed) && !is_wide(fields.bytes) && !is_wide(fields.local)) return true;
  for (size_t at = 0; at + 4 <= extra.size();) {
    const size_t size = number_at<uint16_t>(extra, at + 2);
    if (at + 4 + size > extra.size()) return false;
    if (number_at<uint16_t>(extra, at) == 1) {
      std::string_view wide = extra.substr(at + 4, size);
      for (uint64_t* field : {&fields.bytes, &fields.packed, &fields.local}) {
        if (!is_wide(*field)) continue;
        if (wide.size() < 8) return false;
        *field = number_at<uint64_t>(wide, 0);
        wide.remove_prefix(8);
      }
      return true;
    }
    at += 4 + size;
  }
  return false;
}

}  // namespace

ZipReader::ZipReader(const InputFile& file) : file_(file) {
  const size_t tail_bytes = std::min(file.size(), kEndBytes + kLongestComment + kLocatorBytes);
  std::string tail(tail_bytes, '\0');
  const size_t tail_at = file.size() - tail_bytes;
  file.read_at(tail_at, tail.data(), tail_bytes);
  const size_t end = tail.rfind("PK\5\6");
  check<IoError>(end != std::string::npos && end + kEndBytes <= tail_bytes, file.path(),
                 ": is cut short: the directory that ends a zip file is missing");
  uint64_t count = number_at<uint16_t>(tail, end + 10);
  uint64_t bytes = number_at<uint32_t>(tail, end + 12), begin = number_at<uint32_t>(tail, end + 16);
  if (end >= kLocatorBytes && std::string_view(tail).substr(end - kLocatorBytes, 4) == "PK\6\7") {
    const auto at = number_at<uint64_t>(tail, end - kLocatorBytes + 8);
    check<IoError>(file.size() >= kEnd64Bytes && at <= file.size() - kEnd64Bytes, file.path(),
                   ": its directory should end at byte ", at, " but the file has only ", file.size());
    std::string wide(kEnd64Bytes, '\0');
    file.read_at(at, wide.data(), kEnd64Bytes);
    check<IoError>(wide.starts_with("PK\6\6"), file.path(), ": has no end of a directory at byte ", at);
    count = number_at<uint64_t>(wide, 32);
    bytes = number_at<uint64_t>(wide, 40);
    begin = number_at<uint64_t>(wide, 48);
  }
  check<IoError>(begin <= file.size() && bytes <= file.size() - begin, file.path(), ": its directory should be ", bytes,
                 " bytes at byte ", begin, " but the file has only ", file.size());
  std::string directory(bytes, '\0');
  file.read_at(begin, directory.data(), bytes);
  read_directory(directory, count, begin);
  check_overlap();
}

void ZipReader::read_directory(std::string_view directory, uint64_t count, uint64_t begin) {
  const auto require = [&](bool ok, const auto&... parts) { check<IoError>(ok, file_.path(), ": ", parts...); };
  size_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    require(directory.size() - at >= kEntryBytes && directory.substr(at, 4) == "PK\1\2",
            "its directory is damaged at record ", i, " of ", count);
    const size_t name_bytes = number_at<uint16_t>(directory, at + 28);
    const size_t extra_bytes = number_at<uint16_t>(directory, at + 30);
    const size_t comment_bytes = number_at<uint16_t>(directory, at + 32);
    require(directory.size() - at - kEntryBytes >= name_bytes + extra_bytes + comment_bytes,
            "its directory is cut short at record ", i);
    const std::string name(directory.substr(at + kEntryBytes, name_bytes));
    const bool is_compressed = number_at<uint16_t>(directory, at + 10) != 0;
    Fields fields{number_at<uint32_t>(directory, at + 20), number_at<uint32_t>(directory, at + 24),
                  number_at<uint32_t>(directory, at + 42)};
    require(widen(fields, directory.substr(at + kEntryBytes + name_bytes, extra_bytes)) &&
                (is_compressed || fields.packed == fields.bytes),
            "its directory gives no size of '", name, "'");
    require(begin >= kLocalBytes && fields.local <= begin - kLocalBytes, "its record '", name,
            "' should start at byte ", fields.local, ", outside of the data");
    std::string local(kLocalBytes, '\0');
    file_.read_at(fields.local, local.data(), kLocalBytes);
    require(local.starts_with("PK\3\4"), "its record '", name, "' does not start at byte ", fields.local);
    const uint64_t offset =
        fields.local + kLocalBytes + number_at<uint16_t>(local, 26) + number_at<uint16_t>(local, 28);
    require(offset <= begin && fields.packed <= begin - offset, "its record '", name, "' should have ", fields.packed,
            " bytes at byte ", offset, ", more than the ", begin, " bytes of data hold");
    require(
        records_.emplace(name, Record{offset, fields.packed, number_at<uint32_t>(directory, at + 16), is_compressed})
            .second,
        "has two records named '", name, "'");
    at += kEntryBytes + name_bytes + extra_bytes + comment_bytes;
  }
}

/// Overlapping records would take more memory than the file has bytes.
void ZipReader::check_overlap() const {
  std::vector<std::pair<uint64_t, uint64_t>> spans;
  for (const auto& [name, record] : records_)
    if (record.bytes > 0) spans.emplace_back(record.offset, record.offset + record.bytes);
  std::sort(spans.begin(), spans.end());
  for (size_t i = 1; i < spans.size(); ++i)
    check<IoError>(spans[i - 1].second <= spans[i].first, file_.path(), ": two of its records overlap at byte ",
                   spans[i].first);
}

const ZipReader::Record* ZipReader::find(std::string_view name) const {
  const auto found = records_.find(name);
  if (found == records_.end()) return nullptr;
  check<IoError>(!found->second.is_compressed, file_.path(), ": its record '", name,
                 "' is compressed; PyTorch writes uncompressed ones, and no others are read");
  return &found->second;
}

std::string ZipReader::read(const std::string& name) const {
  const Record* record = find(name);
  check<IoError>(record != nullptr, file_.path(), ": holds no record '", name, "'");
  std::string bytes(record->bytes, '\0');
  file_.read_at(record->offset, bytes.data(), bytes.size());
  check_sum(name, *record, bytes.data());
  return bytes;
}

void ZipReader::check_sum(const std::string& name, const Record& record, const void* data) const {
  if (record.crc == 0) return;  // as of a writer that was told to compute none
  check<IoError>(crc32_of(data, record.bytes) == record.crc, file_.path(), ": its record '", name,
                 "' is damaged: its bytes do not have the checksum that was written with them");
}

}  // namespace ember::io
