// Copies, between devices too, and fills.
#include "cuda/elementwise.cuh"
#include "cuda/kernels.h"
#include "ember/core/kernels/creation.h"

namespace ember::cuda {

namespace {

struct Identity {
  template <class T>
  __device__ T operator()(T x) const {
    return x;
  }
};

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

void copy_on_device(const TensorBase& out, const TensorBase& x) {
  if (out.dtype() == kFloat32 && x.dtype() == kFloat32) {
    elementwise<float>("copy", Identity(), out, x);
  } else if (x.is_floating_point()) {
    elementwise<double>("copy", Identity(), out, x);
  } else {
    elementwise<int64_t>("copy", Identity(), out, x);
  }
}

/// Bytes move only between contiguous tensors of one dtype; each side's own kernels do the rest.
void copy_across(const TensorBase& out, const TensorBase& x) {
  TensorBase source = x;
  if (!x.is_contiguous()) {
    source = empty_tensor(x.sizes(), x.dtype(), x.device());
    kernels::copy.on(x)(source, x);
  }
  const bool straight = out.is_contiguous() && out.dtype() == x.dtype() && out.numel() == x.numel();
  const TensorBase target = straight ? out : empty_tensor(x.sizes(), x.dtype(), out.device());
  const Device device = out.device().is_cpu() ? x.device() : out.device();
  check_cuda(cudaSetDevice(device.index), "copy");
  check_cuda(cudaMemcpy(target.raw_data(), source.raw_data(), x.nbytes(), cudaMemcpyDefault), "copy");
  if (!straight) kernels::copy.on(out)(out, target);
}

void copy(const TensorBase& out, const TensorBase& x) {
  if (out.numel() == 0) return;
  if (out.device() == x.device()) {
    copy_on_device(out, x);
  } else {
    copy_across(out, x);
  }
}

void fill(const TensorBase& out, const Scalar& value) {
  if (out.is_floating_point()) {
    elementwise<double>("fill", Constant<double>{value.to<double>()}, out);
  } else if (out.dtype() == kBool && value.is_floating_point()) {
    elementwise<int64_t>("fill", Constant<int64_t>{value.to<double>() != 0}, out);
  } else {
    elementwise<int64_t>("fill", Constant<int64_t>{value.to<int64_t>()}, out);
  }
}

}  // namespace

void register_memory() {
  kernels::copy[kCUDA] = copy;
  kernels::fill[kCUDA] = fill;
}

}  // namespace ember::cuda
