#include "ember/ops/creation/creation.h"

#include <algorithm>
#include <cmath>

#include "ember/core/kernels/creation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

Tensor with_grad(Tensor x, const TensorOptions& options) {
  if (options.requires_grad_) x.requires_grad_();
  return x;
}

Tensor filled(Tensor x, const char* op, const Scalar& value) {
  kernel::check_fill(op, value, x);
  kernels::fill.as(op).on(x)(x, value);
  return x;
}

DType dtype_of_kind(DType kind) {
  return kind == kFloat64 ? default_dtype() : kind == kComplex128 ? default_complex_dtype() : kind;
}

void check_length(const char* op, double count) {
  check<OutOfMemoryError>(count < 0x1p63, op, ": ", count, " elements are too many");
}

/// `count` numbers given by `at(i)`, computed in T and converted to the dtype that the options name.
template <class T, class F>
Tensor sequence(int64_t count, DType dtype, const TensorOptions& options, F at) {
  const Tensor values = empty_tensor(count, dtype_of<T>);
  T* data = values.data_ptr<T>();
  for (int64_t i = 0; i < count; ++i) data[i] = at(i);
  return with_grad(to(values, TensorOptions(dtype).device(options.device_)), options);
}

/// The places of a matrix whose columns in row i are those of columns_of(i + offset).
Tensor triangle_indices(const char* op, int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options,
                        auto columns_of) {
  check<ValueError>(rows >= 0 && columns >= 0, op, ": ", rows, " rows and ", columns, " columns must not be negative");
  constexpr double kMost = 1e12;
  check<OutOfMemoryError>(static_cast<double>(rows) * static_cast<double>(columns) < kMost, op, ": a matrix of ", rows,
                          " rows and ", columns, " columns is too large");
  offset = std::clamp(offset, -rows, columns);
  const auto columns_in = [&](int64_t row) {
    const auto [first, last] = columns_of(row + offset);
    return std::pair{std::clamp<int64_t>(first, 0, columns), std::clamp<int64_t>(last, 0, columns)};
  };
  const auto is_taken = [&](int64_t row) { return columns_in(row).first < columns_in(row).second; };
  // The rows with places stand together, from the first on or up to the last: no other is looked at.
  const bool is_first = rows > 0 && is_taken(0);
  int64_t boundary = 0;
  for (int64_t other = rows; boundary < other;) {
    const int64_t row = boundary + (other - boundary) / 2;
    if (is_taken(row) == is_first)
      boundary = row + 1;
    else
      other = row;
  }
  const int64_t begin = is_first ? 0 : boundary, end = is_first ? boundary : rows;
  int64_t count = 0;
  for (int64_t i = begin; i < end; ++i) count += columns_in(i).second - columns_in(i).first;
  const Tensor indices = empty_tensor({2, count}, kInt64);
  int64_t *row = indices.data_ptr<int64_t>(), *column = row + count;
  for (int64_t i = begin; i < end; ++i) {
    for (auto [j, last] = columns_in(i); j < last; ++j) {
      *row++ = i;
      *column++ = j;
    }
  }
  return to(indices, options.dtype(options.dtype_.value_or(kInt64)));
}

/// The shape of nested braces, taken from the first item of each level.
void find_shape(const NestedList& list, Shape& shape) {
  if (!list.is_list()) return;
  shape.push_back(static_cast<int64_t>(list.items().size()));
  if (!list.items().empty()) find_shape(list.items()[0], shape);
}

void collect(const NestedList& list, const Shape& shape, size_t level, std::vector<Scalar>& values,
             std::optional<DType>& dtype) {
  const bool fits = list.is_list() ? level < shape.size() && static_cast<int64_t>(list.items().size()) == shape[level]
                                   : level == shape.size();
  check<ValueError>(fits, "tensor: the rows at nesting level ", level, " have different lengths");
  if (!list.is_list()) {
    values.push_back(list.value());
    dtype = dtype ? promote_types(*dtype, list.dtype()) : list.dtype();
  }
  for (const NestedList& item : list.items()) collect(item, shape, level + 1, values, dtype);
}

/// Memory of x's dtype, device and batch.
Tensor memory_like(const Tensor& x, const Shape& sizes, const Shape& strides, std::optional<DType> dtype) {
  check(x.defined(), "new tensors of an undefined tensor's kind were asked for");
  return empty_batched(x.batch_dims(), sizes, strides, dtype.value_or(x.dtype()), x.device());
}
Tensor memory_like(const Tensor& x, const Shape& sizes, std::optional<DType> dtype) {
  return memory_like(x, sizes, contiguous_strides(sizes), dtype);
}

void check_strides(const char* op, const Shape& sizes, const Shape& strides) {
  check(sizes.size() == strides.size(), op, ": sizes ", sizes, " and strides ", strides, " must have as many dims");
  for (const int64_t stride : strides) check(stride >= 0, op, ": strides ", strides, " must not be negative");
}

}  // namespace

