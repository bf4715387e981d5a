// The ops of neural networks where PyTorch's users look for them: `namespace F = ember::nn::functional`; and what is no op of its own.
#pragma once

#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/attention/attention.h"
#include "ember/ops/attention/multi_head_attention.h"
#include "ember/ops/convolution/convolution.h"
#include "ember/ops/embedding/embedding.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/distance.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/loss/ctc_loss.h"
#include "ember/ops/loss/loss.h"
#include "ember/ops/loss/margin_loss.h"
#include "ember/ops/loss/nll_loss.h"
#include "ember/ops/loss/regression_loss.h"
#include "ember/ops/normalization/group_norm.h"
#include "ember/ops/normalization/normalization.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pooling/adaptive_pooling.h"
#include "ember/ops/pooling/pooling.h"
#include "ember/ops/pooling/unpooling.h"
#include "ember/ops/random/dropout.h"
#include "ember/ops/random/random.h"
#include "ember/ops/resampling/folding.h"
#include "ember/ops/resampling/grid_sample.h"
#include "ember/ops/resampling/interpolate.h"
#include "ember/ops/shape/padding.h"

namespace ember::nn::functional {

using ember::adaptive_avg_pool1d;
using ember::adaptive_avg_pool2d;
using ember::adaptive_avg_pool3d;
using ember::adaptive_max_pool1d;
using ember::adaptive_max_pool2d;
using ember::adaptive_max_pool3d;
using ember::affine_grid;
using ember::alpha_dropout;
using ember::avg_pool1d;
using ember::avg_pool2d;
using ember::avg_pool3d;
using ember::batch_norm;
using ember::bilinear;
using ember::binary_cross_entropy;
using ember::binary_cross_entropy_with_logits;
using ember::celu;
using ember::channel_shuffle;
using ember::conv1d;
using ember::conv2d;
using ember::conv3d;
using ember::conv_transpose1d;
using ember::conv_transpose2d;
using ember::conv_transpose3d;
using ember::cosine_embedding_loss;
using ember::cosine_similarity;
using ember::cross_entropy;
using ember::ctc_loss;
using ember::dropout;
using ember::dropout1d;
using ember::dropout2d;
using ember::dropout3d;
using ember::elu;
using ember::embedding;
using ember::embedding_bag;
using ember::feature_alpha_dropout;
using ember::fractional_max_pool2d;
using ember::fractional_max_pool3d;
using ember::gaussian_nll_loss;
using ember::gelu;
using ember::glu;
using ember::grid_sample;
using ember::group_norm;
using ember::hardshrink;
using ember::hardsigmoid;
using ember::hardswish;
using ember::hardtanh;
using ember::hinge_embedding_loss;
using ember::huber_loss;
using ember::instance_norm;
using ember::interpolate;
using ember::kl_div;
using ember::l1_loss;
using ember::layer_norm;
using ember::leaky_relu;
using ember::linear;
using ember::linear_cross_entropy;
using ember::local_response_norm;
using ember::log_softmax;
using ember::logsigmoid;
using ember::lp_pool1d;
using ember::lp_pool2d;
using ember::lp_pool3d;
using ember::margin_ranking_loss;
using ember::max_pool1d;
using ember::max_pool1d_with_indices;
using ember::max_pool2d;
using ember::max_pool2d_with_indices;
using ember::max_pool3d;
using ember::max_pool3d_with_indices;
using ember::max_unpool1d;
using ember::max_unpool2d;
using ember::max_unpool3d;
using ember::mish;
using ember::mse_loss;
using ember::multi_head_attention_forward;
using ember::multi_margin_loss;
using ember::multilabel_margin_loss;
using ember::multilabel_soft_margin_loss;
using ember::nll_loss;
using ember::normalize;
using ember::one_hot;
using ember::pad;
using ember::pairwise_distance;
using ember::pdist;
using ember::pixel_shuffle;
using ember::pixel_unshuffle;
using ember::poisson_nll_loss;
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
using ember::soft_margin_loss;
using ember::softmax;
using ember::softmin;
using ember::softplus;
using ember::softshrink;
using ember::softsign;
using ember::tanh;
using ember::tanhshrink;
using ember::threshold;
using ember::triplet_margin_loss;
using ember::triplet_margin_with_distance_loss;

/// The windows of images [N, C, H, W] as columns [N, C window, windows].
inline Tensor unfold(const Tensor& input, const Shape& kernel_size, const Shape& dilation = 1, const Shape& padding = 0,
                     const Shape& stride = 1) {
  return unfold_windows(input, kernel_size, dilation, padding, stride);
}
/// Columns added up into images of output_size.
inline Tensor fold(const Tensor& input, const Shape& output_size, const Shape& kernel_size, const Shape& dilation = 1,
                   const Shape& padding = 0, const Shape& stride = 1) {
  return fold_windows(input, output_size, kernel_size, dilation, padding, stride);
}

/// softmax((logits + g) / tau) along `dim`, where g are Gumbel's random numbers: a sample of classes that has a gradient. With
/// `hard` it is one-hot, with the gradient of the soft one. Jang et al., 2017.
Tensor gumbel_softmax(const Tensor& logits, double tau = 1, bool hard = false, int64_t dim = -1);

/// Convolution of time x batch x channels: input [T, N, in], weight [window, in, out], bias [out]; `pad` zeros on both sides.
Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad = 0);

}  // namespace ember::nn::functional
