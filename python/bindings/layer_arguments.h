// Arguments and results that the functions behind layers share.
#pragma once

#include "python/bindings/convert.h"

namespace ember::python {

/// Sizes of which some may be None: -1 here.
struct SizesOrNone {
  Shape sizes;
};
/// A number, a sequence of them, or None for no numbers.
struct NumbersOrNone {
  std::vector<double> values;
};

bool convert(PyObject* object, SizesOrNone& out);
bool convert(PyObject* object, NumbersOrNone& out);

/// The result of maximum pooling: a tensor, or a tuple with the indices when these were asked for.
struct Pooled {
  Tensor values, indices;

  Pooled(std::pair<Tensor, Tensor> both, bool return_indices)
      : values(std::move(both.first)), indices(return_indices ? std::move(both.second) : Tensor()) {}
};
inline PyObject* to_python(const Pooled& pooled) {
  return pooled.indices.defined() ? to_python(std::vector<Tensor>{pooled.values, pooled.indices}) : wrap(pooled.values);
}

}  // namespace ember::python
