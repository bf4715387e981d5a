// Batch norm folded into the layer before it computes what both do.
#include "ember/nn/fusion.h"

#include <gtest/gtest.h>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/conv.h"
#include "ember/nn/linear.h"
#include "ember/ops/ops.h"

namespace ember {
namespace {

template <class Norm>
void make_interesting(Norm& norm) {
  NoGradGuard no_grad;
  norm->running_mean.uniform_(-1, 1);
  norm->running_var.uniform_(0.5, 2);
  norm->weight.uniform_(-1, 1);
  norm->bias.uniform_(-1, 1);
  norm->eval();
}

TEST(Fusion, OfAConvolution) {
  nn::Conv2d conv(nn::Conv2dOptions(2, 3, 2).bias(false));
  nn::BatchNorm2d norm(3);
  make_interesting(norm);
  EXPECT_THROW(nn::utils::fuse_conv_bn_eval(conv, norm), Error);
  conv->eval();
  const nn::Conv2d fused = nn::utils::fuse_conv_bn_eval(conv, norm);
  const Tensor x = randn({2, 2, 4, 4});
  EXPECT_TRUE(allclose(fused->forward(x), norm(conv(x)), 1e-5, 1e-5));
  EXPECT_FALSE(conv->bias.defined());
}

TEST(Fusion, OfALinearLayer) {
  nn::Linear linear(4, 3);
  nn::BatchNorm1d norm(3), other(2);
  make_interesting(norm);
  make_interesting(other);
  linear->eval();
  const nn::Linear fused = nn::utils::fuse_linear_bn_eval(linear, norm);
  const Tensor x = randn({2, 4});
  EXPECT_TRUE(allclose(fused->forward(x), norm(linear(x)), 1e-5, 1e-5));
  EXPECT_THROW(nn::utils::fuse_linear_bn_eval(linear, other), Error);
}

}  // namespace
}  // namespace ember
