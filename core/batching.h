// How kernels serve vmap. A kernel is never shown a batched tensor: a call that holds some is made once with the samples laid into dims
// of their own, where the kernel's family says how, and else once for each sample. What it writes becomes batched.
#pragma once

#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "ember/core/function_ref.h"
#include "ember/core/tensor_base.h"

namespace ember {

/// What a random number is to the samples of vmap.
enum class Randomness { Error, Different, Same };

/// A vmap that is under way in this thread, which then maps over tensors with its level.
class VmapLevel {
 public:
  VmapLevel(int64_t size, Randomness randomness);
  ~VmapLevel();
  VmapLevel(const VmapLevel&) = delete;
  VmapLevel& operator=(const VmapLevel&) = delete;

  uint64_t id() const { return id_; }
  int64_t size() const { return size_; }
  Randomness randomness() const { return randomness_; }
  static bool is_open(uint64_t level);
  /// Null where none is open in this thread.
  static const VmapLevel* innermost();

 private:
  uint64_t id_;
  int64_t size_;
  Randomness randomness_;
};

/// How one call of a kernel serves all samples.
struct Batching {
  enum class How : uint8_t {
    Samples,    ///< not: each sample has a call
    Pointwise,  ///< inputs broadcast to the output, so the samples stand in front
    Front,      ///< any dims may stand in front; the first integer is a dim, and moves
    Fold,       ///< the first dim holds the parts of all samples
    Product,    ///< of matrices, or batches of them
    Random,     ///< as Randomness says
  };

  How how = How::Samples;
  uint8_t outputs = 1;  ///< so many tensors, of those that come first, are written
  uint8_t shared = 0;   ///< bits of the tensors that must be the same for all samples, or each has a call
  bool reads_outputs = false;

  static constexpr Batching front(uint8_t outputs = 1, uint8_t shared = 0) { return {How::Front, outputs, shared}; }
  static constexpr Batching fold(uint8_t outputs = 1, uint8_t shared = 0) { return {How::Fold, outputs, shared}; }
  static constexpr Batching samples(uint8_t outputs) { return {How::Samples, outputs}; }
  /// For outputs that the kernel adds to, or works in.
  constexpr Batching changing() const {
    Batching other = *this;
    other.reads_outputs = true;
    return other;
  }
};

/// Uninitialised memory with these batch dims, samples one behind the other; each row-major, or with these strides.
TensorBase empty_batched(std::span<const BatchDim> dims, const Shape& sizes, DType dtype, Device device);
TensorBase empty_batched(std::span<const BatchDim> dims, const Shape& sizes, const Shape& strides, DType dtype,
                         Device device);
/// All samples of x as a tensor without batch dims: they stand in front, by rising level.
TensorBase with_samples_in_front(const TensorBase& x);
/// The dims that some of these tensors have, by rising level; strides say nothing.
std::vector<BatchDim> common_batch(std::span<const TensorBase* const> tensors);
/// Throws Error naming `op` unless `x` has each batch dim of `other`: it holds one value where other has many.
void check_holds_batch(const char* op, const TensorBase& x, const TensorBase& other);

using UnbatchedKernel = FunctionRef<void(std::span<const TensorBase> tensors, int64_t dims_in_front)>;
/// Calls `kernel` for the tensors of a call, which hold batched ones.
void call_batched(const char* op, const Batching& batching, std::span<const TensorBase* const> tensors,
                  UnbatchedKernel kernel);
[[noreturn]] void fail_data_dependent(const char* op);

/// The tensors within an argument of a kernel: none.
template <class T>
struct KernelArgument {
  static void collect(const T&, std::vector<const TensorBase*>&) {}
  template <class U>
  static U& replaced(U& argument, std::span<const TensorBase>&, int64_t&) {
    return argument;
  }
};
template <>
struct KernelArgument<TensorBase> {
  static void collect(const TensorBase& x, std::vector<const TensorBase*>& tensors) { tensors.push_back(&x); }
  static const TensorBase& replaced(const TensorBase&, std::span<const TensorBase>& rest, int64_t&) {
    const TensorBase& first = rest.front();
    rest = rest.subspan(1);
    return first;
  }
};
template <>
struct KernelArgument<std::span<const TensorBase>> {
  static void collect(std::span<const TensorBase> list, std::vector<const TensorBase*>& tensors) {
    for (const TensorBase& x : list) tensors.push_back(&x);
  }
  static std::span<const TensorBase> replaced(std::span<const TensorBase> list, std::span<const TensorBase>& rest,
                                              int64_t&) {
    const auto first = rest.first(list.size());
    rest = rest.subspan(list.size());
    return first;
  }
};
template <>
struct KernelArgument<int64_t> {
  static void collect(int64_t, std::vector<const TensorBase*>&) {}
  static int64_t replaced(int64_t dim, std::span<const TensorBase>&, int64_t& dims_in_front) {
    return dim + std::exchange(dims_in_front, 0);
  }
};

template <class... Args>
void call_batched(const char* op, const Batching& batching, void (*function)(Args...), Args... args) {
  std::vector<const TensorBase*> tensors;
  (KernelArgument<std::remove_cvref_t<Args>>::collect(args, tensors), ...);
  call_batched(op, batching, tensors, [&](std::span<const TensorBase> rest, int64_t dims_in_front) {
    // In braces, as the order matters.
    const std::tuple<decltype(KernelArgument<std::remove_cvref_t<Args>>::replaced(args, rest, dims_in_front))...> call{
        KernelArgument<std::remove_cvref_t<Args>>::replaced(args, rest, dims_in_front)...};
    std::apply(function, call);
  });
}

/// A kernel's function, ready to be called.
template <class Function>
class KernelCall;

template <class R, class... Args>
class KernelCall<R(Args...)> {
 public:
  [[gnu::always_inline]] KernelCall(R (*function)(Args...), const char* op, Batching batching)
      : function_(function), op_(op), batching_(batching) {}

  [[gnu::always_inline]] R operator()(Args... args) const {
    if (BatchDims::exist()) [[unlikely]] {
      if constexpr (std::is_void_v<R>) {
        return call_batched<Args...>(op_, batching_, function_, args...);
      } else {
        std::vector<const TensorBase*> tensors;
        (KernelArgument<std::remove_cvref_t<Args>>::collect(args, tensors), ...);
        if (!common_batch(tensors).empty()) fail_data_dependent(op_);
      }
    }
    return function_(static_cast<Args>(args)...);
  }

 private:
  R (*function_)(Args...);
  const char* op_;
  Batching batching_;
};

}  // namespace ember
