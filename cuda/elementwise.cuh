// Elementwise kernels on the GPU: a kernel is a functor on numbers of its compute type; strides, broadcasting and dtypes are
// handled here for all of them, with the dimensions as core/elementwise.h merged them.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cstring>

#include "cuda/runtime.h"
#include "ember/core/elementwise.h"

namespace ember::cuda {

inline constexpr int kMaxRank = 64;

/// The output and the inputs of a launch; dims run from the innermost outward, strides are in bytes.
template <int kOperands>
struct Layout {
  int rank;
  bool direct;  ///< all operands are contiguous and of the compute type
  int64_t numel;
  int64_t sizes[kMaxRank];
  int64_t strides[kOperands][kMaxRank];
  char* data[kOperands];
  DType dtypes[kOperands];
  /// Stands in for the data of a zero-dim tensor in host memory.
  uint64_t constants[kOperands];
  bool is_constant[kOperands];
};

template <class To>
__device__ To load(const char* from, DType dtype) {
  switch (dtype) {
    case DType::UInt8:
      return static_cast<To>(*reinterpret_cast<const uint8_t*>(from));
    case DType::Int8:
      return static_cast<To>(*reinterpret_cast<const int8_t*>(from));
    case DType::Int16:
      return static_cast<To>(*reinterpret_cast<const int16_t*>(from));
    case DType::Int32:
      return static_cast<To>(*reinterpret_cast<const int32_t*>(from));
    case DType::Int64:
      return static_cast<To>(*reinterpret_cast<const int64_t*>(from));
    case DType::Float16:
      return static_cast<To>(__half2float(*reinterpret_cast<const __half*>(from)));
    case DType::BFloat16:
      return static_cast<To>(__bfloat162float(*reinterpret_cast<const __nv_bfloat16*>(from)));
    case DType::Float32:
      return static_cast<To>(*reinterpret_cast<const float*>(from));
    case DType::Float64:
      return static_cast<To>(*reinterpret_cast<const double*>(from));
    case DType::Bool:
      return static_cast<To>(*reinterpret_cast<const uint8_t*>(from) != 0);
  }
  return To{};
}

template <class From>
__device__ void store(char* to, DType dtype, From value) {
  switch (dtype) {
    // Through int64: a float out of an unsigned type's range must wrap, not saturate, as on the CPU.
    case DType::UInt8:
      *reinterpret_cast<uint8_t*>(to) = static_cast<uint8_t>(static_cast<int64_t>(value));
      break;
    case DType::Int8:
      *reinterpret_cast<int8_t*>(to) = static_cast<int8_t>(static_cast<int64_t>(value));
      break;
    case DType::Int16:
      *reinterpret_cast<int16_t*>(to) = static_cast<int16_t>(static_cast<int64_t>(value));
      break;
    case DType::Int32:
      *reinterpret_cast<int32_t*>(to) = static_cast<int32_t>(static_cast<int64_t>(value));
      break;
    case DType::Int64:
      *reinterpret_cast<int64_t*>(to) = static_cast<int64_t>(value);
      break;
    case DType::Float16:
      *reinterpret_cast<__half*>(to) = __float2half(static_cast<float>(value));
      break;
    case DType::BFloat16:
      *reinterpret_cast<__nv_bfloat16*>(to) = __float2bfloat16(static_cast<float>(value));
      break;
    case DType::Float32:
      *reinterpret_cast<float*>(to) = static_cast<float>(value);
      break;
    case DType::Float64:
      *reinterpret_cast<double*>(to) = static_cast<double>(value);
      break;
    case DType::Bool:
      *reinterpret_cast<uint8_t*>(to) = value != From{};
      break;
  }
}

/// Operand 0 is f of the others.
template <class Compute, class F, int kOperands, size_t... kInput>
__global__ void elementwise_kernel(Layout<kOperands> layout, F f, std::index_sequence<kInput...>) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < layout.numel; i += step) {
    if (layout.direct) {
      reinterpret_cast<Compute*>(layout.data[0])[i] =
          f(reinterpret_cast<const Compute*>(layout.data[1 + kInput])[i]...);
      continue;
    }
    int64_t offsets[kOperands] = {};
    int64_t rest = i;
    for (int dim = 0; dim < layout.rank; ++dim) {
      const int64_t index = rest % layout.sizes[dim];
      rest /= layout.sizes[dim];
      for (int k = 0; k < kOperands; ++k) offsets[k] += index * layout.strides[k][dim];
    }
    store<Compute>(
        layout.data[0] + offsets[0], layout.dtypes[0],
        f(load<Compute>(layout.is_constant[1 + kInput] ? reinterpret_cast<const char*>(&layout.constants[1 + kInput])
                                                       : layout.data[1 + kInput] + offsets[1 + kInput],
                        layout.dtypes[1 + kInput])...));
  }
}

/// out = f(inputs...), computed in `Compute`. The inputs broadcast to out; a zero-dim one may lie in host memory.
template <class Compute, class F, class... Inputs>
void elementwise(const char* op, F f, const TensorBase& out, const Inputs&... inputs) {
  constexpr int kOperands = 1 + sizeof...(Inputs);
  if (out.numel() == 0) return;
  const Elementwise iterator({{out, out.dtype()}}, {{inputs, inputs.dtype()}...});
  const TensorBase* tensors[] = {&out, &inputs...};
  Layout<kOperands> layout{};
  layout.rank = iterator.rank();
  layout.numel = iterator.numel();
  layout.direct = iterator.rank() == 1;
  for (int dim = 0; dim < layout.rank; ++dim) layout.sizes[dim] = iterator.size(dim);
  for (int k = 0; k < kOperands; ++k) {
    const TensorBase& tensor = *tensors[k];
    layout.data[k] = iterator.data(k);
    layout.dtypes[k] = tensor.dtype();
    layout.is_constant[k] = tensor.device().is_cpu();
    if (layout.is_constant[k]) {
      check(tensor.dim() == 0, op, ": expected all tensors on one device");
      std::memcpy(&layout.constants[k], tensor.raw_data(), item_size(tensor.dtype()));
    }
    for (int dim = 0; dim < layout.rank; ++dim) layout.strides[k][dim] = iterator.stride(k, dim);
    layout.direct &= !layout.is_constant[k] && tensor.dtype() == dtype_of<Compute> &&
                     iterator.stride(k, 0) == static_cast<int64_t>(sizeof(Compute));
  }
  constexpr int64_t kThreads = 256, kMaxBlocks = 1 << 16;
  const int64_t blocks = std::min((layout.numel + kThreads - 1) / kThreads, kMaxBlocks);
  check_cuda(cudaSetDevice(out.device().index), op);
  elementwise_kernel<Compute>
      <<<static_cast<unsigned>(blocks), kThreads>>>(layout, f, std::make_index_sequence<sizeof...(Inputs)>());
  check_cuda(cudaGetLastError(), op);
}

}  // namespace ember::cuda
