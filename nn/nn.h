// Everything of ember::nn.
#pragma once

#include "nn/activation.h"
#include "nn/attention.h"
#include "nn/channel_dropout.h"
#include "nn/clip_grad.h"
#include "nn/container.h"
#include "nn/conv.h"
#include "nn/conv_transpose.h"
#include "nn/distance.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/embedding_bag.h"
#include "nn/functional.h"
#include "nn/init.h"
#include "nn/instance_norm.h"
#include "nn/linear.h"
#include "nn/loss.h"
#include "nn/margin_loss.h"
#include "nn/module.h"
#include "nn/normalization.h"
#include "nn/parameter_vector.h"
#include "nn/pooling.h"
#include "nn/recurrent.h"
#include "nn/regression_loss.h"
#include "nn/resampling.h"
#include "nn/shaped_activation.h"
#include "nn/transformer.h"

namespace ember {

/// PyTorch's names for what options are asked for by name.
inline constexpr std::string_view kSame = "same", kValid = "valid";  // padding of convolutions
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
