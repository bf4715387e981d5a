#include "ember/io/npy.h"

#include <gtest/gtest.h>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/complex.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using testing::message_of;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

struct Npy : ::testing::Test {
  void write(const std::string& header, const std::string& data) {
    const auto size = static_cast<uint16_t>(header.size());
    write_file(path, std::string("\x93NUMPY\1\0", 8) + static_cast<char>(size & 0xff) + static_cast<char>(size >> 8) +
                         header + data);
  }
  std::string error() {
    return message_of<IoError>([&] { load_npy(path); });
  }
  TemporaryFolder folder;
  std::string path = folder.file("x.npy");
};

TEST_F(Npy, EveryDTypeAndRankComesBack) {
  for (DType dtype : {kBool, kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64})
    for (const Shape& shape : {Shape(), Shape({6}), Shape({2, 3}), Shape({0, 3})}) {
      const Tensor x = (shape.numel() == 6 ? tensor({1, 0, 1, 1, 0, 1}).reshape(shape) : ones(shape)).to(dtype);
      save_npy(x, path);
      const Tensor y = load_npy(path);
      EXPECT_EQ(y.dtype(), dtype);
      EXPECT_EQ(y.sizes(), shape);
      EXPECT_TRUE(equal(x, y));
    }
}

TEST_F(Npy, LooksAsNumPyWritesIt) {
  save_npy(tensor(std::vector<int16_t>{1, 2}), path);
  const std::string text = read_file(path);
  EXPECT_EQ(text.substr(0, 10), std::string("\x93NUMPY\1\0\x76\0", 10));
  EXPECT_EQ(text.substr(10, 58), "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }" + std::string(" "));
  EXPECT_EQ(text.substr(127), std::string("\n\1\0\2\0", 5));
}

TEST_F(Npy, ColumnMajorAndBigEndian) {
  write("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", std::string("\0\1\0\4\0\2\0\5\0\3\0\6", 12));
  EXPECT_TRUE(equal(load_npy(path), tensor({{1, 2, 3}, {4, 5, 6}}).to(kInt16)));
}

TEST_F(Npy, Damage) {
  write_file(path, "no numpy file");
  EXPECT_HAS(error(), path + ": is no .npy file");
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  write(header, std::string(7, '\0'));
  EXPECT_HAS(error(), "holds 7 bytes of data but float32 [2] takes 8");
  write(header, std::string(9, '\0'));
  EXPECT_HAS(error(), "holds 9 bytes of data but float32 [2] takes 8");
  write("{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }", std::string(8, '\0'));
  EXPECT_HAS(error(), "has the dtype '<u4', which Ember does not know");
  write("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", std::string(8, '\0'));
  EXPECT_HAS(error(), "its header has a descr that is no simple dtype");
  write("{'fortran_order': False, 'shape': (2,), }", "");
  EXPECT_HAS(error(), "its header has no descr");
  write("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,), }", "");
  EXPECT_HAS(error(), "neither True nor False");
  write("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "");
  EXPECT_HAS(error(), "is no tuple of sizes");
  write("{'descr': '<f4', 'fortran_order': False, 'shape': 2, }", "");
  EXPECT_HAS(error(), "is no tuple of sizes");
  write("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "");
  EXPECT_HAS(error(), "takes more than memory has");
}

TEST_F(Npy, BooleansAreZeroOrOne) {
  write("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", std::string("\1\2", 2));
  EXPECT_HAS(error(), path + ": is bool but its byte 1 is 2");
}

TEST_F(Npy, ComplexNumbers) {
  for (DType dtype : {kComplex64, kComplex128}) {
    const Tensor x = complex(tensor({1.5, 2.0}), tensor({-3.0, 4.0})).to(dtype);
    save_npy(x, path);
    EXPECT_TRUE(equal(load_npy(path), x));
  }
  write("{'descr': '>c8', 'fortran_order': False, 'shape': (1,), }", std::string("\x3f\x80\0\0\x40\0\0\0", 8));
  EXPECT_TRUE(equal(load_npy(path), complex(ones({1}), full({1}, 2.0))));
}

TEST_F(Npy, CutShortAnywhere) {
  save_npy(ones({3}), path);
  const std::string whole = read_file(path);
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file(path, whole.substr(0, length));
    EXPECT_HAS(error(), path) << "cut to " << length;
  }
}

TEST_F(Npy, RefusesToSave) {
  EXPECT_THROW(save_npy(ones({1}, dtype(kBFloat16)), path), TypeError);
  EXPECT_THROW(save_npy(Tensor(), path), ValueError);
}

}  // namespace
}  // namespace ember
