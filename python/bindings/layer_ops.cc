// The functions behind layers: convolution, pooling, normalisation, dropout, attention.
#include "ops/attention.h"
#include "ops/convolution.h"
#include "ops/normalization.h"
#include "ops/pooling.h"
#include "ops/random.h"
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
  for (Ops* place : {&ops, &functional}) {
    place->add_function(signature.c_str(), f, "Cross-correlation of input with the windows of weight.");
    place->add_function(signature.c_str(), named);
  }
}

void bind_pooling(Ops& f) {
  // Two overloads, since the result is a tensor or a pair: the flag decides, and so is read before the call.
  f.add_function("max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False)", max_pool2d,
                 "The largest element of each window, and with return_indices where it stood.");
  f.add_function(
      "max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, "
      "return_indices=False)",
      [](PyObject* x, const Shape& kernel, const Shape& stride, const Shape& padding, const Shape& dilation,
         bool ceil_mode, bool return_indices) {
        check<TypeError>(is_tensor(x), "max_pool2d: input must be a tensor, not ", type_name(x));
        const Tensor& input = tensor_of(x);
        return return_indices ? to_python(max_pool2d_with_indices(input, kernel, stride, padding, dilation, ceil_mode))
                              : wrap(max_pool2d(input, kernel, stride, padding, dilation, ceil_mode));
      });
  f.add_function(
      "avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, "
      "count_include_pad=True, divisor_override=None)",
      avg_pool2d, "The mean of each window.");
  f.add_function("adaptive_avg_pool2d(input, output_size)", adaptive_avg_pool2d,
                 "Means of windows chosen so that the output has output_size.");
}

}  // namespace

void bind_layers(Ops& ops, Ops& functional) {
  using Convolution = Tensor (*)(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                                 const Shape& padding, const Shape& dilation, int64_t groups);
  bind_convolution<Convolution{conv1d}>(ops, functional, "conv1d", 1);
  bind_convolution<Convolution{conv2d}>(ops, functional, "conv2d", 2);
  bind_convolution<Convolution{conv3d}>(ops, functional, "conv3d", 3);
  bind_pooling(functional);

  functional.add_function(
      "batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, "
      "momentum=0.1, eps=1e-05)",
      batch_norm, "Normalisation of each channel over the batch.");
  functional.add_function("layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)", layer_norm,
                          "Normalisation over the last dims.");
  functional.add_function("rms_norm(input, normalized_shape, weight=None, eps=None)", rms_norm,
                          "input / sqrt(mean(input^2) + eps) over the last dims.");
  functional.add_function("group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)", group_norm,
                          "Normalisation over groups of channels.");
  functional.add_function(
      "instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, "
      "use_input_stats=True, momentum=0.1, eps=1e-05)",
      instance_norm, "Normalisation of each sample's channel by itself.");
  functional.add_function("normalize(input, p=2.0, dim=1, eps=1e-12)", normalize,
                          "input / max(norm(input, p, dim), eps).");
  functional.add_function(
      "dropout(input, p=0.5, training=True, inplace=False)",
      [](Tensor& x, double p, bool training, bool inplace) {
        Tensor y = dropout(x, p, training);
        return inplace ? x.copy_(y) : y;
      },
      "Zeroes elements with probability p and scales the others.");
  functional.add_function(
      "scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, "
      "is_causal=False, scale=None)",
      scaled_dot_product_attention, "softmax(query key^T scale + mask) value.");
}

}  // namespace ember::python
