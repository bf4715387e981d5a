// What the view ops of shape.cc and split.cc share; internal to ops/.
#pragma once

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/ops/tensor.h"

namespace ember::views {

/// x.dim(), after a check that x is defined.
int64_t rank(const char* op, const Tensor& x);
/// `dim` wrapped; IndexError for a zero-dim x too, which has nothing to select from.
int64_t dim_of(const char* op, const Tensor& x, int64_t dim);

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors);

/// An untracked alias of x without / with only / with every step-th of dim's elements.
Tensor select_alias(const Tensor& x, int64_t dim, int64_t index);
Tensor narrow_alias(const Tensor& x, int64_t dim, int64_t start, int64_t length, int64_t step = 1);

/// Zeros of `sizes` with g where `view` looks: the pullback of a view op, whose own pullback is that view.
template <class View>
Tensor place(const Tensor& g, const Shape& sizes, const View& view) {
  Tensor y = g.new_zeros(sizes);
  {
    NoGradGuard no_grad;
    kernels::copy.on(g)(view(y), g);
  }
  return record("view_backward", y, linear_in([&](const Tensor& t) { return place(t, sizes, view); }, g),
                [view](const Tensor& gg) { return view(gg); });
}

/// The result of a view op that looks at part of x through `view`.
template <class View>
Tensor record_part(const char* name, Tensor y, const Tensor& x, View view) {
  return record_view(name, std::move(y), linear_in(view, x),
                     [sizes = x.sizes(), view](const Tensor& g) { return place(g, sizes, view); });
}

}  // namespace ember::views
