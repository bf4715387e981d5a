// The ops of neural networks where PyTorch's users look for them: `namespace F = ember::nn::functional`.
#pragma once

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/convolution.h"
#include "ops/geometry.h"
#include "ops/indexing.h"
#include "ops/linalg.h"
#include "ops/loss.h"
#include "ops/normalization.h"
#include "ops/pointwise.h"
#include "ops/pooling.h"
#include "ops/random.h"
#include "ops/reduction.h"
#include "ops/shaped_activation.h"

namespace ember::nn::functional {

using ember::adaptive_avg_pool2d;
using ember::avg_pool2d;
using ember::batch_norm;
using ember::binary_cross_entropy;
using ember::binary_cross_entropy_with_logits;
using ember::celu;
using ember::conv1d;
using ember::conv2d;
using ember::conv3d;
using ember::cross_entropy;
using ember::dropout;
using ember::elu;
using ember::embedding;
using ember::gelu;
using ember::glu;
using ember::group_norm;
using ember::hardshrink;
using ember::hardsigmoid;
using ember::hardswish;
using ember::hardtanh;
using ember::instance_norm;
using ember::kl_div;
using ember::l1_loss;
using ember::layer_norm;
using ember::leaky_relu;
using ember::linear;
using ember::log_softmax;
using ember::logsigmoid;
using ember::max_pool2d;
using ember::max_pool2d_with_indices;
using ember::mish;
using ember::mse_loss;
using ember::multi_head_attention_forward;
using ember::nll_loss;
using ember::normalize;
using ember::one_hot;
using ember::prelu;
using ember::relu;
using ember::relu6;
using ember::rms_norm;
using ember::rrelu;
using ember::scaled_dot_product_attention;
using ember::selu;
using ember::sigmoid;
using ember::silu;
using ember::smooth_l1_loss;
using ember::softmax;
using ember::softplus;
using ember::softshrink;
using ember::softsign;
using ember::tanh;
using ember::tanhshrink;
using ember::threshold;

}  // namespace ember::nn::functional
