// In-place twins of out-of-place ops: the result is written into x, and x's history becomes the op's.
#pragma once

#include "ember/autograd/record.h"
#include "ember/core/function_ref.h"
#include "ember/ops/tensor.h"

namespace ember {

/// x becomes op(x), for any differentiable `op` whose result has x's shape and dtype. Right by construction, at the price of a
/// copy; the few ops for which that price matters write into x themselves and call record_in_place.
Tensor& in_place(const char* name, Tensor& x, FunctionRef<Tensor(const Tensor& x)> op);
/// x becomes op(x, first, rest...).
template <class Op, class First, class... Rest>
Tensor& in_place(const char* name, Tensor& x, Op op, const First& first, const Rest&... rest) {
  return in_place(name, x, [&](const Tensor& value) { return op(value, first, rest...); });
}

/// A copy of x, and zeros of g's kind, for an op to write into that also reads the others: with the batch dims of all.
Tensor clone_beside(const Tensor& x, std::initializer_list<const Tensor*> read);
Tensor zeros_beside(const Shape& sizes, const Tensor& g, std::initializer_list<const Tensor*> read);

/// Whether x has so many elements for each term that a copy of it costs more than sorting the places of the terms.
bool has_few_terms(const Tensor& x, const Tensor& terms);
/// add(x, terms) for an op that adds terms to x at places that may repeat; `read` reads a tensor of x's shape there. Sums of 16-bit
/// floats are kept in float32 and rounded once.
void add_at_places(const Tensor& x, const Tensor& terms, FunctionRef<void(const Tensor& sums, const Tensor& terms)> add,
                   FunctionRef<Tensor(const Tensor& x)> read);

}  // namespace ember
