#include "ember/ops/fft/fft.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "ember/autograd/record.h"
#include "ember/core/kernels/fft.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember::fft {

namespace {

// --- The three transforms that all others are made of. Each is linear, and its pullback the conjugate transpose.

/// Complex to complex over `dims`.
Tensor complex_transform(const char* op, const Tensor& x, const Shape& dims, bool forward, double scale) {
  if (dims.empty()) return clone(x);
  const Tensor y = empty_tensor(x.sizes(), x.dtype(), x.device());
  const auto kernel = kernels::fourier_transform.as(op).on(x);
  for (size_t i = dims.size(); i-- > 0;) kernel(y, i + 1 == dims.size() ? x : y, dims[i], forward, i == 0 ? scale : 1);
  return record(op, y, inputs(x), [op, dims, forward, scale](const Tensor& g) {
    return complex_transform(op, g, dims, !forward, scale);
  });
}

Shape with_size(Shape sizes, int64_t dim, int64_t size) {
  sizes[static_cast<size_t>(dim)] = size;
  return sizes;
}

/// x cut or padded with zeros to `size` along `dim`.
Tensor resized(const Tensor& x, int64_t dim, int64_t size) {
  const int64_t before = x.size(dim);
  if (before == size) return x;
  if (before > size) return narrow(x, dim, 0, size);
  return views::place(x, with_size(x.sizes(), dim, size),
                      [dim, before](const Tensor& y) { return narrow(y, dim, 0, before); });
}

Tensor from_half(const char* op, const Tensor& x, int64_t dim, int64_t n, bool forward, double scale);

/// Real to the half of a conjugate-symmetric spectrum.
Tensor to_half(const char* op, const Tensor& x, int64_t dim, bool forward, double scale) {
  const int64_t n = x.size(dim);
  const Tensor y = empty_tensor(with_size(x.sizes(), dim, n / 2 + 1), complex_dtype(x.dtype()), x.device());
  kernels::fourier_transform.as(op).on(x)(y, x, dim, forward, scale);
  return record(op, y, inputs(x), [op, dim, n, forward, scale](const Tensor& g) {
    return real(complex_transform(op, resized(g, dim, n), dim, !forward, scale));
  });
}

/// 1 for the entries of a half that mirror themselves, 2 for the others.
Tensor mirror_weights(const Tensor& half, int64_t dim, int64_t n) {
  Shape shape = Shape::filled(half.sizes().size(), 1);
  shape[static_cast<size_t>(dim)] = half.size(dim);
  const Tensor weights = full(shape, 2, TensorOptions(real_dtype(half.dtype())).device(half.device()));
  narrow(weights, dim, 0, 1).fill_(1);
  if (n % 2 == 0) narrow(weights, dim, n / 2, 1).fill_(1);
  return weights;
}

/// The half of a conjugate-symmetric signal to n real numbers.
Tensor from_half(const char* op, const Tensor& x, int64_t dim, int64_t n, bool forward, double scale) {
  const Tensor y = empty_tensor(with_size(x.sizes(), dim, n), real_dtype(x.dtype()), x.device());
  kernels::fourier_transform.as(op).on(x)(y, x, dim, forward, scale);
  return record(op, y, inputs(x), [op, dim, n, forward, scale](const Tensor& g) {
    const Tensor half = to_half(op, g, dim, !forward, scale);
    return half * mirror_weights(half, dim, n);
  });
}

/// x in a floating-point dtype that has transforms, complex if that is asked for.
Tensor promoted(const char* op, const Tensor& x, bool to_complex) {
  kernel::check_defined(op, "input", x);
  const DType t = is_differentiable(x.dtype()) ? x.dtype() : default_dtype();
  check<NotImplementedError>(!is_reduced_floating_point(t), op, ": input is ", describe(x),
                             " but must be float32, float64, complex, or integers");
  return to(x, to_complex ? complex_dtype(t) : t);
}

Tensor promoted_real(const char* op, const Tensor& x) {
  kernel::check_defined(op, "input", x);
  check<TypeError>(!x.is_complex(), op, ": input is ", describe(x), " but must be real");
  return promoted(op, x, false);
}

double scale_of(const char* op, Norm norm, double n, bool forward) {
  const std::string_view name = norm.value_or("backward");
  check<ValueError>(name == "backward" || name == "ortho" || name == "forward", op, ": norm is \"", std::string(name),
                    "\" but must be \"backward\", \"ortho\" or \"forward\"");
  if (name == "ortho") return 1 / std::sqrt(n);
  return (name == "forward") == forward ? 1 / n : 1;
}

int64_t check_length(const char* op, int64_t n) {
  check<ValueError>(n >= 1, op, ": the signal has ", n, " data points but must have at least 1");
  return n;
}

/// The dims to transform, and the size of the signal along each.
struct Signal {
  Shape dims, sizes;

