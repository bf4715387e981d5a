// Options as users of libtorch write them: numbers, a literal 0, braces, names and their constants, setters in any order.
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "ember.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;

TEST(Options, PaddingOfConvolutionsTakesNumbersListsAndNames) {
  const nn::Conv2dOptions options(1, 2, 3);
  const auto with = [&](auto padding) { return nn::Conv2d(nn::Conv2dOptions(options).padding(padding)); };
  const Tensor x = ones({1, 1, 8, 8});
  EXPECT_EQ(with(0)(x).sizes(), Shape({1, 2, 6, 6}));
  EXPECT_EQ(with(1)(x).sizes(), Shape({1, 2, 8, 8}));
  EXPECT_EQ(with(std::vector<int64_t>{0, 1})(x).sizes(), Shape({1, 2, 6, 8}));
  EXPECT_EQ(with("same")(x).sizes(), Shape({1, 2, 8, 8}));
  EXPECT_EQ(with(std::string("valid"))(x).sizes(), Shape({1, 2, 6, 6}));
  EXPECT_EQ(with(kSame)(x).sizes(), Shape({1, 2, 8, 8}));
  EXPECT_EQ(with(kValid)(x).sizes(), Shape({1, 2, 6, 6}));
  const nn::Conv2d braces(nn::Conv2dOptions(1, 2, {3, 1}).padding({1, 1}).stride({2, 1}).dilation({1, 1}).bias(false));
  EXPECT_EQ(braces(x).sizes(), Shape({1, 2, 4, 10}));
  const nn::Conv2d last(nn::Conv2dOptions(1, 2, 3).padding("same").padding(0));
  EXPECT_EQ(last(x).sizes(), Shape({1, 2, 6, 6})) << "the last setter counts";
  const nn::ConvTranspose2d up(nn::ConvTranspose2dOptions(1, 2, 3).stride({2, 2}).padding({0, 0}).output_padding(1));
  EXPECT_EQ(up(x).sizes(), Shape({1, 2, 18, 18}));
}

TEST(Options, OneSizeInBracesIsOneSize) {
  EXPECT_EQ(nn::LayerNormOptions({4}).normalized_shape_, Shape(4));
  EXPECT_EQ(nn::LayerNormOptions({4, 5}).eps(1e-3).normalized_shape_, Shape({4, 5}));
  EXPECT_EQ(nn::LayerNormOptions(std::vector<int64_t>{4}).normalized_shape_, Shape(4));
  EXPECT_EQ(nn::LayerNormOptions(4).normalized_shape_, Shape(4));
  EXPECT_EQ(nn::RMSNormOptions({4}).normalized_shape_, Shape(4));
  EXPECT_EQ(nn::MaxPool2dOptions({2}).stride({1, 2}).padding({0, 1}).kernel_size_, Shape(2));
  EXPECT_EQ(nn::AvgPool2dOptions({2}).stride({2}).kernel_size_, Shape(2));
  EXPECT_EQ(nn::AdaptiveAvgPool2dOptions({7}).output_size_, Shape(7));
  EXPECT_EQ(nn::AdaptiveMaxPool2dOptions({7, 5}).output_size_, Shape({7, 5}));
  EXPECT_EQ(nn::FractionalMaxPool2dOptions({2}).output_size({3}).kernel_size_, Shape(2));
  EXPECT_EQ(nn::UnfoldOptions({2}).padding({0}).stride({1}).kernel_size_, Shape(2));
  EXPECT_EQ(nn::FoldOptions({4}, {2}).output_size_, Shape(4));
  EXPECT_EQ(nn::LPPool2dOptions(1, {2}).kernel_size_, Shape(2));
  EXPECT_EQ(nn::UpsampleOptions().size({4}).size_, Shape(4));
  EXPECT_EQ(nn::MaxPool2d(nn::MaxPool2dOptions({2}))(ones({1, 4, 4})).sizes(), Shape({1, 2, 2}));
}

