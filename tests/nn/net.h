// Modules for tests of what every module can do.
#pragma once

#include "ember/nn/nn.h"
#include "ember/ops/creation/creation.h"

namespace ember::test {

/// A parameter, buffers and children.
struct Net : nn::Module {
  Net() {
    scale = register_parameter("scale", ones(2));
    register_buffer("count", zeros({}, kInt64));
    register_buffer("scratch", zeros(3), /*persistent=*/false);
    fc1 = register_module("fc1", nn::Linear(2, 3));
    fc2 = register_module("fc2", nn::Linear(3, 2));
  }
  Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x * scale))); }

  Tensor scale;
  nn::Linear fc1{nullptr}, fc2{nullptr};
};

/// Two layers with one weight.
struct TiedNet : nn::Cloneable<TiedNet> {
  TiedNet() { reset(); }
  void reset() override {
    scale = register_parameter("scale", ones(2));
    encoder = register_module("encoder", nn::Linear(2, 2));
    decoder = register_module("decoder", nn::Linear(2, 2));
    decoder->weight = encoder->weight;
  }
  Tensor forward(const Tensor& x) override { return decoder(encoder(x)) * scale; }

  Tensor scale;
  nn::Linear encoder{nullptr}, decoder{nullptr};
};

}  // namespace ember::test
