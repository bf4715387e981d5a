#include "ember/core/tensor_base.h"

#include <algorithm>
#include <numeric>

#include "ember/core/batching.h"
#include "ember/core/kernels/creation.h"

namespace ember {

namespace {

bool is_row_major(const Shape& sizes, const Shape& strides) {
  int64_t expected = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= sizes[i];
  }
  return true;
}

/// The batch dims of a tensor that is read as another type: strides count elements.
[[gnu::noinline, gnu::cold]] IntrusivePtr<const BatchDims> scaled(const IntrusivePtr<const BatchDims>& batch,
                                                                  int64_t from, int64_t to) {
  if (from == to) return batch;
  std::vector<BatchDim> dims(batch->list().begin(), batch->list().end());
  for (BatchDim& dim : dims) {
    check(dim.stride * from % to == 0, "view: the samples of vmap do not lie at whole elements of the new dtype");
    dim.stride = dim.stride * from / to;
  }
  return make_intrusive<BatchDims>(std::move(dims));
}

}  // namespace

BatchDims::BatchDims(std::vector<BatchDim> dims) : dims_(std::move(dims)) {
  count_.fetch_add(1, std::memory_order_relaxed);
}

BatchDims::~BatchDims() { count_.fetch_sub(1, std::memory_order_relaxed); }

const BatchDim* BatchDims::find(uint64_t level) const {
  const auto found = std::ranges::find(dims_, level, &BatchDim::level);
  return found == dims_.end() ? nullptr : &*found;
}

thread_local bool TensorImpl::inference_mode = false;

TensorImpl::TensorImpl(Storage storage, DType dtype, Shape sizes, Shape strides, int64_t offset)
    : storage(std::move(storage)), dtype(dtype) {
  set_geometry(std::move(sizes), std::move(strides), offset);
}

void TensorImpl::set_geometry(Shape new_sizes, Shape new_strides, int64_t new_offset) {
  const std::optional<int64_t> count = new_sizes.counted();
  check(count.has_value(), "a tensor of shape ", new_sizes, " has more elements than 64 bits count");
  numel = *count;
  sizes = std::move(new_sizes);
  strides = std::move(new_strides);
  offset = new_offset;
  is_contiguous = numel == 0 || is_row_major(sizes, strides);
}

void TensorBase::fail_undefined(const char* method) {
  fail(method, ": the tensor is undefined: nothing was assigned to it, or it was moved away");
}

void TensorBase::fail_batched(const char* method) const {
  fail(method, ": vmap maps over this ", describe(*this),
       ", whose samples have values of their own, so that the program cannot read one");
}

int64_t TensorBase::size(int64_t d) const {
  check<IndexError>(dim() > 0, "size: a zero-dim tensor has no dimension ", d);
  return sizes()[wrap_dim(d, dim(), "size")];
}

int64_t TensorBase::stride(int64_t d) const {
  check<IndexError>(dim() > 0, "stride: a zero-dim tensor has no dimension ", d);
  return strides()[wrap_dim(d, dim(), "stride")];
}

Scalar TensorBase::item() const {
  check(defined(), "item: the tensor is undefined");
  check(numel() == 1, "item: only a tensor of one element converts to a number, this one is ", describe(*this));
  if (is_batched()) fail_batched("item");
  if (!device().is_cpu()) {
    const TensorBase here = empty_tensor({}, dtype());
    kernels::copy.on (*this)(here, alias({}, {}, storage_offset()));
    return here.item();
  }
  return visit_dtype(dtype(), [&]<class T> {
    const T value = *reinterpret_cast<const T*>(raw_data());
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      return Scalar(static_cast<float>(value));
    } else {
      return Scalar(value);
    }
  });
}

TensorBase TensorBase::alias(Shape sizes, Shape strides, int64_t offset) const {
  return alias_as(dtype(), std::move(sizes), std::move(strides), offset);
}

TensorBase TensorBase::alias_as(DType dtype, Shape sizes, Shape strides, int64_t offset) const {
  TensorBase view(make_intrusive<TensorImpl>(storage(), dtype, std::move(sizes), std::move(strides), offset));
  view.impl_->is_inference = is_inference();
  if (impl_->batch) [[unlikely]]
    view.impl_->batch = scaled(impl_->batch, item_size(impl_->dtype), item_size(dtype));
  return view;
}

TensorBase TensorBase::alias_batched(std::vector<BatchDim> batch, Shape sizes, Shape strides, int64_t offset) const {
  TensorBase view = alias(std::move(sizes), std::move(strides), offset);
  view.impl_->batch = batch.empty() ? IntrusivePtr<const BatchDims>()
                                    : IntrusivePtr<const BatchDims>(make_intrusive<BatchDims>(std::move(batch)));
  return view;
}

TensorBase TensorBase::alias_real() const {
  Shape part_sizes = sizes(), part_strides = strides();
  for (int64_t& stride : part_strides) stride *= 2;
  part_sizes.push_back(2);
  part_strides.push_back(1);
  return alias_as(real_dtype(dtype()), std::move(part_sizes), std::move(part_strides), storage_offset() * 2);
}

TensorBase empty_strided_tensor(Shape sizes, Shape strides, DType dtype, Device device) {
  for (const int64_t size : sizes) check(size >= 0, "empty: shape ", sizes, " has a negative size");
  const std::optional<int64_t> span = extent(sizes, strides);
  int64_t bytes = 0;
  check<OutOfMemoryError>(span && !__builtin_mul_overflow(*span, item_size(dtype), &bytes), "empty: a tensor of shape ",
                          sizes, " is too large");
  auto storage = make_intrusive<StorageImpl>(static_cast<size_t>(bytes), device);
  return TensorBase(make_intrusive<TensorImpl>(std::move(storage), dtype, std::move(sizes), std::move(strides), 0));
}

TensorBase empty_tensor(Shape sizes, DType dtype, Device device) {
  Shape strides = contiguous_strides(sizes);
  return empty_strided_tensor(std::move(sizes), std::move(strides), dtype, device);
}

TensorBase empty_tensor_like(const TensorBase& x, DType dtype) {
  if (x.is_contiguous()) return empty_batched(x.batch_dims(), x.sizes(), dtype, x.device());
  const auto rank = static_cast<size_t>(x.dim());
  std::vector<size_t> order(rank);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return x.strides()[a] > x.strides()[b]; });
  Shape strides = Shape::filled(rank, 0);
  int64_t stride = 1;
  bool is_dense = true;
  for (size_t i = rank; i-- > 0;) {
    const size_t d = order[i];
    is_dense = is_dense && (x.sizes()[d] == 1 || x.strides()[d] == stride);
    strides[d] = stride;
    stride *= x.sizes()[d];
  }
  if (!is_dense) strides = contiguous_strides(x.sizes());
  return empty_batched(x.batch_dims(), x.sizes(), strides, dtype, x.device());
}

std::string describe(const TensorBase& x) { return x.defined() ? concat(x.dtype(), " ", x.sizes()) : "undefined"; }

}  // namespace ember
