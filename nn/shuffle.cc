#include "ember/nn/shuffle.h"

#include "ember/ops/shape/padding.h"

namespace ember::nn {

Tensor PixelShuffleImpl::forward(const Tensor& input) { return pixel_shuffle(input, options.upscale_factor_); }
std::string PixelShuffleImpl::extra_repr() const { return described(options); }

Tensor PixelUnshuffleImpl::forward(const Tensor& input) { return pixel_unshuffle(input, options.downscale_factor_); }
std::string PixelUnshuffleImpl::extra_repr() const { return described(options); }

Tensor ChannelShuffleImpl::forward(const Tensor& input) { return channel_shuffle(input, options.groups_); }
std::string ChannelShuffleImpl::extra_repr() const { return described(options); }

}  // namespace ember::nn
