// Training with differential privacy on Fashion-MNIST: the gradient of each sample is clipped, so that none counts for much, and noise is
// added to their mean. Abadi et al., "Deep Learning with Differential Privacy", 2016.
#include <cstdio>

#include "ember.h"

using namespace ember;

constexpr double kMostNorm = 1, kNoise = 0.5;

struct Net : nn::Module {
  Tensor forward(const Tensor& x) override {
    const Tensor small = max_pool2d(relu(first(x)), 2), smaller = max_pool2d(relu(second(small)), 2);
    return output(smaller.flatten(1));
  }

  nn::Conv2d first = register_module("first", nn::Conv2d(nn::Conv2dOptions(1, 8, 5).stride(2)));
  nn::Conv2d second = register_module("second", nn::Conv2d(nn::Conv2dOptions(8, 16, 3)));
  nn::Linear output = register_module("output", nn::Linear(64, 10));
};

int main() {
  manual_seed(0);
  data::DataLoader loader(data::FashionMNIST(), data::DataLoaderOptions(256).shuffle().workers(1));
  Net net;
  optim::Adam optimizer(net.parameters(), optim::AdamOptions(2e-3));
  const auto loss = [&net](const nn::StateDict& parameters, const Tensor& image, const Tensor& label) {
    return cross_entropy(func::functional_call(net, parameters, image.unsqueeze(0)), label.unsqueeze(0));
  };
  // The parameters are shared by the samples, of which each has an image and a label.
  auto gradients_of_samples = func::vmap(func::grad(loss), {{}, 0, 0});
  for (int epoch = 1; epoch <= 2; ++epoch) {
    int64_t seen = 0;
    double norms = 0;
    for (auto& batch : loader) {
      const int64_t samples = batch[0].size(0);
      const nn::StateDict gradients = gradients_of_samples(net.named_parameters(), batch[0], batch[1]);
      Tensor squares = zeros(samples);
      for (const auto& [name, g] : gradients) squares += g.flatten(1).square().sum(1);
      const Tensor norm = squares.detach().sqrt(), scale = (kMostNorm / norm).clamp({}, 1);
      for (auto& [name, p] : net.named_parameters()) {
        const Tensor clipped = (gradients[name].detach().flatten(1) * scale.unsqueeze(1)).sum(0).view(p.sizes());
        p.set_grad((clipped + kNoise * kMostNorm * randn_like(clipped)) / samples);
      }
      optimizer.step();
      seen += samples;
      norms += norm.sum().item<double>();
    }
    const NoGradGuard no_grad;
    int64_t right = 0, all = 0;
    for (auto& batch :
         data::DataLoader(data::FashionMNIST(data::FashionMNIST::kDefaultRoot, false), data::DataLoaderOptions(1000))) {
      right += net(batch[0]).argmax(1).eq(batch[1]).sum().item<int64_t>();
      all += batch[1].size(0);
    }
    std::printf("epoch %d  mean norm of a sample's gradient %.2f  accuracy %.4f\n", epoch, norms / seen,
                static_cast<double>(right) / all);
  }
}