  Signal(const char* op, const Tensor& x, const Dims& s, const Dims& dim) {
    kernel::check_defined(op, "input", x);
    check(!s || !dim || s->size() == dim->size(), op, ": s has ", s ? s->size() : 0, " sizes but dim ",
          dim ? dim->size() : 0, " dims; both must have as many");
    const int64_t rank = x.dim(), count = static_cast<int64_t>(dim ? dim->size() : s ? s->size() : x.sizes().size());
    check<IndexError>(rank > 0 || !dim || dim->empty(), op, ": a zero-dim input has no dimension to transform");
    check(count <= rank, op, ": s has ", count, " sizes but the input, ", describe(x), ", only ", rank, " dimensions");
    for (int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      const int64_t d = dim ? wrap_dim((*dim)[at], rank, op) : rank - count + i;
      check(std::find(dims.begin(), dims.end(), d) == dims.end(), op, ": dimension ", d, " is named twice in dim");
      dims.push_back(d);
      const int64_t size = s ? (*s)[at] : -1;
      sizes.push_back(size == -1 ? x.size(d) : size);
    }
  }

  /// Not an integer, since sizes that are still to be checked may be of any magnitude.
  double count() const { return std::accumulate(sizes.begin(), sizes.end(), 1.0, std::multiplies<double>()); }
  /// x cut or padded; `check_length` names the bad size.
  Tensor fit(const char* op, Tensor x) const {
    for (size_t i = 0; i < dims.size(); ++i) x = resized(x, dims[i], check_length(op, sizes[i]));
    return x;
  }
  void check_not_empty(const char* op) const { check(!dims.empty(), op, ": must transform at least one dimension"); }
  Shape all_but_last() const { return Shape(std::span(dims.data(), dims.size() - 1)); }
};

int64_t line_dim(const char* op, const Tensor& x, int64_t dim) {
  kernel::check_defined(op, "input", x);
  return views::dim_of(op, x, dim);
}

Tensor line(const char* op, const Tensor& x, Length n, int64_t dim, Norm norm, bool forward) {
  const int64_t d = line_dim(op, x, dim), length = check_length(op, n.value_or(x.size(d)));
  return complex_transform(op, resized(promoted(op, x, true), d, length), d, forward,
                           scale_of(op, norm, static_cast<double>(length), forward));
}

Tensor line_to_half(const char* op, const Tensor& x, Length n, int64_t dim, Norm norm, bool forward) {
  const Tensor in = promoted_real(op, x);
  const int64_t d = line_dim(op, x, dim), length = check_length(op, n.value_or(x.size(d)));
  return to_half(op, resized(in, d, length), d, forward, scale_of(op, norm, static_cast<double>(length), forward));
}

Tensor line_from_half(const char* op, const Tensor& x, Length n, int64_t dim, Norm norm, bool forward) {
  const int64_t d = line_dim(op, x, dim), length = check_length(op, n.value_or(2 * (x.size(d) - 1)));
  return from_half(op, resized(promoted(op, x, true), d, length / 2 + 1), d, length, forward,
                   scale_of(op, norm, static_cast<double>(length), forward));
}

Tensor space(const char* op, const Tensor& x, const Dims& s, const Dims& dim, Norm norm, bool forward) {
  const Signal signal(op, x, s, dim);
  return complex_transform(op, signal.fit(op, promoted(op, x, true)), signal.dims, forward,
                           scale_of(op, norm, signal.count(), forward));
}

Tensor space_to_half(const char* op, const Tensor& x, const Dims& s, const Dims& dim, Norm norm, bool forward) {
  const Tensor in = promoted_real(op, x);
  const Signal signal(op, x, s, dim);
  signal.check_not_empty(op);
  const Tensor half =
      to_half(op, signal.fit(op, in), signal.dims.back(), forward, scale_of(op, norm, signal.count(), forward));
  return signal.dims.size() == 1 ? half : complex_transform(op, half, signal.all_but_last(), forward, 1);
}

Tensor space_from_half(const char* op, const Tensor& x, const Dims& s, const Dims& dim, Norm norm, bool forward) {
  Signal signal(op, x, s, dim);
  signal.check_not_empty(op);
  if (!s || s->back() == -1) signal.sizes.back() = 2 * (x.size(signal.dims.back()) - 1);
  const int64_t length = check_length(op, signal.sizes.back());
  const double scale = scale_of(op, norm, signal.count(), forward);
  signal.sizes.back() = length / 2 + 1;
  Tensor half = signal.fit(op, promoted(op, x, true));
  if (signal.dims.size() > 1) half = complex_transform(op, half, signal.all_but_last(), forward, 1);
  return from_half(op, half, signal.dims.back(), length, forward, scale);
}

Tensor shifted(const char* op, const Tensor& x, const Dims& dim, bool up) {
  const Signal signal(op, x, {}, dim);
  Tensor y = x;
  for (const int64_t d : signal.dims) {
    const int64_t size = x.size(d), first = (size + up) / 2;  // what comes to the front
    y = cat({narrow(y, d, first, size - first), narrow(y, d, 0, first)}, d);
  }
  return signal.dims.empty() ? clone(x) : y;
}

/// first, first + 1, ... of `count` numbers, over n d.
Tensor frequencies(const char* op, int64_t n, double d, const TensorOptions& options, int64_t wrap_after,
                   int64_t count) {
  check<ValueError>(n > 0, op, ": n is ", n, " but must be at least 1");
  const DType dtype = options.dtype_or_default();
  const Tensor steps = empty_tensor(count, kFloat64);
  for (int64_t i = 0; i < count; ++i)
    steps.data_ptr<double>()[i] = static_cast<double>(i < wrap_after ? i : i - n) * (1 / (static_cast<double>(n) * d));
  const Tensor y = to(steps, TensorOptions(dtype).device(options.device_));
  return y.detach().requires_grad_(options.requires_grad_);
}

}  // namespace