TEST(Options, NamesAreConstantsToo) {
  const Tensor x = tensor({1.0, 2.0}), y = tensor({0.0, 0.0});
  EXPECT_EQ(nn::MSELoss(nn::MSELossOptions(kSum))->forward(x, y).item<double>(), 5);
  EXPECT_EQ(nn::MSELoss(nn::MSELossOptions().reduction(kNone))->forward(x, y).sizes(), Shape(2));
  EXPECT_EQ(nn::L1Loss(nn::L1LossOptions("sum"))->forward(x, y).item<double>(), 3);
  EXPECT_EQ(nn::L1Loss(nn::L1LossOptions(Reduction::Mean))->forward(x, y).item<double>(), 1.5);
  const auto summed = nn::CrossEntropyLossOptions().weight(ones({2})).reduction(kSum).label_smoothing(0.1);
  EXPECT_EQ(nn::CrossEntropyLoss(summed)->forward(ones({3, 2}), zeros({3}, kLong)).dim(), 0);
  EXPECT_EQ(nn::KLDivLossOptions().reduction(kBatchMean).reduction_, "batchmean");
  EXPECT_EQ(nn::SmoothL1LossOptions().reduction("none").reduction_, Reduction::None);
  EXPECT_EQ(error_of([] { nn::MSELossOptions("batch"); }),
            "reduction is \"batch\" but must be \"none\", \"mean\" or \"sum\"");
  EXPECT_EQ(nn::HingeEmbeddingLossOptions().margin(4).reduction(kSum).margin_, 4);
  EXPECT_EQ(nn::HingeEmbeddingLossOptions().margin_, 1);
  EXPECT_EQ(nn::MarginRankingLossOptions().margin_, 0);
  EXPECT_EQ(nn::UpsampleOptions().scale_factor({2.0, 2.0}).mode(kBilinear).align_corners(false).mode_, "bilinear");
  EXPECT_EQ(nn::EmbeddingBagOptions(3, 2).mode(kSum).padding_idx(0).mode_, "sum");
  EXPECT_EQ(nn::RNNOptions(3, 2).nonlinearity(kReLU).num_layers(2).nonlinearity_, "relu");
  EXPECT_EQ(nn::TransformerEncoderLayerOptions(4, 2).activation(kGELU).dropout(0).activation_name_, "gelu");
  EXPECT_EQ(nn::GELUOptions().approximate("tanh").approximate_, "tanh");
  const Tensor w = nn::init::kaiming_normal_(empty({4, 4}), 0, kFanOut, kReLU);
  EXPECT_TRUE(w.isfinite().all().item<bool>());
}

TEST(Options, DeviceAndDtypeAreThoseOfParametersAndBuffers) {
  const auto dtypes = [](const nn::Module& module) {
    std::set<DType> found;
    for (const Tensor& x : module.parameters()) found.insert(x.dtype());
    for (const Tensor& x : module.buffers()) found.insert(x.dtype());
    return found;
  };
  using Dtypes = std::set<DType>;
  EXPECT_EQ(dtypes(*nn::Linear(nn::LinearOptions(2, 3).dtype(kFloat64).bias(true))), Dtypes{kFloat64});
  EXPECT_EQ(dtypes(*nn::Linear(nn::LinearOptions(2, 3).device(Device()))), Dtypes{kFloat32});
  EXPECT_EQ(dtypes(*nn::Conv2d(nn::Conv2dOptions(1, 2, 3).dtype(kFloat64).stride(2))), Dtypes{kFloat64});
  EXPECT_EQ(dtypes(*nn::BatchNorm2d(nn::BatchNorm2dOptions(2).dtype(kFloat16))), Dtypes({kFloat16, kInt64}));
  EXPECT_EQ(dtypes(*nn::LSTM(nn::LSTMOptions(2, 3).dtype(kFloat64).num_layers(2))), Dtypes{kFloat64});
  const nn::TransformerEncoderLayer encoder(nn::TransformerEncoderLayerOptions(4, 2).dtype(kFloat64).norm_first(true));
  EXPECT_EQ(dtypes(*encoder), Dtypes{kFloat64});
  EXPECT_EQ(dtypes(*encoder->clone()), Dtypes{kFloat64});
  EXPECT_EQ(encoder(ones({3, 1, 4}, kFloat64)).dtype(), kFloat64);
}

TEST(Options, PaddingModesAreChecked) {
  EXPECT_EQ(error_of([] { nn::Conv1d(nn::Conv1dOptions(1, 1, 1).padding_mode("mirror")); }),
            "padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular', but got padding_mode='mirror'");
  EXPECT_EQ(error_of([] { nn::ConvTranspose2d(nn::ConvTranspose2dOptions(1, 1, 1).padding_mode(kReflect)); }),
            "Only \"zeros\" padding mode is supported for ConvTranspose2d, not padding_mode='reflect'");
  const Tensor x = ones({1, 1, 3, 3});
  const nn::Conv2d plain(nn::Conv2dOptions(1, 1, 3).padding(1).padding_mode(kZeros));
  EXPECT_TRUE(allclose(plain(x), conv2d(x, plain->weight, plain->bias, 1, 1)));
}

