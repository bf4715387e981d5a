#include "ember/nn/padding.h"

#include "ember/nn/format.h"
#include "ember/ops/shape/padding.h"

namespace ember::nn {
namespace {

template <class M, class... Ms>
constexpr bool is_one_of = (std::same_as<M, Ms> || ...);

/// The mode of ops/shape/padding.h that a class stands for.
template <class M>
constexpr const char* mode_of() {
  if (is_one_of<M, ReflectionPad1dImpl, ReflectionPad2dImpl, ReflectionPad3dImpl>) return "reflect";
  if (is_one_of<M, ReplicationPad1dImpl, ReplicationPad2dImpl, ReplicationPad3dImpl>) return "replicate";
  if (is_one_of<M, CircularPad1dImpl, CircularPad2dImpl, CircularPad3dImpl>) return "circular";
  return "constant";
}

}  // namespace

template <int D, class Derived, class Options>
PadLayer<D, Derived, Options>::PadLayer(Options given) : Layer<Derived, Options>(std::move(given)) {
  Shape& padding = this->options.padding_;
  check<ValueError>(padding.size() == 1 || padding.size() == 2 * D, "padding must be one number or ", 2 * D,
                    " for the sides of ", D, " dims, but got ", padding);
  if (padding.size() == 1) padding = Shape::filled(2 * D, padding[0]);
}

template <int D, class Derived, class Options>
Tensor PadLayer<D, Derived, Options>::forward(const Tensor& input) {
  constexpr std::string_view mode = mode_of<Derived>();
  if constexpr (mode != "constant") {
    const bool fits = input.dim() == D + 1 || input.dim() == D + 2;
    check<ValueError>(fits, this->name(), ": expected ", D + 1, "D or ", D + 2, "D input (got ", input.dim(),
                      "D input)");
    return pad(input, this->options.padding_, mode);
  } else if constexpr (std::same_as<Options, ConstantPadOptions>) {
    return constant_pad_nd(input, this->options.padding_, this->options.value_);
  } else {
    return constant_pad_nd(input, this->options.padding_);
  }
}

template <int D, class Derived, class Options>
std::string PadLayer<D, Derived, Options>::extra_repr() const {
  if constexpr (std::same_as<Options, ConstantPadOptions>)
    return described(this->options);
  else
    return tuple_text(this->options.padding_);
}

template class PadLayer<1, ZeroPad1dImpl>;
template class PadLayer<2, ZeroPad2dImpl>;
template class PadLayer<3, ZeroPad3dImpl>;
template class PadLayer<1, ConstantPad1dImpl, ConstantPadOptions>;
template class PadLayer<2, ConstantPad2dImpl, ConstantPadOptions>;
template class PadLayer<3, ConstantPad3dImpl, ConstantPadOptions>;
template class PadLayer<1, ReflectionPad1dImpl>;
template class PadLayer<2, ReflectionPad2dImpl>;
template class PadLayer<3, ReflectionPad3dImpl>;
template class PadLayer<1, ReplicationPad1dImpl>;
template class PadLayer<2, ReplicationPad2dImpl>;
template class PadLayer<3, ReplicationPad3dImpl>;
template class PadLayer<1, CircularPad1dImpl>;
template class PadLayer<2, CircularPad2dImpl>;
template class PadLayer<3, CircularPad3dImpl>;

}  // namespace ember::nn
