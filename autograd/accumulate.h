// Adding gradients up: in place where nobody else can see the memory, on the tape where a second derivative is wanted.
#pragma once

#include "ember/autograd/meta.h"

namespace ember::autograd {

/// `grad` brought to the shape and dtype of what it is the gradient of: summed over broadcast dims, expanded, cast; a real target keeps the real part of a complex gradient. Throws Error
/// naming `op` when the shapes do not fit.
Tensor fit_gradient(const char* op, Tensor grad, const OutputInfo& target);

/// sum += grad. May take over or overwrite memory that only `sum` or `grad` holds.
void add_gradient(Tensor& sum, Tensor grad);

/// Adds to the leaf's .grad and runs its accumulate hooks; safe from several threads.
void accumulate_leaf(const Tensor& leaf, Tensor grad);

/// Ones for a scalar output whose gradient was not given.
Tensor ones_like_output(const Tensor& output);

}  // namespace ember::autograd
