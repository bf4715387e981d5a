#include "ops/in_place.h"

#include "core/backend.h"

namespace ember {

Tensor& in_place(const char* name, Tensor& x, FunctionRef<Tensor(const Tensor& x)> op) {
  autograd::check_in_place(name, x);
  // A pullback of `op` may save its input, which is about to be overwritten.
  const Tensor result = op(GradMode::is_enabled() && x.is_differentiable() ? x.clone() : x);
  check(result.sizes() == x.sizes(), name, ": a result of shape ", result.sizes(), " does not fit into ", describe(x));
  check<TypeError>(x.dtype() == kBool || can_cast(result.dtype(), x.dtype()), name, ": a ", result.dtype(),
                   " result cannot be written into ", describe(x));
  find_kernel(name, &Backend::copy, x)(x, result);
  x.storage()->bump_version();
  // The old value lives on in the history of `result`.
  return record_in_place(
      name, x, inputs(x, result), [](const Tensor&) { return Tensor(); }, [](const Tensor& g) { return g; });
}

}  // namespace ember
