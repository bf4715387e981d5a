#include "ember/io/safetensors.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using testing::message_of;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

constexpr DType kAllDTypes[] = {kBool, kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat16, kBFloat16, kFloat32, kFloat64};

struct Safetensors : ::testing::Test {
  /// Writes a file with this header and data.
  void write(const std::string& header, const std::string& data, std::optional<uint64_t> length = {}) {
    const uint64_t size = length.value_or(header.size());
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    write_file(path, bytes + header + data);
  }
  std::string error() {
    return message_of<IoError>([&] { load_tensors(path); });
  }

  TemporaryFolder folder;
  std::string path = folder.file("x.safetensors");
};

TEST_F(Safetensors, EveryDTypeComesBackBitForBit) {
  TensorDict tensors;
  for (DType dtype : kAllDTypes) {
    const Tensor x = tensor({1, 0, 1, 1, 0, 1}).reshape({2, 3}).to(dtype);
    tensors.insert(to_string(dtype), x);
  }
  save_tensors(tensors, path);
  const TensorDict loaded = load_tensors(path);
  EXPECT_EQ(loaded.keys(), tensors.keys()) << "in the order they were given";
  for (const auto& [name, x] : tensors) {
    EXPECT_EQ(loaded[name].dtype(), x.dtype());
    EXPECT_TRUE(equal(loaded[name], x)) << name;
  }
}

TEST_F(Safetensors, ShapesViewsAndMetadataComeBack) {
  const Tensor base = arange(24, dtype(kFloat32)).reshape({2, 3, 4});
  const TensorDict tensors = {{"scalar", full({}, 3.5)},
                              {"empty", zeros({0, 4})},
                              {"transposed", base.transpose(0, 2)},
                              {"slice", base.slice(1, 1, 3)},
                              {"expanded", ones({1}).expand({5})},
                              {"a \"quoted\" näme", ones({2})}};
  save_tensors(tensors, path, {{"epoch", "3"}, {"text", "line\nline"}});
  Metadata metadata;
  const TensorDict loaded = load_tensors(path, &metadata);
  for (const auto& [name, x] : tensors) {
    EXPECT_EQ(loaded[name].sizes(), x.sizes());
    EXPECT_TRUE(equal(loaded[name], x)) << name;
  }
  EXPECT_EQ(metadata, (Metadata{{"epoch", "3"}, {"text", "line\nline"}}));
}

TEST_F(Safetensors, NoTensorsAtAll) {
  save_tensors({}, path);
  EXPECT_TRUE(load_tensors(path).empty());
}

TEST_F(Safetensors, ParametersAreSavedWithoutTheirHistory) {
  const Tensor w = ones({2}, requires_grad());
  save_tensors({{"w", w}}, path);
  EXPECT_FALSE(load_tensors(path)["w"].requires_grad());
}

TEST_F(Safetensors, DataIsAlignedToItsElements) {
  save_tensors(
      {{"flag", ones({3}, dtype(kBool))}, {"half", ones({1}, dtype(kFloat16))}, {"double", ones({2}, dtype(kFloat64))}},
      path);
  const std::string bytes = read_file(path);
  uint64_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_HAS(bytes, R"("double":{"dtype":"F64","shape":[2],"data_offsets":[0,16]})");
  EXPECT_HAS(bytes, R"("half":{"dtype":"F16","shape":[1],"data_offsets":[16,18]})");
}

TEST_F(Safetensors, RefusesToSave) {
  EXPECT_THROW(save_tensors({{"__metadata__", ones({1})}}, path), ValueError);
  EXPECT_HAS(message_of<ValueError>([&] { save_tensors({{"w", Tensor()}}, path); }), "tensor 'w' is undefined");
  EXPECT_HAS(message_of<ValueError>([&] { save_tensors({{"\xff", ones({1})}}, path); }), "UTF-8");
  EXPECT_TRUE(folder.files().empty());
}

TEST_F(Safetensors, ReadsAFileWrittenByHand) {
  write(
      R"({"b":{"shape":[2],"dtype":"I16","data_offsets":[4,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )",
      std::string("\0\0\x80\x3f\1\0\2\0", 8));
  const TensorDict loaded = load_tensors(path);
  EXPECT_EQ(loaded["a"].item<float>(), 1);
  EXPECT_TRUE(equal(loaded["b"], tensor(std::vector<int16_t>{1, 2})));
}

TEST_F(Safetensors, MissingFile) {
  EXPECT_HAS(error(), path + ": cannot be opened: No such file or directory");
  EXPECT_HAS(message_of<IoError>([&] { load_tensors(folder.path()); }), "no regular file");
}

