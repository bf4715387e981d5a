#include "ops/internal/in_place.h"

#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/sorting/unique.h"
#include "ops/internal/kernel.h"

namespace ember {

Tensor& in_place(const char* name, Tensor& x, FunctionRef<Tensor(const Tensor& x)> op) {
  autograd::check_in_place(name, x);
  // A pullback of `op` may save its input, which is about to be overwritten.
  const Tensor result = op(GradMode::is_enabled() && x.is_differentiable() ? x.clone() : x);
  check(result.sizes() == x.sizes(), name, ": a result of shape ", result.sizes(), " does not fit into ", describe(x));
  check<TypeError>(x.dtype() == kBool || can_cast(result.dtype(), x.dtype()), name, ": a ", result.dtype(),
                   " result cannot be written into ", describe(x));
  if (result.is_batched()) check_holds_batch(name, x, result);
  kernels::copy.as(name).on(x)(x, result);
  x.storage()->bump_version();
  // The old value lives on in the history of `result`.
  return record_in_place(
      name, x, elements(x, result), [](const Tensor&) { return Tensor(); }, [](const Tensor& g) { return g; });
}

namespace {

std::vector<BatchDim> batch_of(const Tensor& x, std::initializer_list<const Tensor*> read) {
  std::vector<const TensorBase*> all(read.begin(), read.end());
  all.push_back(&x);
  return common_batch(all);
}

}  // namespace

Tensor clone_beside(const Tensor& x, std::initializer_list<const Tensor*> read) {
  kernel::check_defined("clone", "input", x);
  const std::vector<BatchDim> batch = BatchDims::exist() ? batch_of(x, read) : std::vector<BatchDim>();
  if (batch.size() == x.batch_dims().size()) return clone(x);
  const Tensor y = empty_batched(batch, x.sizes(), x.dtype(), x.device());
  kernels::copy.as("clone").on(x)(y, x);
  return record("clone", y, elements(x), [](const Tensor& g) { return g; });
}

Tensor zeros_beside(const Shape& sizes, const Tensor& g, std::initializer_list<const Tensor*> read) {
  const Tensor y = empty_batched(batch_of(g, read), sizes, g.dtype(), g.device());
  kernels::fill.as("zeros").on(y)(y, 0);
  return y;
}

namespace {

/// The number, in row-major order, of the element that `read` finds at each place in a tensor of these sizes.
Tensor read_positions(const Shape& sizes, Device device, FunctionRef<Tensor(const Tensor& x)> read) {
  Tensor positions;
  int64_t stride = 1;
  for (size_t d = sizes.size(); d-- > 0; stride *= sizes[d]) {
    Shape along = Shape::filled(sizes.size(), 1);
    along[d] = sizes[d];
    const Tensor numbers = arange(sizes[d], TensorOptions(kInt64).device(device)) * stride;
    const Tensor found = read(expand(reshape(numbers, along), sizes));
    positions = positions.defined() ? positions + found : found;
  }
  return positions;
}

}  // namespace

bool has_few_terms(const Tensor& x, const Tensor& terms) {
  constexpr int64_t kMany = 32;
  return x.dim() > 0 && x.numel() / kMany >= terms.numel();
}

void add_at_places(const Tensor& x, const Tensor& terms, FunctionRef<void(const Tensor& sums, const Tensor& terms)> add,
                   FunctionRef<Tensor(const Tensor& x)> read) {
  if (!is_reduced_floating_point(x.dtype())) return add(x, terms);
  const NoGradGuard no_grad;
  const Tensor wide = to(terms.detach(), kFloat32);
  if (!has_few_terms(x, terms)) {
    const Tensor sums = to(x.detach(), kFloat32);
    add(sums, wide);
    kernels::copy.as("add_at_places").on(x)(x, sums);
    return;
  }
  const auto [positions, inverse, counts] = unique(read_positions(x.sizes(), x.device(), read), true);
  const std::vector<Tensor> places = unravel_index(positions, x.sizes());
  const Tensor sums = to(index(x.detach(), {places.begin(), places.end()}), kFloat32);
  kernels::index_add.as("add_at_places").on(sums)(sums, 0, reshape(inverse, -1), reshape(wide, -1));
  kernels::index_put.as("add_at_places")
      .on(x)(x, std::vector<TensorBase>(places.begin(), places.end()), to(sums, x.dtype()), false);
}

}  // namespace ember
