// A class of layers as Python sees its options: constructor arguments with their defaults, attributes, and what copies and pickles
// hand to the constructor. All of it comes out of the fields that the options list (nn/options.h).
#pragma once

#include "ember/core/function_ref.h"
#include "ember/nn/options.h"
#include "python/bindings/python_module.h"

namespace ember::python {

/// Gets fields to read or fill, which are there as long as the call lasts; false to have no layer made.
using FieldVisit = FunctionRef<bool(const nn::OptionFields&)>;

/// A class of layers, by functions of one type for all, which keeps the bindings quick to compile.
struct LayerClass {
  /// Makes a layer of options as `visit` leaves them, whose defaults it finds there: the M* that a holder of the class M keeps.
  void* (*make)(FieldVisit visit);
  nn::OptionFields (*fields)(nn::Module& module);
};

/// Gives the class its constructor and attributes.
void bind_options(py::handle type, const LayerClass& layer);

namespace detail {

/// Stands for what a constructor of options requires, until the caller's values come.
struct Placeholder {
  operator int64_t() const { return 0; }
  operator double() const { return 0; }
  operator Shape() const { return {}; }
};

template <class Options>
Options default_options() {
  constexpr Placeholder any;
  if constexpr (std::is_default_constructible_v<Options>)
    return Options();
  else if constexpr (std::is_constructible_v<Options, Placeholder, Placeholder, Placeholder>)
    return Options(any, any, any);
  else if constexpr (std::is_constructible_v<Options, Placeholder, Placeholder>)
    return Options(any, any);
  else
    return Options(any);
}

}  // namespace detail

template <class M>
inline constexpr LayerClass layer_class = {
    [](FieldVisit visit) -> void* {
      auto options = detail::default_options<decltype(M::options)>();
      return visit(options.fields()) ? static_cast<M*>(new Trampoline<M>(std::move(options))) : nullptr;
    },
    [](nn::Module& module) { return static_cast<M&>(module).options.fields(); }};

}  // namespace ember::python
