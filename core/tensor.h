// Tensor: a handle to a strided view of shared storage. Copies of a handle are the same tensor; views are different tensors
// on the same storage. What a tensor knows about gradients hangs off it as an AutogradMeta, which autograd/ defines.
//
// The ops among its methods stand in tensor_methods.h and in_place_methods.h. These and the methods under "defined in autograd/" are
// declared in core because C++ wants members in one place; core itself never calls them.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/dtype.h"
#include "core/in_place_methods.h"
#include "core/scalar.h"
#include "core/shape.h"
#include "core/storage.h"
#include "core/tensor_methods.h"

namespace ember {

class Tensor;

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

/// The base of what autograd keeps beside a tensor.
struct AutogradMeta {
  virtual ~AutogradMeta() = default;
};

/// The Python object that stands for a tensor. It holds the tensor, and this pointer to it is weak; only when Python has
/// dropped an object that carries state (attributes, a subclass) while C++ keeps the tensor do the roles swap.
struct PythonSlot {
  void* object = nullptr;
  void (*release)(void* object) = nullptr;  ///< set while the slot owns the object

  ~PythonSlot() {
    if (release) release(object);
  }
};

struct TensorImpl final : RefCounted {
  TensorImpl(Storage storage, DType dtype, Shape sizes, Shape strides, int64_t offset);

  Storage storage;
  Shape sizes;
  Shape strides;   ///< in elements
  int64_t offset;  ///< in elements from the storage's start
  int64_t numel;
  DType dtype;
  bool is_contiguous;  ///< row-major without gaps
  /// A Python or C++ number standing in for a tensor: it takes part in promotion only by its kind.
  bool is_wrapped_number = false;
  bool is_inference = inference_mode;
  PythonSlot python;
  std::unique_ptr<AutogradMeta> autograd;

  /// What new tensors of this thread take as is_inference; set by InferenceMode alone.
  static thread_local bool inference_mode;

  void set_geometry(Shape new_sizes, Shape new_strides, int64_t new_offset);
};

class Tensor : public TensorMethods, public InPlaceMethods {
 public:
  /// The undefined tensor: stands for "none" in optional arguments and for a gradient of zero.
  Tensor() = default;
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  explicit Tensor(IntrusivePtr<TensorImpl> impl) : impl_(std::move(impl)) {}
  /// A number as a zero-dim wrapped tensor, so that `x * 2` and `maximum(x, 0)` need no overloads of their own.
  Tensor(const Scalar& value);
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value) : Tensor(Scalar(value)) {}
  Tensor(std::complex<double> value) : Tensor(Scalar(value)) {}

  /// A variable becomes another tensor.
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// What has no name is written into instead: `x[0] = y` is `x[0].copy_(y)`, and `x[0] = 1` is `x[0].fill_(1)`.
  Tensor& operator=(const Tensor& source) && { return copy_(source); }
  template <class T>
  requires std::is_convertible_v<T, Scalar> Tensor& operator=(T value) && { return fill_(Tensor(Scalar(value))); }

