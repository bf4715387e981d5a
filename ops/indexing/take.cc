#include "ember/ops/indexing/take.h"

#include <algorithm>

#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

Tensor take(const Tensor& x, const Tensor& index) {
  kernel::check_defined("take", "input", x);
  const Tensor positions = indexing::as_index("take", index);
  return reshape(ember::index(reshape(x, -1), {reshape(positions, -1)}), positions.sizes());
}
Tensor TakeMethods::take(const Tensor& index) const { return ember::take(self(this), index); }

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate) {
  kernel::check_defined("put", "input", x);
  kernel::check_defined("put", "source", source);
  const Tensor positions = indexing::as_index("put", index);
  check(source.dtype() == x.dtype(), "put: source is ", source.dtype(), " but must be ", x.dtype(), " like input");
  check(source.numel() == positions.numel(), "put: source has ", source.numel(), " elements but index has ",
        positions.numel());
  const Tensor flat = index_put(reshape(x, -1), {reshape(positions, -1)}, reshape(source, -1), accumulate);
  return reshape(flat, x.sizes());
}
Tensor TakeMethods::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return ember::put(self(this), index, source, accumulate);
}
Tensor& TakeMethods::put_(const Tensor& index, const Tensor& source, bool accumulate) {
  return in_place("put_", self(this), ember::put, index, source, accumulate);
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  kernel::check_defined("masked_scatter", "input", x);
  kernel::check_defined("masked_scatter", "mask", mask);
  kernel::check_defined("masked_scatter", "source", source);
  check(mask.dtype() == kBool, "masked_scatter: mask must be bool but is ", mask.dtype());
  check(source.dtype() == x.dtype(), "masked_scatter: source is ", source.dtype(), " but must be ", x.dtype(),
        " like input");
  const auto both = broadcast_tensors({x, mask});
  if (mask.is_batched()) {
    // The i-th place of the mask takes the i-th element, for each sample without knowing how many there are.
    const Tensor places = reshape(both[1], -1), elements = reshape(source, -1);
    const Tensor order = clamp(cumsum(to(places, kInt64), 0) - 1, 0, elements.numel() - 1);
    return where(both[1], reshape(index_select(elements, 0, order), both[1].sizes()), both[0]);
  }
  const Tensor positions = select(nonzero(reshape(both[1], -1)), 1, 0);
  check(source.numel() >= positions.numel(), "masked_scatter: source has ", source.numel(),
        " elements but the mask needs ", positions.numel());
  const Tensor values = narrow(reshape(source, -1), 0, 0, positions.numel());
  return reshape(index_put(reshape(both[0], -1), {positions}, values), both[0].sizes());
}
Tensor TakeMethods::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return ember::masked_scatter(self(this), mask, source);
}
Tensor& TakeMethods::masked_scatter_(const Tensor& mask, const Tensor& source) {
  return in_place("masked_scatter_", self(this), ember::masked_scatter, mask, source);
}

Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  kernel::check_defined("repeat_interleave", "repeats", repeats);
  check(repeats.dim() == 1, "repeat_interleave: repeats has shape ", repeats.sizes(), " but must be a vector");
  const Tensor counts = contiguous(to(indexing::as_index("repeat_interleave", repeats), Device(kCPU)));
  const int64_t* count = counts.data_ptr<int64_t>();
  int64_t total = 0;
  for (int64_t i = 0; i < counts.numel(); ++i) {
    check(count[i] >= 0, "repeat_interleave: repeats must not be negative, got ", count[i]);
    check<OutOfMemoryError>(!__builtin_add_overflow(total, count[i], &total),
                            "repeat_interleave: repeats are too large");
  }
  check(!output_size || *output_size == total, "repeat_interleave: output_size ", output_size.value_or(0),
        " differs from ", total, ", the sum of repeats");
  const Tensor y = empty_tensor(total, kInt64);
  int64_t* out = y.data_ptr<int64_t>();
  for (int64_t i = 0; i < counts.numel(); ++i) out = std::fill_n(out, count[i], i);
  return to(y, repeats.device());
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  kernel::check_defined("repeat_interleave", "input", x);
  kernel::check_defined("repeat_interleave", "repeats", repeats);
  const Tensor whole = dim && x.dim() > 0 ? x : reshape(x, -1);
  const int64_t at = dim ? wrap_dim(*dim, x.dim(), "repeat_interleave") : 0;
  check(repeats.dim() <= 1, "repeat_interleave: repeats has shape ", repeats.sizes(), " but must be a vector");
  check(repeats.numel() == 1 || repeats.numel() == whole.sizes()[at], "repeat_interleave: repeats has ",
        repeats.numel(), " entries but dimension ", at, " of input ", whole.sizes(), " has ", whole.sizes()[at]);
  const Tensor counts = expand(reshape(repeats, -1), whole.sizes()[at]);
  return index_select(whole, at, repeat_interleave(counts, output_size));
}

Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  kernel::check_defined("repeat_interleave", "input", x);
  check(repeats >= 0, "repeat_interleave: repeats must not be negative, got ", repeats);
  const Tensor whole = dim && x.dim() > 0 ? x : reshape(x, -1);
  const int64_t at = dim ? wrap_dim(*dim, x.dim(), "repeat_interleave") : 0;
  Shape sizes = whole.sizes();
  const bool fits = !__builtin_mul_overflow(sizes[at], repeats, &sizes[at]);
  check<OutOfMemoryError>(fits, "repeat_interleave: ", repeats, " repeats are too many");
  check(!output_size || *output_size == sizes[at], "repeat_interleave: output_size ", output_size.value_or(0),
        " differs from ", sizes[at], ", the sum of repeats");
  Shape repeated = whole.sizes();
  repeated.insert(static_cast<size_t>(at) + 1, repeats);
  const Tensor y = reshape(expand(unsqueeze(whole, at + 1), repeated), sizes);
  return y.storage() == x.storage() ? clone(y) : y;
}
Tensor TakeMethods::repeat_interleave(std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(this), output_size);
}
Tensor TakeMethods::repeat_interleave(int64_t repeats, std::optional<int64_t> dim,
                                      std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(this), repeats, dim, output_size);
}
Tensor TakeMethods::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim,
                                      std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(this), repeats, dim, output_size);
}

