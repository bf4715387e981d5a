// Transforms of functions: vmap, gradients, products with Jacobians, Jacobians and Hessians as functions, under torch.func's names.
//
//   auto loss = [](const Tensor& w, const Tensor& x) { return (w * x).sum().sin(); };
//   Tensor dw = func::grad(loss)(w, x);                             // for w
//   Tensor each = func::vmap(func::grad(loss), {{}, 0})(w, xs);     // a gradient for each row of xs
//
// Arguments and results may be tensors or trees of them (tree.h): vectors, arrays, tuples, pairs, optionals, maps, OrderedDicts. Transforms
// nest in any order. A result is on the tape when an argument was, or within another transform.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "ember/func/flat.h"
#include "ember/func/modules.h"
#include "ember/func/tree.h"

namespace ember::func {

namespace detail {

template <class... Args>
using Arguments = std::tuple<std::decay_t<Args>...>;

/// f of some arguments as a function of the tensors of the I-th, ...; keeps what f returned last, whose tensors are not those.
template <class F, class... Args>
class Call {
 public:
  using Result = std::decay_t<std::invoke_result_t<F&, std::decay_t<Args>&...>>;

  Call(F f, const Args&... args) : f_(std::move(f)), arguments_(args...) {}

  Tensors operator()() {
    result_.emplace(std::apply(f_, arguments_));
    return tensors_of(*result_);
  }
  Arguments<Args...>& arguments() { return arguments_; }
  const Result& result() const { return *result_; }
  Result result_with(const Tensors& tensors) const { return with_tensors(*result_, tensors); }

