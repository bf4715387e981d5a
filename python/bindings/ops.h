// The families of ops, bound one file each under the names of ops/*.h.
#pragma once

#include "python/bindings/op.h"

namespace ember::python {

/// `ops` is the module ember, `functional` is ember.nn.functional.
void bind_tensor_methods(Ops& ops);
void bind_creation(Ops& ops);
void bind_complex(Ops& ops);
void bind_fft(Ops& ops, Ops& fft);
void bind_windows(Ops& ops, Ops& windows);
void bind_arithmetic(Ops& ops);
void bind_comparison(Ops& ops);
void bind_rounding(Ops& ops);
void bind_elementary(Ops& ops);
void bind_special(Ops& ops, Ops& special);
void bind_activations(Ops& ops, Ops& functional);
void bind_reduction(Ops& ops);
void bind_sorting(Ops& ops);
void bind_statistics(Ops& ops, Ops& functional, Ops& linalg);
void bind_shape(Ops& ops);
void bind_rearrange(Ops& ops, Ops& functional);
void bind_indexing(Ops& ops, Ops& functional);
void bind_linalg(Ops& ops, Ops& functional, Ops& linalg);
void bind_decompositions(Ops& ops, Ops& linalg);
void bind_convolutions(Ops& ops, Ops& functional);
void bind_pooling(Ops& ops, Ops& functional);
void bind_normalization(Ops& ops, Ops& functional);
void bind_resampling(Ops& ops, Ops& functional);
void bind_loss(Ops& functional);
void bind_random(Ops& ops, Ops& functional);
/// `module` is ember.nn.functional too.
void bind_attention(Ops& functional, PyObject* module);

}  // namespace ember::python
