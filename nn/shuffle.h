// Layers that exchange pixels between channels and space, or deal channels out anew.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  OptionFields fields() { return {{"upscale_factor", &upscale_factor_, kRequired}}; }

  int64_t upscale_factor_;
};

/// [*, C r^2, H, W] to [*, C, H r, W r]. Shi et al., 2016.
class PixelShuffleImpl : public Layer<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  explicit PixelShuffleImpl(PixelShuffleOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using PixelShuffle = ModuleHolder<PixelShuffleImpl>;

struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  OptionFields fields() { return {{"downscale_factor", &downscale_factor_, kRequired}}; }

  int64_t downscale_factor_;
};

/// [*, C, H r, W r] to [*, C r^2, H, W].
class PixelUnshuffleImpl : public Layer<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  explicit PixelUnshuffleImpl(PixelUnshuffleOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using PixelUnshuffle = ModuleHolder<PixelUnshuffleImpl>;

struct ChannelShuffleOptions {
  ChannelShuffleOptions(int64_t groups) : groups_(groups) {}
  OptionFields fields() { return {{"groups", &groups_, kRequired}}; }

  int64_t groups_;
};

/// [N, C, *] with the channels of each group dealt out over the groups. Zhang et al., 2018.
class ChannelShuffleImpl : public Layer<ChannelShuffleImpl, ChannelShuffleOptions> {
 public:
  explicit ChannelShuffleImpl(ChannelShuffleOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using ChannelShuffle = ModuleHolder<ChannelShuffleImpl>;

}  // namespace ember::nn
