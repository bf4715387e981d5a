// The functions behind layers: convolution and dropout's gradient.
#include "ember/ops/convolution/convolution.h"

#include "ember/nn/functional.h"
#include "ember/ops/random/random.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

/// A convolution whose padding is a name or sizes: two overloads of one op.
template <auto f>
void bind_convolution(Ops& ops, Ops& functional, const std::string& name, int64_t rank) {
  const std::string signature = name + "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)";
  const auto named = [rank](const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                            std::string_view padding, const Shape& dilation, int64_t groups) {
    return convolution::conv_named_padding(rank, x, weight, bias, stride, padding, dilation, groups);
  };
  ops.add_function(signature.c_str(), f, "Cross-correlation of input with the windows of weight.");
  ops.add_function(signature.c_str(), named);
  functional.share(ops, {name.c_str()});
}

template <auto f>
void bind_transpose(Ops& ops, Ops& functional, const std::string& name) {
  const std::string signature =
      name + "(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)";
  ops.add_function(signature.c_str(), f, "The transpose of a convolution, plus bias.");
  functional.share(ops, {name.c_str()});
}

}  // namespace

void bind_convolutions(Ops& ops, Ops& functional) {
  using Convolution = Tensor (*)(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                                 const Shape& padding, const Shape& dilation, int64_t groups);
  bind_convolution<Convolution{conv1d}>(ops, functional, "conv1d", 1);
  bind_convolution<Convolution{conv2d}>(ops, functional, "conv2d", 2);
  bind_convolution<Convolution{conv3d}>(ops, functional, "conv3d", 3);
  ops.add_function("conv_tbc(input, weight, bias, pad=0)", nn::functional::conv_tbc,
                   "Convolution of time x batch x channels with weight [window, in, out].");
  functional.share(ops, {"conv_tbc"});
  bind_transpose<conv_transpose1d>(ops, functional, "conv_transpose1d");
  bind_transpose<conv_transpose2d>(ops, functional, "conv_transpose2d");
  bind_transpose<conv_transpose3d>(ops, functional, "conv_transpose3d");

  ops.add_function("native_dropout_backward(grad_output, mask, scale)", native_dropout_backward,
                   "The gradient of dropout for its input.");
}

}  // namespace ember::python