Tensor nonzero(const Tensor& x) {
  kernel::check_defined("nonzero", "input", x);
  return kernels::nonzero.on(x)(x);
}
Tensor TakeMethods::nonzero() const { return ember::nonzero(self(this)); }

std::vector<Tensor> nonzero_tuple(const Tensor& x) {
  kernel::check_defined("nonzero", "input", x);
  return unbind(nonzero(atleast_1d(x)), 1);
}

Tensor nonzero_static(const Tensor& x, int64_t size, int64_t fill_value) {
  kernel::check_defined("nonzero_static", "input", x);
  check(size >= 0, "nonzero_static: size ", size, " must not be negative");
  const Tensor found = nonzero(x), y = full({size, x.dim()}, fill_value, TensorOptions(kInt64).device(x.device()));
  const int64_t rows = std::min(size, found.size(0));
  narrow(y, 0, 0, rows).copy_(narrow(found, 0, 0, rows));
  return y;
}
Tensor TakeMethods::nonzero_static(int64_t size, int64_t fill_value) const {
  return ember::nonzero_static(self(this), size, fill_value);
}

Tensor argwhere(const Tensor& x) { return nonzero(x); }
Tensor TakeMethods::argwhere() const { return ember::argwhere(self(this)); }

std::vector<Tensor> unravel_index(const Tensor& indices, const Shape& shape) {
  kernel::check_defined("unravel_index", "indices", indices);
  check<TypeError>(is_integral(indices.dtype()), "unravel_index: indices must be integers but are ", indices.dtype());
  for (const int64_t size : shape) check<ValueError>(size >= 0, "unravel_index: shape ", shape, " has a negative size");
  std::vector<Tensor> coordinates(shape.size());
  Tensor rest = to(indices, kInt64);
  for (size_t d = shape.size(); d-- > 0;) {
    coordinates[d] = remainder(rest, shape[d]);
    rest = floor_divide(rest, shape[d]);
  }
  return coordinates;
}

}  // namespace ember
