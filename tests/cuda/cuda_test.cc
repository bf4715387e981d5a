#include <gtest/gtest.h>

#include "ember/core/allocator.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/tensor.h"

namespace ember {
namespace {

Tensor range(const Shape& shape, DType dtype) {
  Tensor values = empty_tensor(shape, kFloat32);
  for (int64_t i = 0; i < values.numel(); ++i) values.data_ptr<float>()[i] = static_cast<float>(i % 50);
  Tensor out = empty_tensor(shape, dtype);
  kernels::copy[kCPU](out, values);
  return out;
}

Tensor copied_to(const Tensor& x, Device device) {
  Tensor out = empty_tensor(x.sizes(), x.dtype(), device);
  kernels::copy[kCUDA](out, x);
  return out;
}

/// As float64 in host memory.
std::vector<double> values(const Tensor& x) {
  Tensor wide = empty_tensor(x.sizes(), kFloat64);
  kernels::copy.on(x)(wide, x);
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

TEST(NoCuda, NamesTheDevice) {
  if (has_kernels(kCUDA)) GTEST_SKIP() << "there is a GPU";
  try {
    empty_tensor({2}, kFloat32, "cuda");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cuda"), std::string::npos) << error.what();
  }
}

class Cuda : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_kernels(kCUDA)) GTEST_SKIP() << "no GPU";
  }
};

TEST_F(Cuda, AddsLikeTheCpuInEveryDtype) {
  for (DType dtype : {kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kBool, kBFloat16}) {
    const Tensor a = range({7, 33}, dtype), b = range({33}, dtype);
    const Tensor expected = empty_tensor({7, 33}, dtype), out = empty_tensor({7, 33}, dtype, "cuda");
    kernels::add[kCPU](expected, a, b);
    kernels::add[kCUDA](out, copied_to(a, "cuda"), copied_to(b, "cuda"));
    EXPECT_EQ(values(out), values(expected)) << to_string(dtype);
  }
}

TEST_F(Cuda, AddsTransposedMixedAndHostNumbers) {
  const Tensor a = range({5, 6}, kFloat32), b = range({6, 5}, kInt32);
  const Tensor number = range({}, kFloat64);
  const Tensor expected = empty_tensor({6, 5}, kFloat32), out = empty_tensor({6, 5}, kFloat32, "cuda");
  kernels::add[kCPU](expected, a.alias({6, 5}, {1, 6}, 0), b);
  kernels::add[kCUDA](out, copied_to(a, "cuda").alias({6, 5}, {1, 6}, 0), copied_to(b, "cuda"));
  EXPECT_EQ(values(out), values(expected));
  kernels::add[kCUDA](out, out, number);
  EXPECT_EQ(values(out), values(expected));
}

TEST_F(Cuda, MovesStridedTensorsThereAndBack) {
  const Tensor x = range({4, 9}, kInt64).alias({9, 2}, {1, 18}, 0);
  EXPECT_EQ(values(copied_to(x, "cuda")), values(x));
}

TEST_F(Cuda, CountsLiveMemory) {
  const int64_t before = memory_stats("cuda").current_bytes;
  const Tensor x = empty_tensor({1024}, kFloat32, "cuda");
  EXPECT_EQ(memory_stats("cuda").current_bytes, before + 4096);
}

}  // namespace
}  // namespace ember
