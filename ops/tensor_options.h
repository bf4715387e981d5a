// What a factory makes.
#pragma once

#include <optional>

#include "ember/core/device.h"
#include "ember/core/dtype.h"

namespace ember {

/// What a factory makes: dtype (default_dtype() unless set), device (CPU unless set), requires_grad.
struct TensorOptions {
  std::optional<DType> dtype_;
  Device device_;
  bool requires_grad_ = false;

  TensorOptions() = default;
  TensorOptions(DType dtype) : dtype_(dtype) {}
  TensorOptions(Device device) : device_(device) {}

  TensorOptions dtype(DType value) const {
    return with([&](auto& o) { o.dtype_ = value; });
  }
  TensorOptions device(Device value) const {
    return with([&](auto& o) { o.device_ = value; });
  }
  TensorOptions requires_grad(bool value = true) const {
    return with([&](auto& o) { o.requires_grad_ = value; });
  }
  DType dtype_or_default() const { return dtype_.value_or(default_dtype()); }

 private:
  template <class F>
  TensorOptions with(F change) const {
    TensorOptions copy = *this;
    change(copy);
    return copy;
  }
};
inline TensorOptions dtype(DType t) { return TensorOptions(t); }
inline TensorOptions device(Device d) { return TensorOptions(d); }
inline TensorOptions requires_grad(bool value = true) { return TensorOptions().requires_grad(value); }

}  // namespace ember
