// The options of layers. A struct of options lists its fields once, in fields(): the name of each as in PyTorch, and where it lies,
// which holds the default. Out of that list come Python's constructor arguments, attributes, copies and pickles, and what is printed.
//
//   OptionFields DropoutOptions::fields() { return {{"p", &p_}, {"inplace", &inplace_}}; }
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ember/ops/loss/loss.h"
#include "ember/ops/tensor.h"
#include "ember/ops/tensor_options.h"

namespace ember::nn {

class Module;

/// An option's name for a mode, "mean" or "bilinear". Not of a number: a literal 0 would be a null pointer.
struct OptionName {
  template <std::convertible_to<std::string_view> Text>
  OptionName(const Text& text) : text(text) {}
  std::string_view text;
};

/// Sizes of which -1 is None in Python.
struct SizesOrNone {
  Shape* sizes;
};
/// Sizes, unless there is a name.
struct SizesOrName {
  Shape* sizes;
  std::string* name;
};
using UnaryFunction = std::function<Tensor(const Tensor&)>;
using BinaryFunction = std::function<Tensor(const Tensor&, const Tensor&)>;
/// A function, or if there is none the name of one.
struct FunctionOrName {
  UnaryFunction* function;
  std::string* name;
};
/// No option of its own: size_average and reduce, by which PyTorch once named the reduction, outrank the field "reduction".
struct FormerReduction {};
/// No option of its own: what PyTorch once called another field, which stands before it and which it outranks.
struct FormerName {
  double* value;
};
/// No option of its own: what PyTorch takes here is nothing that Ember has, so that only None is right.
struct OnlyNone {};

using OptionPlace =
    std::variant<bool*, int64_t*, double*, std::string*, Shape*, std::vector<double>*, std::optional<bool>*,
                 std::optional<int64_t>*, std::optional<double>*, std::optional<Device>*, std::optional<DType>*,
                 Tensor*, Reduction*, BinaryFunction*, std::shared_ptr<Module>*, SizesOrNone, SizesOrName,
                 FunctionOrName, FormerReduction, FormerName, OnlyNone>;

/// What Python does with an option, beside taking it as an argument and giving it as an attribute.
enum OptionTrait : unsigned {
  kRequired = 1,     ///< the struct's constructor takes it
  kNoAttribute = 2,  ///< a parameter, a buffer or a child has its name, or PyTorch hides it
  kKeywordOnly = 4,  ///< as are all that follow
  kNotSaved = 8,     ///< copies and pickles do without, as the state tells more
};

struct OptionField {
  const char* name;
  OptionPlace place;
  unsigned traits = 0;  ///< of OptionTrait
};
/// In the order of PyTorch's arguments.
using OptionFields = std::vector<OptionField>;

/// "start_dim=1, end_dim=-1": as PyTorch prints most layers; without the fields of these names.
std::string described(const OptionFields& fields, std::initializer_list<std::string_view> without = {});
template <class Options>
requires requires(Options& o) { o.fields(); }
std::string described(const Options& options, std::initializer_list<std::string_view> without = {}) {
  return described(const_cast<Options&>(options).fields(), without);
}

/// For layers without any.
struct NoOptions {
  OptionFields fields() { return {}; }
};

/// What a parameter or buffer starts from; undefined for one that is not wanted.
Tensor empty_if(bool wanted, const Shape& sizes, const TensorOptions& options);

/// Where a layer's parameters and buffers lie, and their dtype: on the CPU and in the default dtype unless given.
template <class Derived>
struct ParameterOptions {
  Derived& device(Device value) { return device_ = value, static_cast<Derived&>(*this); }
  Derived& dtype(DType value) { return dtype_ = value, static_cast<Derived&>(*this); }
  /// Those of the layer that this one is a part of.
  template <class Other>
  Derived& parameters_like(const ParameterOptions<Other>& whole) {
    return device_ = whole.device_, dtype_ = whole.dtype_, static_cast<Derived&>(*this);
  }

  /// For the ops that make them.
  TensorOptions tensor_options() const {
    TensorOptions options;
    options.dtype_ = dtype_;
    if (device_) options.device_ = *device_;
    return options;
  }

  std::optional<Device> device_;
  std::optional<DType> dtype_;

 protected:
  OptionField device_field() { return {"device", &device_, kNoAttribute | kNotSaved}; }
  OptionField dtype_field() { return {"dtype", &dtype_, kNoAttribute | kNotSaved}; }
};

/// How a loss reduces to one value.
template <class Derived>
struct ReductionOptions {
  Derived& reduction(Reduction value) { return reduction_ = value, static_cast<Derived&>(*this); }
  Derived& reduction(OptionName name) { return reduction(reduction_from_string(name.text)); }

  Reduction reduction_ = Reduction::Mean;

 protected:
  OptionField reduction_field() { return {"reduction", &reduction_}; }
};
inline const OptionField kSizeAverage{"size_average", FormerReduction(), kNoAttribute | kNotSaved};
inline const OptionField kReduce{"reduce", FormerReduction(), kNoAttribute | kNotSaved};

}  // namespace ember::nn
