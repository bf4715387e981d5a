// Tensors kept for the pullback. They hold data without history, so that no cycle can form, and refuse to unpack after an
// in-place op has changed what they saw.
#pragma once

#include "autograd/grad_mode.h"
#include "autograd/node.h"

namespace ember {

/// An input kept for backward; unpacks with its history, for gradients of gradients.
class SavedTensor {
 public:
  SavedTensor() = default;
  explicit SavedTensor(const Tensor& x);
  /// Throws when the tensor was modified since. An undefined tensor stays undefined.
  Tensor operator()() const;

 private:
  friend class SavedOutput;
  void check_version() const;

  Tensor data_;
  autograd::Edge history_;
  uint32_t version_ = 0;
};

/// An output kept for backward; its history is the node whose pullback unpacks it.
class SavedOutput {
 public:
  SavedOutput() = default;
  SavedOutput(const Tensor& y, uint32_t output);
  Tensor operator()() const;

 private:
  SavedTensor saved_;
  uint32_t output_ = 0;
};

/// Nothing is kept while gradients are off.
inline SavedTensor saved(const Tensor& x) {
  return GradMode::is_enabled() ? SavedTensor(x) : SavedTensor();
}
inline SavedOutput saved_output(const Tensor& y, uint32_t output = 0) {
  return GradMode::is_enabled() ? SavedOutput(y, output) : SavedOutput();
}

}  // namespace ember
