// The families of ops, bound one file each under the names of ops/*.h.
#pragma once

#include "python/bindings/op.h"

namespace ember::python {

/// `ops` is the module ember, `functional` is ember.nn.functional.
void bind_tensor_methods(Ops& ops);
void bind_creation(Ops& ops);
void bind_pointwise(Ops& ops, Ops& functional);
void bind_in_place(Ops& ops);
void bind_reduction(Ops& ops, Ops& functional);
void bind_shape(Ops& ops);
void bind_index_ops(Ops& ops, Ops& functional);
void bind_linalg(Ops& ops, Ops& functional, Ops& linalg);
void bind_layers(Ops& ops, Ops& functional);
void bind_losses(Ops& functional);

}  // namespace ember::python