Tensor empty(const Shape& sizes, const TensorOptions& options) {
  return with_grad(empty_tensor(sizes, options.dtype_or_default(), options.device_), options);
}
Tensor Tensor::new_empty(const Shape& sizes, std::optional<DType> dtype) const {
  return memory_like(*this, sizes, dtype);
}

Tensor empty_strided(const Shape& sizes, const Shape& strides, const TensorOptions& options) {
  check_strides("empty_strided", sizes, strides);
  return with_grad(empty_strided_tensor(sizes, strides, options.dtype_or_default(), options.device_), options);
}
Tensor Tensor::new_empty_strided(const Shape& sizes, const Shape& strides, std::optional<DType> dtype) const {
  check_strides("new_empty_strided", sizes, strides);
  return memory_like(*this, sizes, strides, dtype);
}

Tensor empty_permuted(const Shape& sizes, const Shape& physical_layout, const TensorOptions& options) {
  check(sizes.size() == physical_layout.size(), "empty_permuted: physical_layout ", physical_layout,
        " must name each of the ", sizes.size(), " dimensions");
  Shape strides = sizes;
  int64_t stride = 1;
  const Shape order =
      sizes.empty() ? Shape() : wrap_dims(physical_layout, static_cast<int64_t>(sizes.size()), "empty_permuted");
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= std::max<int64_t>(sizes[order[i]], 1);
  }
  return empty_strided(sizes, strides, options);
}

Tensor full(const Shape& sizes, const Scalar& value, const TensorOptions& options) {
  Tensor x = empty_tensor(sizes, options.dtype_.value_or(dtype_of_kind(value.dtype())), options.device_);
  return with_grad(filled(std::move(x), "full", value), options);
}
Tensor Tensor::new_full(const Shape& sizes, const Scalar& value, std::optional<DType> dtype) const {
  return filled(memory_like(*this, sizes, dtype), "new_full", value);
}

Tensor zeros(const Shape& sizes, const TensorOptions& options) {
  Tensor x = empty_tensor(sizes, options.dtype_or_default(), options.device_);
  return with_grad(filled(std::move(x), "zeros", 0), options);
}
Tensor Tensor::new_zeros(const Shape& sizes, std::optional<DType> dtype) const {
  return filled(memory_like(*this, sizes, dtype), "new_zeros", 0);
}

Tensor ones(const Shape& sizes, const TensorOptions& options) {
  Tensor x = empty_tensor(sizes, options.dtype_or_default(), options.device_);
  return with_grad(filled(std::move(x), "ones", 1), options);
}
Tensor Tensor::new_ones(const Shape& sizes, std::optional<DType> dtype) const {
  return filled(memory_like(*this, sizes, dtype), "new_ones", 1);
}

Tensor empty_like(const Tensor& x, std::optional<DType> dtype) {
  kernel::check_defined("empty_like", "input", x);
  return empty_tensor_like(x, dtype.value_or(x.dtype()));
}

Tensor full_like(const Tensor& x, const Scalar& value, std::optional<DType> dtype) {
  kernel::check_defined("full_like", "input", x);
  return filled(empty_tensor_like(x, dtype.value_or(x.dtype())), "full_like", value);
}

Tensor zeros_like(const Tensor& x, std::optional<DType> dtype) { return full_like(x, 0, dtype); }
Tensor ones_like(const Tensor& x, std::optional<DType> dtype) { return full_like(x, 1, dtype); }

Tensor arange(const Scalar& end, const TensorOptions& options) { return arange(0, end, 1, options); }

Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return arange(start, end, 1, options);
}

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, const TensorOptions& options) {
  const double from = start.to<double>(), to = end.to<double>(), by = step.to<double>();
  check<NotImplementedError>(options.dtype_ != kBool, "arange: counts in numbers, not in bools");
  check(by != 0 && std::isfinite(from) && std::isfinite(to), "arange: start ", start, ", end ", end,
        " must be finite and step ", step, " not zero");
  check(by > 0 ? to >= from : to <= from, "arange: step ", step, " does not lead from ", start, " to ", end);
  const bool is_real = start.is_floating_point() || end.is_floating_point() || step.is_floating_point();
  const DType dtype = options.dtype_.value_or(is_real ? default_dtype() : kInt64);
  if (is_floating_point(dtype)) {
    const double length = std::ceil((to - from) / by);
    check_length("arange", length);
    const auto count = static_cast<int64_t>(length);
    return sequence<double>(count, dtype, options, [=](int64_t i) { return from + static_cast<double>(i) * by; });
  }
  // As many as there would be real numbers, yet from the truncated start by the truncated step.
  for (const Scalar& number : {start, end, step}) kernel::check_fits("arange", number, kInt64);
  const int64_t first = start.to<int64_t>(), stride = step.to<int64_t>(), last = end.to<int64_t>();
  const auto gap = [](int64_t a, int64_t b) { return static_cast<uint64_t>(b) - static_cast<uint64_t>(a); };
  const uint64_t distance = stride > 0 ? gap(first, last) : gap(last, first),
                 pace = stride > 0 ? gap(0, stride) : gap(stride, 0);
  const uint64_t steps = pace == 0 ? 0 : distance / pace + (distance % pace != 0);
  const double length = is_real ? std::ceil((to - from) / by) : static_cast<double>(steps);
  check_length("arange", length);
  return sequence<int64_t>(is_real ? static_cast<int64_t>(length) : static_cast<int64_t>(steps), dtype, options,
                           [=](int64_t i) { return first + i * stride; });
}