 private:
  F f_;
  Arguments<Args...> arguments_;
  std::optional<Result> result_;
};

/// The arguments that are differentiated: the only one itself, several as a tuple.
template <size_t... I, class Tuple>
auto chosen(const Tuple& arguments) {
  if constexpr (sizeof...(I) == 1)
    return std::get<I...>(arguments);
  else
    return std::make_tuple(std::get<I>(arguments)...);
}
template <size_t... I, class Tuple>
void put(Tuple& arguments, const Tensors& tensors) {
  size_t next = 0;
  (visit_tensors(std::get<I>(arguments), [&](Tensor& x) { x = tensors.at(next++); }), ...);
}

}  // namespace detail

/// f mapped over a dim of its arguments, whose results have the samples at `out_dim`. Each argument has an entry in `in_dims`, for all of
/// its tensors, none where the samples share it; by default all are mapped over their first dim. Each op runs once for all samples where
/// its kernel can. ValueError when dims do not fit.
template <class F>
auto vmap(F f, Dims in_dims = {}, std::optional<int64_t> out_dim = 0, VmapOptions options = {}) {
  return [=](const auto&... args) {
    check<ValueError>(in_dims.empty() || in_dims.size() == sizeof...(args), "vmap: in_dims has ", in_dims.size(),
                      " entries but there are ", sizeof...(args), " arguments");
    detail::Call<F, std::decay_t<decltype(args)>...> call(f, args...);
    Tensors inputs;
    Dims places;
    size_t at = 0;
    std::apply(
        [&](auto&... argument) {
          const auto add = [&](auto& tree) {
            for (const Tensor& x : tensors_of(tree)) {
              inputs.push_back(x);
              places.push_back(in_dims.empty() ? 0 : in_dims[at]);
            }
            ++at;
          };
          (add(argument), ...);
        },
        call.arguments());
    const Tensors outputs = flat::vmap(
        [&](const Tensors& samples) {
          size_t next = 0;
          visit_tensors(call.arguments(), [&](Tensor& x) { x = samples.at(next++); });
          return call();
        },
        inputs, places, [&](size_t count) { return Dims(count, out_dim); }, options);
    return call.result_with(outputs);
  };
}

/// The gradient of f, which gives a zero-dim tensor, for its argument I (a tuple for several), and f's value.
template <size_t I = 0, size_t... More, class F>
auto grad_and_value(F f) {
  return [=](const auto&... args) {
    detail::Call<F, std::decay_t<decltype(args)>...> call(f, args...);
    const auto variables = detail::chosen<I, More...>(call.arguments());
    const flat::Derivatives found = flat::grad_and_value(
        [&](const Tensors& tensors) {
          detail::put<I, More...>(call.arguments(), tensors);
          return call();
        },
        tensors_of(variables));
    return std::make_pair(with_tensors(variables, found.derivatives), call.result_with(found.outputs));
  };
}
template <size_t I = 0, size_t... More, class F>
auto grad(F f) {
  return [both = grad_and_value<I, More...>(std::move(f))](const auto&... args) { return both(args...).first; };
}

/// f(primals...), and the function that multiplies the Jacobian by a cotangent of f's form from the left: a tuple of the primals' forms.
template <class F, class... Args>
auto vjp(F f, const Args&... primals) {
  detail::Call<F, Args...> call(f, primals...);
  const auto variables = call.arguments();
  const flat::Pullback pullback = flat::vjp(
      [&](const Tensors& tensors) {
        call.arguments() = with_tensors(call.arguments(), tensors);
        return call();
      },
      tensors_of(variables));
  using Result = typename detail::Call<F, Args...>::Result;
  auto value = call.result_with(pullback.outputs);
  return std::make_pair(std::move(value), [variables, pullback](const Result& cotangent) {
    return with_tensors(variables, pullback(tensors_of(cotangent)));
  });
}

/// f(primals...), and the Jacobian times the tangents, a tuple of the primals' forms.
template <class F, class... Args>
auto jvp(F f, const std::tuple<Args...>& primals, const std::tuple<Args...>& tangents) {
  return std::apply(
      [&](const Args&... args) {
        detail::Call<F, Args...> call(f, args...);
        const flat::Derivatives found = flat::jvp(
            [&](const Tensors& tensors) {
              call.arguments() = with_tensors(call.arguments(), tensors);
              return call();
            },
            tensors_of(primals), tensors_of(tangents));
        return std::make_pair(call.result_with(found.outputs), call.result_with(found.derivatives));
      },
      primals);
}

/// f(primals...), and the function that multiplies the Jacobian there by tangents.
template <class F, class... Args>
auto linearize(F f, const Args&... primals) {
  const std::tuple<Args...> at(primals...);
  auto value = f(primals...);
  return std::make_pair(std::move(value), [f = std::move(f), at](const Args&... tangents) {
    return jvp(f, at, std::tuple<Args...>(tangents...)).second;
  });
}

namespace detail {

/// The Jacobian of f, which gives one tensor, for its argument I: of the argument's form.
template <size_t I, class F, class Make>
auto jacobian(F f, Make make) {
  return [=](const auto&... args) {
    Call<F, std::decay_t<decltype(args)>...> call(f, args...);
    const auto variable = std::get<I>(call.arguments());
    const flat::Jacobian found = make(
        [&](const Tensors& tensors) {
          put<I>(call.arguments(), tensors);
          return call();
        },
        tensors_of(variable));
    check(found.rows.size() == 1, "func: a function whose Jacobian is asked for must give one tensor, not ",
          found.rows.size());
    return with_tensors(variable, found.rows[0]);
  };
}

}  // namespace detail

/// The Jacobian by rows (vmap of vjp), `chunk_size` of them at a time; sizes are those of f's result, then those of its argument.
template <size_t I = 0, class F>
auto jacrev(F f, std::optional<int64_t> chunk_size = {}) {
  return detail::jacobian<I>(std::move(f), [chunk_size](const flat::Function& of, const Tensors& inputs) {
    return flat::jacrev(of, inputs, chunk_size);
  });
}
/// The same by columns (vmap of jvp).
template <size_t I = 0, class F>
auto jacfwd(F f, VmapOptions options = {}) {
  return detail::jacobian<I>(std::move(f), [options](const flat::Function& of, const Tensors& inputs) {
    return flat::jacfwd(of, inputs, options);
  });
}
/// Second derivatives of f, which gives a zero-dim tensor, for its argument I, a tensor: jacfwd of jacrev.
template <size_t I = 0, class F>
auto hessian(F f) {
  return jacfwd<I>(jacrev<I>(std::move(f)));
}

}  // namespace ember::func
