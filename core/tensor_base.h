// TensorBase: a handle to a strided view of shared storage, which is all that kernels and devices see of a tensor. Copies of a handle are
// the same tensor; views are different tensors on the same storage. Tensor, in ops/tensor.h, is this handle with the ops as methods. What
// a tensor knows about gradients hangs off it as an AutogradMeta, which autograd/ defines.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "ember/core/batch_dims.h"
#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/core/storage.h"

namespace ember {

/// The base of what autograd keeps beside a tensor.
struct AutogradMeta {
  virtual ~AutogradMeta() = default;
};

/// A tensor's AutogradMeta, which whoever needs it first puts there; it stays as long as the tensor.
class AutogradSlot {
 public:
  AutogradSlot() = default;
  AutogradSlot(const AutogradSlot&) = delete;
  AutogradSlot& operator=(const AutogradSlot&) = delete;
  ~AutogradSlot() { delete get(); }

  AutogradMeta* get() const { return meta_.load(std::memory_order_acquire); }
  /// Puts `made` there, unless another thread that sees the tensor was faster; returns the one that is there.
  AutogradMeta& put(std::unique_ptr<AutogradMeta> made, bool is_seen_by_others) {
    AutogradMeta* found = nullptr;
    if (!is_seen_by_others)
      meta_.store(made.get(), std::memory_order_release);
    else if (!meta_.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel))
      return *found;
    return *made.release();
  }

 private:
  std::atomic<AutogradMeta*> meta_{nullptr};
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
  IntrusivePtr<const BatchDims> batch;  ///< null unless vmap maps over the tensor
  PythonSlot python;
  AutogradSlot autograd;

  /// What new tensors of this thread take as is_inference; set by InferenceMode alone.
  static thread_local bool inference_mode;

  void set_geometry(Shape new_sizes, Shape new_strides, int64_t new_offset);
};

class TensorBase {
 public:
  /// The undefined tensor: stands for "none" in optional arguments and for a gradient of zero.
  TensorBase() = default;
  explicit TensorBase(IntrusivePtr<TensorImpl> impl) : impl_(std::move(impl)) {}

  bool defined() const { return static_cast<bool>(impl_); }
  TensorImpl* impl() const { return impl_.get(); }
  const IntrusivePtr<TensorImpl>& handle() const { return impl_; }
  bool is_same(const TensorBase& other) const { return impl_ == other.impl_; }

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
  int64_t element_size() const { return item_size(dtype()); }
  int64_t nbytes() const { return numel() * element_size(); }
  bool is_contiguous() const { return checked("is_contiguous").is_contiguous; }
  bool is_floating_point() const { return ember::is_floating_point(dtype()); }
  bool is_complex() const { return ember::is_complex(dtype()); }
  /// Of a dtype that has gradients: floating-point or complex.
  bool is_differentiable() const { return ember::is_differentiable(dtype()); }
  bool is_inference() const { return checked("is_inference").is_inference; }
  /// Whether vmap maps over it: sizes and strides are those of one sample.
  bool is_batched() const { return impl_ && impl_->batch; }
  std::span<const BatchDim> batch_dims() const {
    return is_batched() ? impl_->batch->list() : std::span<const BatchDim>();
  }
  uint32_t version() const { return checked("version").storage->version(); }

  /// The first element's address, without a check of its type. Throws Error for a batched tensor, which has one for each sample.
  char* raw_data() const {
    const TensorImpl& impl = checked("data_ptr");
    if (impl.batch) [[unlikely]]
      fail_batched("data_ptr");
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

  /// A tensor on the same storage with another geometry and the same batch dims; no autograd, no checks. Views are made of it.
  TensorBase alias(Shape sizes, Shape strides, int64_t offset) const;
  /// The same geometry, no history.
  TensorBase alias() const { return alias(sizes(), strides(), storage_offset()); }
  /// The same memory read as another type; strides and offset count elements of that type.
  TensorBase alias_as(DType dtype, Shape sizes, Shape strides, int64_t offset) const;
  /// A complex tensor's parts in a further dim of size 2; no autograd.
  TensorBase alias_real() const;
  /// The same with other batch dims.
  TensorBase alias_batched(std::vector<BatchDim> batch, Shape sizes, Shape strides, int64_t offset) const;

 protected:
  /// What the handle points to; throws Error naming the method when the tensor is undefined.
  TensorImpl& checked(const char* method) const {
    if (!impl_) [[unlikely]]
      fail_undefined(method);
    return *impl_;
  }

 private:
  [[noreturn, gnu::cold]] static void fail_undefined(const char* method);
  [[noreturn, gnu::cold]] void fail_batched(const char* method) const;

  IntrusivePtr<TensorImpl> impl_;
};

/// Uninitialised memory of this shape, outside of the tape.
TensorBase empty_strided_tensor(Shape sizes, Shape strides, DType dtype, Device device);
TensorBase empty_tensor(Shape sizes, DType dtype, Device device = {});
/// Like `x`: its shape and batch, its order of dimensions in memory when it has no gaps, row-major otherwise.
TensorBase empty_tensor_like(const TensorBase& x, DType dtype);

/// "float32 [2, 3]", for error messages.
std::string describe(const TensorBase& x);

}  // namespace ember
