// The README's training loop: a network of two layers on Fashion-MNIST.
#include <cstdio>
#include <filesystem>

#include "ember.h"

using namespace ember;

struct Net : nn::Module {
  Tensor forward(const Tensor& x) override { return output(relu(hidden(x.flatten(1)))); }

  nn::Linear hidden = register_module("hidden", nn::Linear(784, 128));
  nn::Linear output = register_module("output", nn::Linear(128, 10));
};

int main() {
  manual_seed(0);
  data::DataLoader loader(data::FashionMNIST(), data::DataLoaderOptions(64).shuffle().workers(1));
  Net net;
  optim::Adam optimizer(net.parameters(), optim::AdamOptions(1e-3));
  for (int epoch = 1; epoch <= 3; ++epoch) {
    double total = 0;
    for (auto& batch : loader) {
      Tensor loss = cross_entropy(net(batch[0]), batch[1]);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      total += loss.item<double>();
    }
    std::printf("epoch %d  loss %.4f\n", epoch, total / loader.size());
  }
  std::filesystem::create_directories("runs");
  save(net, "runs/mlp.safetensors");
}
