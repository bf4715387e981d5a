#include "cuda/elementwise.cuh"
#include "cuda/kernels.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/promotion.h"

namespace ember::cuda {

namespace {

struct Add {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};

/// Computes in float for the 16-bit floats, and in int64 for integers and bools: its low bits are those of the narrower types,
/// and a sum of bools is true when it is not zero.
template <class F>
void binary(const char* op, F f, const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  const DType dtype = compute_dtype(result_type(a, b));
  if (dtype == kFloat32) {
    elementwise<float>(op, f, out, a, b);
  } else if (dtype == kFloat64) {
    elementwise<double>(op, f, out, a, b);
  } else {
    elementwise<int64_t>(op, f, out, a, b);
  }
}

}  // namespace

void register_elementwise() {
  kernels::add[kCUDA] = [](const TensorBase& out, const TensorBase& a, const TensorBase& b) {
    binary("add", Add(), out, a, b);
  };
}

}  // namespace ember::cuda