namespace {

/// at(x) for `steps` numbers x evenly spaced from start to end, which are truncated when the result holds integers.
template <class F>
Tensor spaced(const char* op, const Scalar& start, const Scalar& end, int64_t steps, const TensorOptions& options,
              F at) {
  check(steps >= 0, op, ": steps ", steps, " must not be negative");
  const DType dtype = options.dtype_or_default();
  kernel::check_fits(op, start, dtype);
  kernel::check_fits(op, end, dtype);
  double from = start.to<double>(), to = end.to<double>();
  if (!is_differentiable(dtype)) {
    from = std::trunc(from);
    to = std::trunc(to);
  }
  const double step = steps > 1 ? (to - from) / static_cast<double>(steps - 1) : 0;
  // From both ends, so that the last number is exactly `end`.
  return sequence<double>(steps, dtype, options, [=](int64_t i) {
    return at(i < (steps + 1) / 2 ? from + step * static_cast<double>(i)
                                  : to - step * static_cast<double>(steps - 1 - i));
  });
}

}  // namespace

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, const TensorOptions& options) {
  return spaced("linspace", start, end, steps, options, [](double x) { return x; });
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, const TensorOptions& options) {
  return spaced("logspace", start, end, steps, options, [base](double x) { return std::pow(base, x); });
}

Tensor eye(int64_t n, std::optional<int64_t> m, const TensorOptions& options) {
  const Tensor x = zeros({n, m.value_or(n)}, TensorOptions(options).requires_grad(false));
  filled(diagonal(x), "eye", 1);
  return with_grad(x, options);
}

Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, {}, options); }

Tensor tril_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  return triangle_indices("tril_indices", rows, columns, offset, options, [](int64_t diagonal) {
    return std::pair{int64_t{0}, diagonal + 1};
  });
}

Tensor triu_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  return triangle_indices("triu_indices", rows, columns, offset, options, [columns](int64_t diagonal) {
    return std::pair{diagonal, columns};
  });
}

Tensor scalar_tensor(const Scalar& value, const TensorOptions& options) {
  return full({}, value, TensorOptions(options).dtype(options.dtype_or_default()));
}

Tensor tensor(const NestedList& values, const TensorOptions& options) {
  Shape shape;
  find_shape(values, shape);
  std::vector<Scalar> flat;
  std::optional<DType> dtype;
  collect(values, shape, 0, flat, dtype);
  const Tensor x = empty_tensor(shape, options.dtype_.value_or(dtype.value_or(default_dtype())));
  // Floats round, to infinity too, as those of a list in Python do.
  for (const Scalar& value : flat)
    if (!x.is_floating_point()) kernel::check_fits("tensor", value, x.dtype());
  visit_dtype(x.dtype(), [&]<class T> {
    T* data = x.data_ptr<T>();
    for (size_t i = 0; i < flat.size(); ++i) data[i] = flat[i].to<T>();
  });
  return with_grad(to(x, options.device_), options);
}

namespace detail {

Tensor copy_values(const void* data, int64_t count, DType dtype, const TensorOptions& options) {
  const Tensor x = empty_tensor(count, dtype);
  if (count > 0) std::memcpy(x.raw_data(), data, static_cast<size_t>(x.nbytes()));
  return with_grad(to(x, options.dtype(options.dtype_.value_or(dtype))), options);
}

}  // namespace detail

Tensor from_blob(void* data, const Shape& sizes, const TensorOptions& options) {
  return from_blob(
      data, sizes, contiguous_strides(sizes), [] {}, options);
}

Tensor from_blob(void* data, const Shape& sizes, const Shape& strides, const TensorOptions& options) {
  return from_blob(
      data, sizes, strides, [] {}, options);
}

Tensor from_blob(void* data, const Shape& sizes, const Shape& strides, std::function<void()> release,
                 const TensorOptions& options) {
  check(sizes.size() == strides.size(), "from_blob: sizes ", sizes, " and strides ", strides,
        " must have as many dims");
  int64_t extent = 1;
  for (size_t d = 0; d < sizes.size(); ++d) {
    check(sizes[d] >= 0 && strides[d] >= 0, "from_blob: sizes ", sizes, " and strides ", strides,
          " must not be negative");
    extent += (sizes[d] - 1) * strides[d];
  }
  if (sizes.numel() == 0) extent = 0;
  check(data != nullptr || extent == 0, "from_blob: the data pointer is null");
  const DType dtype = options.dtype_or_default();
  auto storage = make_intrusive<StorageImpl>(data, static_cast<size_t>(extent * item_size(dtype)), options.device_,
                                             std::move(release));
  return with_grad(Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0)), options);
}

}  // namespace ember
