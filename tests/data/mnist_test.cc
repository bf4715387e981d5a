#include "ember/data/mnist.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "tests/temporary_folder.h"

namespace ember::data {
namespace {

using ember::testing::message_of;
using ember::testing::TemporaryFolder;
using ember::testing::write_file;

std::string big_endian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx_header(uint8_t code, const std::vector<uint32_t>& sizes) {
  std::string text = {'\0', '\0', static_cast<char>(code), static_cast<char>(sizes.size())};
  for (uint32_t size : sizes) text += big_endian(size);
  return text;
}

void write_gzip(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// Three images of 2 x 2 with the bytes 0 ... 11, labels 7, 0, 9.
struct Images : ::testing::Test {
  void SetUp() override {
    for (char i = 0; i < 12; ++i) pixels += i;
    write_images(idx_header(8, {3, 2, 2}) + pixels);
    write_labels(idx_header(8, {3}) + labels);
  }
  void write_images(const std::string& bytes) { write_file(images_path, bytes); }
  void write_labels(const std::string& bytes) { write_file(labels_path, bytes); }
  std::string error() {
    return message_of<IoError>([&] { MNIST(folder.path()); });
  }

  TemporaryFolder folder;
  std::string images_path = folder.file("train-images-idx3-ubyte"),
              labels_path = folder.file("train-labels-idx1-ubyte");
  std::string pixels, labels = std::string("\7\0\11", 3);
};

TEST_F(Images, AreReadAsBytesAndLabelsAsInt64) {
  const MNIST dataset(folder.path(), true, {});
  EXPECT_EQ(dataset.size(), 3);
  EXPECT_EQ(dataset.images().sizes(), Shape({3, 1, 2, 2}));
  EXPECT_EQ(dataset.images().dtype(), kUInt8);
  EXPECT_EQ(std::memcmp(dataset.images().raw_data(), pixels.data(), 12), 0);
  EXPECT_EQ(dataset.targets().dtype(), kInt64);
  const Example sample = dataset.get(2);
  EXPECT_EQ(sample[0].sizes(), Shape({1, 2, 2}));
  EXPECT_EQ(sample[0].data_ptr<uint8_t>()[3], 11);
  EXPECT_EQ(sample[1].item<int64_t>(), 9);
}

TEST_F(Images, BecomeFloatsBetweenZeroAndOneUnlessToldOtherwise) {
  const MNIST dataset(folder.path());
  const Example batch = *dataset.get_batch(std::vector<int64_t>{2, 0});
  EXPECT_EQ(batch[0].sizes(), Shape({2, 1, 2, 2}));
  EXPECT_FLOAT_EQ(batch[0].data_ptr<float>()[0], 8 / 255.f);
  EXPECT_FLOAT_EQ(batch[0].data_ptr<float>()[7], 3 / 255.f);
  EXPECT_EQ(batch[1].data_ptr<int64_t>()[1], 7);
  EXPECT_FLOAT_EQ(dataset.get(1)[0].data_ptr<float>()[0], 4 / 255.f);
}

TEST_F(Images, CompressedAreTheSame) {
  std::filesystem::remove(images_path);
  write_gzip(images_path + ".gz", idx_header(8, {3, 2, 2}) + pixels);
  const MNIST dataset(folder.path(), true, {});
  EXPECT_EQ(std::memcmp(dataset.images().raw_data(), pixels.data(), 12), 0);
}

TEST_F(Images, IndexOutOfRangeThrows) {
  const MNIST dataset(folder.path());
  EXPECT_THROW(dataset.get(3), IndexError);
  EXPECT_THROW(dataset.get(-1), IndexError);
  EXPECT_THROW(dataset.get_batch(std::vector<int64_t>{0, 3}), IndexError);
}

TEST_F(Images, MissingFolderIsNamed) {
  const std::string message = message_of<IoError>([&] { MNIST(folder.file("nowhere")); });
  EXPECT_HAS(message, folder.file("nowhere"));
  EXPECT_HAS(message, "no such file");
}

TEST_F(Images, MissingTestPartIsNamed) {
  const std::string message = message_of<IoError>([&] { MNIST(folder.path(), false); });
  EXPECT_HAS(message, "t10k-images-idx3-ubyte");
}

TEST_F(Images, EmptyFile) {
  write_images("");
  EXPECT_HAS(error(), "images-idx3-ubyte: ends within its magic number, after 0 of 4 bytes");
}

TEST_F(Images, WrongMagic) {
  write_images("\x89PNG and so on, long enough");
  EXPECT_HAS(error(), "is no IDX file: expected it to start with two zero bytes but found 137 and 80");
}

TEST_F(Images, UnknownDTypeCode) {
  write_images(idx_header(7, {3, 2, 2}) + pixels);
  EXPECT_HAS(error(), "dtype code 7");
}

TEST_F(Images, FloatsWhereBytesAreExpected) {
  write_images(idx_header(13, {3, 1, 1}) + pixels);
  EXPECT_HAS(error(), "expected uint8 with 3 dims but the file holds float32 [3, 1, 1]");
}

TEST_F(Images, WrongRank) {
  write_images(idx_header(8, {3, 4}) + pixels);
  EXPECT_HAS(error(), "expected uint8 with 3 dims but the file holds uint8 [3, 4]");
}

TEST_F(Images, NoDims) {
  write_images(idx_header(8, {}) + pixels);
  EXPECT_HAS(error(), "expected 1 to 8 dims but the magic number says 0");
}

TEST_F(Images, CutShortWithinSizes) {
  write_images(idx_header(8, {3, 2, 2}).substr(0, 10));
  EXPECT_HAS(error(), "ends within the sizes, at dim 1 of 3");
}

TEST_F(Images, CutShort) {
  write_images(idx_header(8, {3, 2, 2}) + pixels.substr(0, 11));
  EXPECT_HAS(error(), "is cut short: the header promises [3, 2, 2] elements, 12 bytes, but only 11 follow");
}

TEST_F(Images, TooLong) {
  write_images(idx_header(8, {3, 2, 2}) + pixels + "x");
  EXPECT_HAS(error(), "goes on behind the 12 bytes of [3, 2, 2]");
}

TEST_F(Images, SizesBeyondTheFileTakeNoMemory) {
  write_images(idx_header(8, {0xffffffff, 0xffffffff, 0xffffffff}) + pixels);
  EXPECT_HAS(error(), "more than a file of 28 bytes can hold");
}

TEST_F(Images, OtherCountOfLabels) {
  write_labels(idx_header(8, {2}) + labels.substr(0, 2));
  EXPECT_HAS(error(), "labels-idx1-ubyte: holds 2 labels but");
  EXPECT_HAS(error(), "holds 3 images");
}

TEST_F(Images, LabelThatIsNoClass) {
  labels[1] = 10;
  write_labels(idx_header(8, {3}) + labels);
  EXPECT_HAS(error(), "label 1 is 10 but there are ten classes");
}

/// Every way to cut a compressed file short, its checksum included.
TEST_F(Images, CompressedCutShortAnywhere) {
  std::filesystem::remove(images_path);
  const std::string path = images_path + ".gz";
  write_gzip(path, idx_header(8, {3, 2, 2}) + pixels);
  const std::string whole = ember::testing::read_file(path);
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file(path, whole.substr(0, length));
    EXPECT_THROW(MNIST(folder.path()), IoError) << "cut to " << length << " of " << whole.size() << " bytes";
  }
}

TEST_F(Images, CompressedWithWrongChecksum) {
  std::filesystem::remove(images_path);
  const std::string path = images_path + ".gz";
  write_gzip(path, idx_header(8, {3, 2, 2}) + pixels);
  std::string bytes = ember::testing::read_file(path);
  bytes[bytes.size() - 8] ^= 1;
  write_file(path, bytes);
  EXPECT_HAS(error(), "cannot be read");
}

TEST(Idx, ReadsBigEndianElementsOfEveryDType) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  write_file(path, idx_header(0x0b, {2}) + std::string("\x01\x02\xff\xfe", 4));
  EXPECT_EQ(read_idx(path).data_ptr<int16_t>()[0], 258);
  EXPECT_EQ(read_idx(path).data_ptr<int16_t>()[1], -2);
  write_file(path, idx_header(0x0c, {1}) + big_endian(0x01020304));
  EXPECT_EQ(read_idx(path).data_ptr<int32_t>()[0], 0x01020304);
  write_file(path, idx_header(0x0d, {1}) + big_endian(0x3f800000));
  EXPECT_EQ(read_idx(path).data_ptr<float>()[0], 1.f);
  write_file(path, idx_header(0x0e, {1}) + big_endian(0xc0000000) + big_endian(0));
  EXPECT_EQ(read_idx(path).data_ptr<double>()[0], -2.0);
  write_file(path, idx_header(0x09, {1}) + "\x80");
  EXPECT_EQ(read_idx(path).data_ptr<int8_t>()[0], -128);
}

TEST(FashionMnist, DebianPackageHoldsAllImages) {
  const FashionMNIST train, test(FashionMNIST::kDefaultRoot, false);
  EXPECT_EQ(train.size(), 60000);
  EXPECT_EQ(test.size(), 10000);
  EXPECT_EQ(train.images().sizes(), Shape({60000, 1, 28, 28}));
  EXPECT_EQ(train.classes()[static_cast<size_t>(train.targets().data_ptr<int64_t>()[0])], "Ankle boot");
}

}  // namespace
}  // namespace ember::data
