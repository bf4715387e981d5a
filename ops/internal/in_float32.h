// Ops of 16-bit floats that are formulas of several steps: they compute in float32 and round once, at their end.
//
//   Tensor normalize(const Tensor& x, double p) {
//     if (are_16_bit(x)) return in_float32([&](const Tensor& wide) { return normalize(wide, p); }, x);
//     return x / linalg::vector_norm(x, p);
//   }
//
// The same for a pullback, where the op itself is one kernel:
//
//   record("tan", y, elements(x), in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * (1 + square(y())); }))
#pragma once

#include <tuple>
#include <utility>

#include "ember/autograd/record.h"
#include "ember/ops/tensor.h"

namespace ember {

namespace wide {

bool are_16_bit(std::span<const Tensor* const> tensors);
/// The dtype of an op's result for tensors that are.
DType narrow_dtype(std::span<const Tensor* const> tensors);
std::vector<const Tensor*> pointers(const std::vector<Tensor>& tensors);

/// x, in float32 when it is 16-bit.
Tensor widened(const Tensor& x);

// What an op in float32 returned, in the op's own dtype.
Tensor narrowed(const Tensor& y, DType dtype);
std::vector<Tensor> narrowed(std::vector<Tensor> ys, DType dtype);
template <size_t N>
std::array<Tensor, N> narrowed(std::array<Tensor, N> ys, DType dtype) {
  for (Tensor& y : ys) y = narrowed(y, dtype);
  return ys;
}
template <class A, class B>
std::pair<A, B> narrowed(const std::pair<A, B>& ys, DType dtype) {
  return {narrowed(ys.first, dtype), narrowed(ys.second, dtype)};
}

/// A pullback that gets 16-bit gradients as float32; the tape rounds what it returns.
template <class F>
class Pullback {
 public:
  explicit Pullback(F f) : f_(std::move(f)) {}

  template <class... Needs>
  requires std::invocable<F&, const Tensor&, const Needs&...>
  auto operator()(const Tensor& g, const Needs&... needs) {
    return f_(is_reduced_floating_point(g.dtype()) ? widened(g) : g, needs...);
  }

 private:
  F f_;
};

/// A saved tensor or output that unpacks in float32 when it is 16-bit.
template <class Saved>
class Unpacked {
 public:
  explicit Unpacked(Saved saved) : saved_(std::move(saved)) {}
  Tensor operator()() const { return widened(saved_()); }

 private:
  Saved saved_;
};

}  // namespace wide

/// Whether these hold 16-bit floats, and no other floating-point tensors.
template <std::same_as<Tensor>... T>
bool are_16_bit(const T&... tensors) {
  return wide::are_16_bit(std::array<const Tensor*, sizeof...(T)>{&tensors...});
}
inline bool are_16_bit(const std::vector<Tensor>& tensors) { return wide::are_16_bit(wide::pointers(tensors)); }

/// formula(tensors...), in float32 where they are_16_bit, on the tape too; then only the result is rounded.
template <class F, class... T>
auto in_float32(F formula, const Tensor& first, const T&... others) {
  if (!are_16_bit(first, others...)) return formula(first, others...);
  return wide::narrowed(formula(wide::widened(first), wide::widened(others)...),
                        wide::narrow_dtype(std::array{&first, &others...}));
}
/// The same for a list of them.
template <class F>
auto in_float32(F formula, const std::vector<Tensor>& tensors) {
  if (!are_16_bit(tensors)) return formula(tensors);
  std::vector<Tensor> all;
  for (const Tensor& x : tensors) all.push_back(wide::widened(x));
  return wide::narrowed(formula(all), wide::narrow_dtype(wide::pointers(tensors)));
}

/// A pullback whose gradient arrives in float32 when it is 16-bit.
template <class F>
wide::Pullback<std::decay_t<F>> in_float32(F&& pullback) {
  return wide::Pullback<std::decay_t<F>>(std::forward<F>(pullback));
}
inline auto saved_wide(const Tensor& x) { return wide::Unpacked(saved(x)); }
inline auto saved_wide_output(const Tensor& y) { return wide::Unpacked(saved_output(y)); }

}  // namespace ember
