#include "ops/internal/matrices.h"

#include "ember/autograd/backward.h"
#include "ember/core/kernels/creation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"

namespace ember::matrices {

void check_matrix(const char* op, const char* argument, const Tensor& a, Numbers numbers) {
  kernel::check_defined(op, argument, a);
  check(a.dim() >= 2, op, ": The input tensor ", argument, " must have at least 2 dimensions, but has shape ",
        a.sizes());
  check<NotImplementedError>(!is_reduced_floating_point(a.dtype()), op, ": Low precision dtypes not supported, but ",
                             argument, " is ", a.dtype(), "; expected float32 or float64");
  check((is_floating_point(a.dtype()) || (a.is_complex() && numbers == Numbers::RealOrComplex)), op,
        ": Expected a floating point tensor as input (float32 or float64), but ", argument, " is ", a.dtype());
}

void check_square(const char* op, const char* argument, const Tensor& a, Numbers numbers) {
  check_matrix(op, argument, a, numbers);
  check(rows(a) == columns(a), op, ": ", argument, " must be batches of square matrices, but they are ", rows(a),
        " by ", columns(a), " matrices");
}

void check_same_dtype(const char* op, const char* argument, const Tensor& b, const Tensor& a) {
  kernel::check_defined(op, argument, b);
  check(b.dtype() == a.dtype(), op, ": Expected ", argument, " to have the dtype of the matrix, ", a.dtype(),
        ", but it is ", b.dtype());
  kernel::check_same_device(op, std::array{a, b});
}

Shape batch_of(const Tensor& a) { return Shape(std::span(a.sizes().data(), a.sizes().size() - 2)); }

Shape with(Shape batch, std::initializer_list<int64_t> dims) {
  for (const int64_t n : dims) batch.push_back(n);
  return batch;
}

namespace {

Shape column_strides(const Shape& batch, int64_t m, int64_t n) {
  Shape strides = contiguous_strides(with(batch, {n, m}));
  std::swap(strides[strides.size() - 1], strides[strides.size() - 2]);
  return strides;
}

}  // namespace

Tensor empty_columns(const Shape& batch, int64_t m, int64_t n, const Tensor& like, const Tensor& other) {
  return empty_batched(ember::common_batch(std::array<const TensorBase*, 2>{&like, &other}), with(batch, {m, n}),
                       column_strides(batch, m, n), like.dtype(), like.device());
}

Tensor copy_columns(const Tensor& x, const Shape& batch) {
  Tensor y = empty_columns(batch, rows(x), columns(x), x);
  if (y.numel() > 0) kernels::copy.on(x)(y, x);
  return y;
}

Tensor as_columns(const Tensor& x, const Shape& batch) {
  const Shape sizes = with(batch, {rows(x), columns(x)});
  return x.sizes() == sizes && x.strides() == column_strides(batch, rows(x), columns(x)) ? x.alias()
                                                                                         : copy_columns(x, batch);
}

Tensor transposed(const Tensor& x) {
  Shape sizes = x.sizes(), strides = x.strides();
  const size_t last = sizes.size() - 1;
  std::swap(sizes[last], sizes[last - 1]);
  std::swap(strides[last], strides[last - 1]);
  return x.alias(std::move(sizes), std::move(strides), x.storage_offset());
}

Tensor empty_info(const Shape& batch, const Tensor& like) {
  Tensor info = empty_tensor(batch, kInt32, like.device());
  kernels::fill.on(info)(info, 0);
  return info;
}

void check_info(const char* op, const Tensor& info, FunctionRef<std::string(int info)> reason) {
  if (info.is_batched()) return check_info(op, with_samples_in_front(info), reason);
  const auto* values = info.data_ptr<int32_t>();
  for (int64_t i = 0; i < info.numel(); ++i)
    if (values[i])
      fail<LinAlgError>(op, ": ", info.dim() ? concat("(Batch element ", i, "): ") : std::string(), reason(values[i]));
}

void check_converged(const char* op, const Tensor& info, const char* values) {
  check_info(op, info, [values](int i) {
    const std::string failure = "The algorithm failed to converge because the input matrix ";
    return i < 0 ? failure + "contained non-finite values."
                 : concat(failure, "is ill-conditioned or has too many repeated ", values, " (error code: ", i, ").");
  });
}

Tensor identity(const Shape& batch, int64_t n, const Tensor& like) {
  return expand(eye(n, {}, like.options()), with(batch, {n, n}));
}

bool is_vector(const Tensor& a, const Tensor& b) {
  if (b.dim() == 1) return true;
  const Shape vectors(std::span(a.sizes().data(), a.sizes().size() - 1));
  return a.dim() - 1 == b.dim() && b.sizes() == vectors;
}

}  // namespace ember::matrices
