// Everything of ember::nn.
#pragma once

#include "ember/nn/activation.h"
#include "ember/nn/adaptive_softmax.h"
#include "ember/nn/attention.h"
#include "ember/nn/bilinear.h"
#include "ember/nn/channel_dropout.h"
#include "ember/nn/clip_grad.h"
#include "ember/nn/container.h"
#include "ember/nn/conv.h"
#include "ember/nn/conv_transpose.h"
#include "ember/nn/distance.h"
#include "ember/nn/dropout.h"
#include "ember/nn/embedding.h"
#include "ember/nn/embedding_bag.h"
#include "ember/nn/find_child.h"
#include "ember/nn/functional.h"
#include "ember/nn/fusion.h"
#include "ember/nn/init.h"
#include "ember/nn/instance_norm.h"
#include "ember/nn/lazy.h"
#include "ember/nn/linear.h"
#include "ember/nn/linear_cross_entropy.h"
#include "ember/nn/loss.h"
#include "ember/nn/margin_loss.h"
#include "ember/nn/module.h"
#include "ember/nn/normalization.h"
#include "ember/nn/options.h"
#include "ember/nn/packed_sequence.h"
#include "ember/nn/padding.h"
#include "ember/nn/parameter_container.h"
#include "ember/nn/parameter_vector.h"
#include "ember/nn/pooling.h"
#include "ember/nn/recurrent.h"
#include "ember/nn/recurrent_cell.h"
#include "ember/nn/regression_loss.h"
#include "ember/nn/resampling.h"
#include "ember/nn/shaped_activation.h"
#include "ember/nn/shuffle.h"
#include "ember/nn/transformer.h"
#include "ember/nn/transformer_decoder.h"

namespace ember {

/// PyTorch's names for what options are asked for by name.
inline constexpr std::string_view kSame = "same", kValid = "valid";  // padding of convolutions
inline constexpr std::string_view kZeros = "zeros", kReflect = "reflect", kReplicate = "replicate",
                                  kCircular = "circular";  // padding_mode of convolutions
inline constexpr std::string_view kNone = "none", kMean = "mean", kSum = "sum",
                                  kMax = "max";  // reductions, modes of EmbeddingBag
inline constexpr std::string_view kBatchMean = "batchmean";
inline constexpr std::string_view kNearest = "nearest", kLinear = "linear", kBilinear = "bilinear",
                                  kBicubic = "bicubic", kTrilinear = "trilinear", kArea = "area",
                                  kNearestExact = "nearest-exact";  // of Upsample
inline constexpr std::string_view kReLU = "relu", kGELU = "gelu", kTanh = "tanh", kSigmoid = "sigmoid",
                                  kLeakyReLU = "leaky_relu", kSELU = "selu";  // activations
inline constexpr auto kFanIn = nn::init::FanMode::In, kFanOut = nn::init::FanMode::Out;

}  // namespace ember