TEST_F(Safetensors, CutShortAnywhere) {
  save_tensors({{"a", ones({3})}, {"b", ones({2}, dtype(kInt16))}}, path);
  const std::string whole = read_file(path);
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file(path, whole.substr(0, length));
    EXPECT_HAS(error(), path) << "cut to " << length << " of " << whole.size() << " bytes";
  }
  write_file(path, whole + "x");
  EXPECT_HAS(error(), "the last 1 bytes belong to no tensor");
}

struct Damage {
  std::string name, header, expected;
};

struct SafetensorsDamage : Safetensors, ::testing::WithParamInterface<Damage> {};

TEST_P(SafetensorsDamage, IsNamed) {
  write(GetParam().header, std::string(8, '\2'));
  EXPECT_HAS(error(), path + ": ");
  EXPECT_HAS(error(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, SafetensorsDamage,
    ::testing::Values(
        Damage{"NoJson", R"({"a":)", "its header is no JSON"}, Damage{"NoObject", R"([1])", "does not start with '{'"},
        Damage{"Empty", "", "does not start with '{'"}, Damage{"TextBehind", R"({} {})", "its header is no JSON"},
        Damage{"Nested", R"({"a":[[[[[[[[1]]]]]]]]})", "nested too deeply"},
        Damage{
            "NameTwice",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
            "its header names 'a' twice"},
        Damage{"FieldTwice", R"({"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}})",
               "its header names 'dtype' twice"},
        Damage{"MetadataTwice",
               R"({"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
               "its header names 'k' twice"},
        Damage{"NotAnObject", R"({"a":1})", "tensor 'a' is no object"},
        Damage{"NoDType", R"({"a":{"shape":[2],"data_offsets":[0,8]}})", "tensor 'a' has no dtype"},
        Damage{"NoShape", R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", "tensor 'a' has no shape"},
        Damage{"NoOffsets", R"({"a":{"dtype":"F32","shape":[2]}})", "tensor 'a' has no data_offsets"},
        Damage{"UnknownDType", R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})",
               "tensor 'a' has dtype \"F8_E4M3\""},
        Damage{"NegativeSize", R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
               "tensor 'a' has the shape [-2]"},
        Damage{"FractionalSize", R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
               "tensor 'a' has the shape [2.0]"},
        Damage{"HugeShape", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
               "no memory can hold"},
        Damage{"HugeEmptyShape", R"({"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}})",
               "no memory can hold"},
        Damage{"OtherSize", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
               "tensor 'a' is float32 [3], which takes 12 bytes, but its data_offsets span 8"},
        Damage{"BackwardOffsets", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "no [begin, end]"},
        Damage{"OneOffset", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", "no [begin, end]"},
        Damage{"BeyondTheEnd", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",
               "is cut short: tensor 'a' ends at byte 12 of the data but the file has only 8"},
        Damage{"Hole", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
               "bytes 0 to 4 of the data, before tensor 'a', belong to no tensor"},
        Damage{"Rest", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
               "the last 4 bytes belong to no tensor"},
        Damage{
            "Overlap",
            R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
            "tensor 'b' starts at byte 4 of the data but overlaps 'a', which ends at 8"},
        Damage{"BoolThatIsNone", R"({"a":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}})",
               "tensor 'a' is bool but its byte 0 is 2"},
        Damage{"MetadataNoObject", R"({"__metadata__":1,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
               "__metadata__ is no object"},
        Damage{"MetadataNoText", R"({"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
               "entry 'k' is no string"}),
    [](const auto& info) { return info.param.name; });

/// Seconds that `work` takes.
double seconds(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST_F(Safetensors, TimeGrowsAsTheHeaderDoes) {
  const auto check = [&](const std::string& before, const auto& item, const std::string& after) {
    const auto read = [&](int count) {
      std::string header = before;
      for (int i = 0; i < count; ++i) header += (i ? "," : "") + item(i);
      write(header + after, std::string(4, '\0'));
      return seconds([&] { message_of<IoError>([&] { load_tensors(path); }); });
    };
    const double one = std::min(read(5000), read(5000)), eight = read(40000);
    EXPECT_LT(eight, 0.1 + 30 * one) << before;  // 64 times, were it to grow with the square
  };
  check(R"({"a":{"dtype":"F32","shape":[)", [](int) { return std::string("1"); }, R"(],"data_offsets":[0,8]}})");
  check(
      "{", [](int i) { return concat("\"a", i, R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})"); }, "}");
  check(R"({"__metadata__":{)", [](int i) { return concat("\"a", i, "\":\"x\""); }, "}}");
  check(R"({"a":{)", [](int i) { return concat("\"a", i, "\":1"); }, "}}");
}

TEST_F(Safetensors, HeaderLengthsBeyondReason) {
  write("{}", "", uint64_t{1} << 63);
  EXPECT_HAS(error(), "more than the 100000000 allowed");
  write("{}", "", 3);
  EXPECT_HAS(error(), "its header should have 3 bytes but only 2 follow");
}

}  // namespace
}  // namespace ember