  bool defined() const { return static_cast<bool>(impl_); }
  TensorImpl* impl() const { return impl_.get(); }
  const IntrusivePtr<TensorImpl>& handle() const { return impl_; }
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }

  const Shape& sizes() const { return checked("sizes").sizes; }
  const Shape& strides() const { return checked("strides").strides; }
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t dim() const { return static_cast<int64_t>(checked("dim").sizes.size()); }
  int64_t numel() const { return checked("numel").numel; }
  int64_t storage_offset() const { return checked("storage_offset").offset; }
  const Storage& storage() const { return checked("storage").storage; }
  DType dtype() const { return checked("dtype").dtype; }
  Device device() const { return checked("device").storage->device(); }
  TensorOptions options() const { return TensorOptions(dtype()).device(device()); }
  int64_t element_size() const { return item_size(dtype()); }
  int64_t nbytes() const { return numel() * element_size(); }
  bool is_contiguous() const { return checked("is_contiguous").is_contiguous; }
  bool is_floating_point() const { return ember::is_floating_point(dtype()); }
  bool is_complex() const { return ember::is_complex(dtype()); }
  /// Of a dtype that has gradients: floating-point or complex.
  bool is_differentiable() const { return ember::is_differentiable(dtype()); }
  uint32_t version() const { return checked("version").storage->version(); }

  /// The first element's address, without a check of its type.
  char* raw_data() const {
    const TensorImpl& impl = checked("data_ptr");
    return static_cast<char*>(impl.storage->data()) + impl.offset * item_size(impl.dtype);
  }
  /// The same as T*; throws TypeError when T is not this tensor's dtype.
  template <class T>
  T* data_ptr() const {
    check<TypeError>(dtype() == dtype_of<T>, "data_ptr: expected a ", dtype_of<T>, " tensor but this one is ", dtype());
    return reinterpret_cast<T*>(raw_data());
  }
  /// The only element as T; throws Error unless numel() == 1.
  template <class T>
  T item() const {
    return item().to<T>();
  }
  Scalar item() const;

  /// A tensor on the same storage with another geometry; no autograd, no checks. Views are made of it.
  Tensor alias(Shape sizes, Shape strides, int64_t offset) const;
  /// The same geometry, no history.
  Tensor alias() const { return alias(sizes(), strides(), storage_offset()); }
  /// The same memory read as another type; strides and offset count elements of that type.
  Tensor alias_as(DType dtype, Shape sizes, Shape strides, int64_t offset) const;
  /// A complex tensor's parts in a further dim of size 2; no autograd.
  Tensor alias_real() const;

  // Defined in autograd/.
  bool requires_grad() const;
  Tensor& requires_grad_(bool value = true);
  Tensor& set_requires_grad(bool value) { return requires_grad_(value); }
  bool is_leaf() const;
  bool is_inference() const { return checked("is_inference").is_inference; }
  /// The gradient, undefined until a backward reaches this leaf.
  Tensor grad() const;
  void set_grad(const Tensor& grad);
  void retain_grad();
  bool retains_grad() const;
  /// The same storage outside of the tape; shares the version counter.
  Tensor detach() const;
  Tensor& detach_();
  /// See autograd/backward.h.
  void backward(const Tensor& gradient = {}, bool retain_graph = false, bool create_graph = false,
                const std::vector<Tensor>& inputs = {}) const;
  /// Calls `hook` with the gradient each time it is computed; a defined result replaces it. Returns the hook's id.
  int64_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  /// Calls `hook` with the leaf after its gradient was accumulated.
  int64_t register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const;
  void remove_hook(int64_t id) const;
  /// True for a view of another tensor, as autograd tracks it.
  bool is_view() const;

  // Further methods defined in ops/. They stand here because their defaults need a complete Tensor, or for their other overloads.
  bool is_contiguous(MemoryFormat format) const;
  /// A number for the gradient is most likely meant as retain_graph.
  template <class T>
  requires std::is_arithmetic_v<T>
  void backward(T gradient, bool retain_graph = false, bool create_graph = false) const = delete;
  Tensor diff(int64_t n = 1, int64_t dim = -1, const Tensor& prepend = {}, const Tensor& append = {}) const;
  Tensor cov(int64_t correction = 1, const Tensor& fweights = {}, const Tensor& aweights = {}) const;
  Tensor bincount(const Tensor& weights = {}, int64_t minlength = 0) const;
  std::pair<Tensor, Tensor> histogram(const Tensor& edges, const Tensor& weight = {}, bool density = false) const;
  std::pair<Tensor, Tensor> histogram(int64_t bins, const std::vector<double>& range = {}, const Tensor& weight = {},
                                      bool density = false) const;

  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }

 private:
  /// What the handle points to; throws Error naming the method when the tensor is undefined.
  TensorImpl& checked(const char* method) const {
    if (!impl_) [[unlikely]]
      fail_undefined(method);
    return *impl_;
  }
  [[noreturn, gnu::cold]] static void fail_undefined(const char* method);

  IntrusivePtr<TensorImpl> impl_;
};

// Nothing but a Tensor is made of these classes.
inline const Tensor& TensorMethods::self() const { return static_cast<const Tensor&>(*this); }
inline Tensor& InPlaceMethods::self() { return static_cast<Tensor&>(*this); }

template <std::same_as<Tensor> Limit>
Limit TensorMethods::clamp(const Limit& min, const Limit& max) const {
  return clamp_between(min, max);
}
template <std::same_as<Tensor> Limit>
Limit TensorMethods::clip(const Limit& min, const Limit& max) const {
  return clamp_between(min, max);
}

template <std::same_as<bool> B>
Tensor TensorMethods::var(B unbiased) const {
  return var(Shape(), unbiased);
}
template <std::same_as<bool> B>
Tensor TensorMethods::std(B unbiased) const {
  return std(Shape(), unbiased);
}
template <std::same_as<bool> B>
std::pair<Tensor, Tensor> TensorMethods::sort(B stable, int64_t dim, bool descending) const {
  return sort(dim, descending, static_cast<bool>(stable));
}
template <std::same_as<bool> B>
Tensor TensorMethods::argsort(B stable, int64_t dim, bool descending) const {
  return argsort(dim, descending, static_cast<bool>(stable));
}
template <std::same_as<Tensor> Other>
Other TensorMethods::to(const Other& other, bool, bool copy) const {
  return to(other.options(), false, copy);
}

/// Uninitialised memory of this shape, outside of the tape.
Tensor empty_strided_tensor(Shape sizes, Shape strides, DType dtype, Device device);
Tensor empty_tensor(Shape sizes, DType dtype, Device device = {});
/// Like `x`: its shape, its order of dimensions in memory when it has no gaps, row-major otherwise.
Tensor empty_tensor_like(const Tensor& x, DType dtype);

/// The dtype of an op on these tensors: PyTorch's rule, where tensors with dimensions outrank zero-dim ones and those outrank
/// wrapped numbers, unless the lower rank is of a higher kind (bool < integer < float < complex).
DType result_type(std::span<const Tensor> tensors);
DType result_type(const Tensor& a, const Tensor& b);

/// "float32 [2, 3]", for error messages.
std::string describe(const Tensor& x);

}  // namespace ember
