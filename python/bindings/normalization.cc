// Normalisations.
#include "ember/ops/normalization/normalization.h"

#include "ember/ops/normalization/group_norm.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

std::vector<Tensor> listed(std::tuple<Tensor, Tensor, Tensor> results) {
  return {std::get<0>(results), std::get<1>(results), std::get<2>(results)};
}

void bind_native(Ops& ops) {
  const auto native = [](const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean,
                         const Tensor& var, bool training, double momentum, double eps) {
    return listed(native_batch_norm(x, weight, bias, mean, var, training, momentum, eps));
  };
  for (const char* signature :
       {"native_batch_norm(input, weight=None, bias=None, running_mean=None, running_var=None, training=False, "
        "momentum=0.1, eps=1e-05)",
        "_native_batch_norm_legit(input, weight=None, bias=None, running_mean=None, running_var=None, training=False, "
        "momentum=0.1, eps=1e-05)"})
    ops.add_function(signature, native, "batch_norm with the statistics that it used.");
  ops.add_function("_native_batch_norm_legit(input, weight, bias, training, momentum, eps)",
                   [](const Tensor& x, const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                      bool training, double momentum, double eps) {
                     return listed(native_batch_norm(x, weight.value_or(Tensor()), bias.value_or(Tensor()), {}, {},
                                                     training, momentum, eps));
                   });
  ops.add_function(
      "native_layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)",
      [](const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias, double eps) {
        return listed(native_layer_norm(x, shape, weight, bias, eps));
      },
      "layer_norm with the statistics that it used.");
  ops.add_function(
      "native_group_norm(input, weight=None, bias=None, N, C, HxW, group, eps)",
      [](const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t batch, int64_t channels, int64_t elements,
         int64_t groups,
         double eps) { return listed(native_group_norm(x, weight, bias, batch, channels, elements, groups, eps)); },
      "group_norm with the statistics that it used.");
}

}  // namespace

void bind_normalization(Ops& ops, Ops& functional) {
  functional.add_function(
      "batch_norm(input, running_mean=None, running_var=None, weight=None, bias=None, training=False, "
      "momentum=0.1, eps=1e-05)",
      batch_norm, "Normalisation of each channel over the batch.");
  ops.add_function(
      "batch_norm(input, weight=None, bias=None, running_mean=None, running_var=None, training=False, momentum=0.1, "
      "eps=1e-05, cudnn_enabled=True)",
      [](const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var,
         bool training, double momentum, double eps,
         bool) { return batch_norm(x, mean, var, weight, bias, training, momentum, eps); });
  functional.add_function("layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)", layer_norm,
                          "Normalisation over the last dims.");
  ops.add_function("layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True)",
                   [](const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias, double eps, bool) {
                     return layer_norm(x, shape, weight, bias, eps);
                   });
  ops.add_function("rms_norm(input, normalized_shape, weight=None, eps=None)", rms_norm,
                   "input / sqrt(mean(input^2) + eps) over the last dims.");
  functional.share(ops, {"rms_norm"});
  functional.add_function("group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)", group_norm,
                          "Normalisation over groups of channels.");
  ops.add_function("group_norm(input, num_groups, weight=None, bias=None, eps=1e-05, cudnn_enabled=True)",
                   [](const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias, double eps, bool) {
                     return group_norm(x, groups, weight, bias, eps);
                   });
  functional.add_function(
      "instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, "
      "use_input_stats=True, momentum=0.1, eps=1e-05)",
      instance_norm, "Normalisation of each sample's channel by itself.");
  ops.add_function(
      "instance_norm(input, weight=None, bias=None, running_mean=None, running_var=None, use_input_stats=True, "
      "momentum=0.1, eps=1e-05, cudnn_enabled=True)",
      [](const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var,
         bool use_input_stats, double momentum, double eps,
         bool) { return instance_norm(x, mean, var, weight, bias, use_input_stats, momentum, eps); });
  functional.add_function("local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)", local_response_norm,
                          "Normalisation over neighbouring channels.");
  bind_native(ops);
}

}  // namespace ember::python
