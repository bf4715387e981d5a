// Tensors kept for the pullback. They refuse to unpack after an in-place op has changed what they saw, and an output is kept
// without its history, so that no cycle can form.
#pragma once

#include "ember/autograd/grad_mode.h"
#include "ember/autograd/node.h"

namespace ember {

/// An input kept for backward; unpacks with its history, for gradients of gradients.
class SavedTensor {
 public:
  SavedTensor() = default;
  explicit SavedTensor(const Tensor& x) : tensor_(x), version_(x.defined() ? x.version() : 0) {
    check(!x.defined() || !x.is_inference(), "autograd: ", describe(x),
          ", a tensor made in inference mode, cannot be saved for backward; clone() it outside of "
          "that mode");
  }
  SavedTensor(const SavedTensor& other) : tensor_(other.tensor_), version_(other.version_) { ++constructed; }
  SavedTensor(SavedTensor&& other) noexcept : tensor_(std::move(other.tensor_)), version_(other.version_) {
    ++constructed;
  }

  /// Throws when the tensor was modified since. An undefined tensor stays undefined.
  const Tensor& operator()() const {
    if (tensor_.defined() && tensor_.version() != version_) [[unlikely]]
      fail_modified();
    return tensor_;
  }

  /// How often one was copied or moved in this thread: a node that sees it grow while taking its pullbacks holds some.
  static thread_local uint64_t constructed;

 private:
  [[noreturn]] void fail_modified() const;

  Tensor tensor_;
  uint32_t version_ = 0;
};

/// An output kept for backward; its history is the node whose pullback unpacks it.
class SavedOutput {
 public:
  SavedOutput() = default;
  SavedOutput(const Tensor& y, uint32_t output) : data_(y.alias()), output_(output) {}
  Tensor operator()() const;

 private:
  SavedTensor data_;
  uint32_t output_ = 0;
};

/// Nothing is kept while gradients are off.
inline SavedTensor saved(const Tensor& x) { return GradMode::is_enabled() ? SavedTensor(x) : SavedTensor(); }
inline SavedOutput saved_output(const Tensor& y, uint32_t output = 0) {
  return GradMode::is_enabled() ? SavedOutput(y, output) : SavedOutput();
}

}  // namespace ember
