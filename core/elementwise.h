// The one iterator of elementwise kernels. A kernel is a loop over contiguous elements of its compute type; everything else
// happens here, once for all kernels: broadcasting, merging of dimensions that lie behind one another, splitting over threads,
// and staging of operands that are strided or of another dtype through a buffer that stays in the L1 cache.
#pragma once

#include <array>
#include <span>

#include "ember/core/function_ref.h"
#include "ember/core/tensor_base.h"

namespace ember {

class Elementwise {
 public:
  /// Works on `count` elements; pointers are outputs first, then inputs, each of its compute dtype.
  using Loop = FunctionRef<void(char* const* pointers, int64_t count)>;

  /// An operand and the dtype that the loop reads or writes it in.
  struct Operand {
    const TensorBase& tensor;
    DType dtype;
  };

  /// Outputs have the full shape; inputs broadcast to it.
  Elementwise(std::span<const Operand> outputs, std::span<const Operand> inputs);
  Elementwise(std::initializer_list<Operand> outputs, std::initializer_list<Operand> inputs)
      : Elementwise(std::span(outputs.begin(), outputs.size()), std::span(inputs.begin(), inputs.size())) {}

  void run(Loop loop) const;

  /// Whether the loop gets this input as a single element for each of its calls, because it does not vary along the innermost dim;
  /// asked once before run() by kernels that have such a loop.
  bool repeat(int operand);

  /// Copies the only input into the only output, converting between their storage dtypes.
  void run_cast() const;

  static constexpr int kMaxOperands = 8;

  // What a device kernel needs to walk the operands itself.
  int rank() const { return rank_; }
  int operands() const { return outputs_ + inputs_; }
  int64_t numel() const { return numel_; }
  int64_t size(int dim) const { return sizes_[dim]; }
  /// In bytes; dims run from the innermost outward.
  int64_t stride(int operand, int dim) const { return strides_[dim][operand]; }
  char* data(int operand) const { return data_[operand]; }

 private:
  static constexpr int kMaxRank = 64;
  static constexpr int64_t kBlock = 1024;
  struct Tiling;

  void add_operand(const Operand& operand);
  void set_dims(std::span<const Operand> outputs, std::span<const Operand> inputs);
  void merge_dims();
  bool is_direct(int operand) const;
  int64_t block() const;
  Tiling tiling() const;
  using Tile = FunctionRef<void(const int64_t* offsets, std::array<int64_t, 2> count)>;
  void run_tiles(const Tiling& tiling, Loop loop, int64_t first, int64_t last) const;
  void walk(const Tiling& tiling, int64_t first, int64_t last, Tile body) const;

  int outputs_ = 0, inputs_ = 0, rank_ = 0;
  int repeated_ = -1;
  int64_t numel_ = 0;
  std::array<char*, kMaxOperands> data_;
  std::array<DType, kMaxOperands> storage_dtype_, loop_dtype_;
  std::array<int64_t, kMaxRank> sizes_;
  std::array<std::array<int64_t, kMaxOperands>, kMaxRank> strides_;
};

/// Two-dimensional runs of elements to copy, converting. Strides in bytes, [0] is the inner dim; a source stride of 0 repeats.
struct CastRun {
  char* to;
  const char* from;
  DType to_dtype, from_dtype;
  std::array<int64_t, 2> count, to_stride, from_stride;
};

/// Copies one such run in the calling thread. The runs do not overlap.
void cast(const CastRun& run);

/// The kernel behind cast(): registered by the CPU backend for the best instruction set.
using CastKernel = void(const CastRun& run);
void set_cast_kernel(CastKernel* kernel);

}  // namespace ember