Tensor fft(const Tensor& x, Length n, int64_t dim, Norm norm) { return line("fft", x, n, dim, norm, true); }
Tensor ifft(const Tensor& x, Length n, int64_t dim, Norm norm) { return line("ifft", x, n, dim, norm, false); }
Tensor rfft(const Tensor& x, Length n, int64_t dim, Norm norm) { return line_to_half("rfft", x, n, dim, norm, true); }

Tensor irfft(const Tensor& x, Length n, int64_t dim, Norm norm) {
  return line_from_half("irfft", x, n, dim, norm, false);
}
Tensor hfft(const Tensor& x, Length n, int64_t dim, Norm norm) { return line_from_half("hfft", x, n, dim, norm, true); }

Tensor ihfft(const Tensor& x, Length n, int64_t dim, Norm norm) {
  return line_to_half("ihfft", x, n, dim, norm, false);
}

Tensor fftn(const Tensor& x, Dims s, Dims dim, Norm norm) { return space("fftn", x, s, dim, norm, true); }
Tensor ifftn(const Tensor& x, Dims s, Dims dim, Norm norm) { return space("ifftn", x, s, dim, norm, false); }
Tensor rfftn(const Tensor& x, Dims s, Dims dim, Norm norm) { return space_to_half("rfftn", x, s, dim, norm, true); }

Tensor irfftn(const Tensor& x, Dims s, Dims dim, Norm norm) {
  return space_from_half("irfftn", x, s, dim, norm, false);
}
Tensor hfftn(const Tensor& x, Dims s, Dims dim, Norm norm) { return space_from_half("hfftn", x, s, dim, norm, true); }
Tensor ihfftn(const Tensor& x, Dims s, Dims dim, Norm norm) { return space_to_half("ihfftn", x, s, dim, norm, false); }

Tensor fftshift(const Tensor& x, Dims dim) { return shifted("fftshift", x, dim, true); }
Tensor ifftshift(const Tensor& x, Dims dim) { return shifted("ifftshift", x, dim, false); }

Tensor fftfreq(int64_t n, double d, const TensorOptions& options) {
  return frequencies("fftfreq", n, d, options, (n + 1) / 2, n);
}

Tensor rfftfreq(int64_t n, double d, const TensorOptions& options) {
  return frequencies("rfftfreq", n, d, options, n / 2 + 1, n / 2 + 1);
}

}  // namespace ember::fft
