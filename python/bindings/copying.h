// Tensors under copy, deepcopy, pickle and numpy.array.
#pragma once

#include "python/bindings/op.h"

namespace ember::python {

void bind_copying(Ops& ops);

}  // namespace ember::python
