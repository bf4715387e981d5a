// Layers that learn the number of their input's features from the first input, and the parameters that wait for it.
//
//   auto net = ember::nn::Sequential(ember::nn::Flatten(), ember::nn::lazy(ember::nn::Linear(0, 10)));
#pragma once

#include <memory>

#include "ember/nn/module.h"

namespace ember::nn {

/// A tensor that waits for its shape, of a dtype and on a device: it has no elements, and shape [0].
Tensor uninitialized(const TensorOptions& options = {});
/// Whether a tensor was made so and still waits. It does so after Module::to and clone, too.
bool is_lazy(const Tensor& x);
/// Gives a waiting tensor its shape, and any values. Error for one that does not wait.
void materialize(const Tensor& x, const Shape& sizes);

namespace detail {

/// All floating-point parameters and buffers of a layer wait from here on.
void forget_shapes(Module& layer);
bool has_uninitialized_params(const Module& layer);
/// Those that wait take shape and values of the same ones of `made`.
void take_shapes(Module& layer, const Module& made);
/// How many features a layer with these options finds in its input, and where its options say so.
int64_t& features_of(const OptionFields& fields);
int64_t count_features(const Module& layer, const OptionFields& fields, const Tensor& input);

}  // namespace detail

/// The layer, whose in_features, in_channels or num_features (which are given as 0) are found out in its first forward. Its parameters
/// take their shapes and values then, or those of a state_dict that is loaded before.
template <class Impl>
ModuleHolder<Impl> lazy(ModuleHolder<Impl> layer) {
  detail::forget_shapes(*layer);
  const auto id = std::make_shared<int64_t>();
  *id = layer->register_forward_pre_hook([id](Module& module, const Tensor& input) {
    auto& self = dynamic_cast<Impl&>(module);
    auto options = self.options;
    detail::features_of(options.fields()) = detail::count_features(self, options.fields(), input);
    if (detail::has_uninitialized_params(self)) {
      const TensorOptions like = self.parameters(false).empty() ? TensorOptions() : self.parameters(false)[0].options();
      detail::take_shapes(self, Impl(options.dtype(like.dtype_or_default())));
    }
    self.options = options;
    self.remove_hook(*id);
    return Tensor();
  });
  return layer;
}

}  // namespace ember::nn