TEST(Options, FormerUpsamplingsHaveTheirModeInTheName) {
  const Tensor x = arange(12, kFloat32).reshape({1, 1, 3, 4});
  nn::UpsamplingBilinear2dOptions options;
  options.scale_factor({2.0});
  const nn::UpsamplingBilinear2d former(options);
  const nn::Upsample upsample(nn::UpsampleOptions().scale_factor({2.0}).mode("bilinear").align_corners(true));
  EXPECT_TRUE(equal(former(x), upsample(x)));
  EXPECT_EQ(former->repr(), "UpsamplingBilinear2d(scale_factor=2.0, mode='bilinear')");
}

TEST(Options, AreListedOnceWithTheirDefaults) {
  nn::LeakyReLUOptions options;
  const nn::OptionFields fields = options.fields();
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(std::string(fields[0].name), "negative_slope");
  EXPECT_EQ(*std::get<double*>(fields[0].place), 0.01);
  *std::get<bool*>(fields[1].place) = true;
  EXPECT_TRUE(options.inplace_);
  EXPECT_EQ(nn::described(fields), "negative_slope=0.01, inplace=True");
  EXPECT_EQ(nn::described(nn::MaxPool2dOptions({2, 3}), {"return_indices", "stride", "ceil_mode"}),
            "kernel_size=(2, 3), padding=0, dilation=1");
}

template <class Options>
concept TakesNumberAsMode = requires(Options o) {
  o.mode(0);
}
|| requires(Options o) { o.reduction(0); }
|| requires(Options o) { o.approximate(0); }
|| requires(Options o) { o.nonlinearity(0); };

TEST(Options, TakeNoNumberForAName) {
  EXPECT_FALSE(TakesNumberAsMode<nn::UpsampleOptions> || TakesNumberAsMode<nn::EmbeddingBagOptions>);
  EXPECT_FALSE(TakesNumberAsMode<nn::MSELossOptions> || TakesNumberAsMode<nn::KLDivLossOptions>);
  EXPECT_FALSE(TakesNumberAsMode<nn::GELUOptions> || TakesNumberAsMode<nn::RNNOptions>);
}

TEST(Options, LayersTakeTheirFirstOption) {
  EXPECT_TRUE(nn::ReLU(true)->options.inplace_);
  EXPECT_TRUE(nn::ReLU(nn::ReLUOptions(true))->options.inplace_);
  EXPECT_FALSE(nn::ReLU()->options.inplace_);
  EXPECT_EQ(nn::Dropout(0.25)->options.p_, 0.25);
  EXPECT_EQ(nn::Dropout(nn::DropoutOptions().p(0.25).inplace(true))->options.p_, 0.25);
  EXPECT_EQ(nn::Dropout2d(nn::Dropout2dOptions(0.25))->options.p_, 0.25);
  EXPECT_EQ(nn::Softmax(1)->options.dim_, 1);
  EXPECT_EQ(nn::BatchNorm2d(4)->options.num_features_, 4);
  EXPECT_EQ(nn::BatchNorm2d(nn::BatchNorm2dOptions(4).momentum(0).affine(false))->options.momentum_, 0);
}

TEST(Options, ChainsKeepTheOptimizersClass) {
  const std::vector<Tensor> params = {ones({2}).requires_grad_()};
  optim::AdamW adamw(params, optim::AdamWOptions(1e-3).weight_decay(.1).betas({0.9, 0.95}).eps(1e-7).lr(2e-3));
  const auto& options = static_cast<const optim::AdamOptions&>(adamw.param_groups()[0].options());
  EXPECT_TRUE(options.decoupled_weight_decay_);
  EXPECT_EQ(options.weight_decay(), .1);
  EXPECT_EQ(options.betas(), std::make_pair(0.9, 0.95));
  EXPECT_EQ(options.lr(), 2e-3);
  optim::Adam adam(params, optim::AdamOptions(1e-3).betas(std::make_tuple(0.5, 0.6)).amsgrad(true));
  EXPECT_EQ(static_cast<const optim::AdamOptions&>(adam.param_groups()[0].options()).betas().first, 0.5);
  optim::SGD sgd(params, optim::SGDOptions(0.1).momentum(0.9).weight_decay(0).nesterov(true));
  auto& group = static_cast<optim::SGDOptions&>(sgd.param_groups()[0].options());
  group.lr(group.lr() / 2);
  EXPECT_EQ(sgd.param_groups()[0].options().get_lr(), 0.05);
  sgd.param_groups()[0].options().set_lr(1);
  EXPECT_EQ(group.lr(), 1);
}

}  // namespace
}  // namespace ember
