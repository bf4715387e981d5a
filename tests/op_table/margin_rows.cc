// The losses beside loss_rows.cc's: likelihoods, margins, CTC.
#include "ember/ops/loss/ctc_loss.h"
#include "ember/ops/loss/margin_loss.h"
#include "ember/ops/loss/regression_loss.h"
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A loss whose result PyTorch's `expression` gives; inputs that do not fit make `bad` throw.
Row loss(const std::string& name, Function op, std::vector<Sample> samples, const std::string& expression,
         std::function<void()> bad, const std::string& message) {
  return {.name = name,
          .op = std::move(op),
          .samples = std::move(samples),
          .pytorch = expression,
          .bad = std::move(bad),
          .message = message,
          .tolerance = 8};
}

Row ctc() {
  Row row = loss(
      "ctc_loss",
      [](const Tensors& in) -> Tensors {
        const Tensor x = log_softmax(in[0], -1);
        return {ctc_loss(x, in[1], {8, 7, 8}, {2, 3, 1}), ctc_loss(x, in[1], {8, 7, 8}, {2, 3, 1}, 1, Reduction::None),
                ctc_loss(x, in[1], {8, 7, 2}, {2, 3, 4}, 0, Reduction::Sum, true)};
      },
      {{real({8, 3, 5}), integers({3, 4}, 2, 5)}},
      "[F.ctc_loss(a.log_softmax(-1), b, [8, 7, 8], [2, 3, 1]), F.ctc_loss(a.log_softmax(-1), b, [8, 7, 8], [2, 3, 1], "
      "1, 'none'), F.ctc_loss(a.log_softmax(-1), b, [8, 7, 2], [2, 3, 4], 0, 'sum', True)]",
      [] {
        ctc_loss(zeros({4, 1, 3}), full({1, 2}, 3, kInt64), std::vector<int64_t>{4}, std::vector<int64_t>{2});
      },
      "ctc_loss: target 3 is out of range for 3 classes");
  row.has_second_gradient = false;
  row.tolerance = 40;
  return row;
}

const bool registered = add_rows({
    loss(
        "huber_loss", [](const Tensors& in) { return huber_loss(in[0], in[1], Reduction::Mean, 0.7, in[2]); },
        {{real({3, 4}), real({3, 4}), positive({3, 4})}}, "F.huber_loss(a, b, delta=0.7, weight=c)",
        [] { huber_loss(ones(2), ones(2), Reduction::Mean, -1); }, "delta is -1"),
    loss(
        "weighted_mse_loss", [](const Tensors& in) { return mse_loss(in[0], in[1], in[2]); },
        {{real({3, 4}), real({3, 4}), positive({3, 4})}}, "F.mse_loss(a, b, weight=c)",
        [] { mse_loss(ones(2), ones(2), ones(3)); }, "mse_loss: weight has shape [3]"),
    loss(
        "weighted_l1_loss", [](const Tensors& in) { return l1_loss(in[0], in[1], in[2]); },
        {{real({3, 4}), real({3, 4}), positive({3, 4})}}, "F.l1_loss(a, b, weight=c)",
        [] { l1_loss(ones(2), ones(2), ones(3)); }, "l1_loss: weight has shape [3]"),
    loss(
        "gaussian_nll_loss",
        [](const Tensors& in) -> Tensors {
          return {gaussian_nll_loss(in[0], in[1], in[2]),
                  gaussian_nll_loss(in[0], in[1], in[3], true, 1e-6, Reduction::Sum)};
        },
        {{real({3, 4}), real({3, 4}), positive({3, 4}), positive({3})}},
        "[F.gaussian_nll_loss(a, b, c), F.gaussian_nll_loss(a, b, d, True, reduction='sum')]",
        [] {
          gaussian_nll_loss(ones({2, 3}), ones({2, 3}), ones({3, 3}));
        },
        "var has shape [3, 3]"),
    loss(
        "poisson_nll_loss",
        [](const Tensors& in) -> Tensors {
          return {poisson_nll_loss(in[0], in[1], true, true), poisson_nll_loss(in[2], in[1], false)};
        },
        {{real({3, 4}), constant({3, 4}, 0.3, 4), positive({3, 4})}},
        "[F.poisson_nll_loss(a, b, full=True), F.poisson_nll_loss(c, b, False)]",
        [] { poisson_nll_loss(ones(2), Tensor()); }, "target"),
    loss(
        "linear_cross_entropy", [](const Tensors& in) { return linear_cross_entropy(in[0], in[1], in[2], in[3]); },
        {{real({4, 3}), real({5, 2, 3}), integers({4, 2}, 0, 5), real({5, 2})}},
        "F.linear_cross_entropy(a, b, c, linear_bias=d)",
        [] {
          linear_cross_entropy(ones({2, 3}), ones({4, 2}), zeros(2, kInt64));
        },
        "linear_weight has shape [4, 2]"),
    loss(
        "soft_margin_loss", [](const Tensors& in) { return soft_margin_loss(in[0], in[1]); },
        {{real({3, 4}), constant({3, 4})}}, "F.soft_margin_loss(a, b)", [] { soft_margin_loss(ones(2), ones(3)); },
        "target has shape [3]"),
    loss(
        "hinge_embedding_loss", [](const Tensors& in) { return hinge_embedding_loss(in[0], in[1] * 2 - 1, 1.2); },
        {{real({3, 4}), integers({3, 4}, 0, 2)}}, "F.hinge_embedding_loss(a, b * 2 - 1, 1.2)",
        [] { hinge_embedding_loss(ones(2), Tensor()); }, "target"),
    loss(
        "margin_ranking_loss",
        [](const Tensors& in) { return margin_ranking_loss(in[0], in[1], in[2] * 2 - 1, 0.3, Reduction::Sum); },
        {{real(Index{7}), real(Index{7}), integers(Index{7}, 0, 2)}},
        "F.margin_ranking_loss(a, b, c * 2 - 1, 0.3, reduction='sum')",
        [] {
          margin_ranking_loss(ones(2), ones({2, 2}), ones(2));
        },
        "input2 [2, 2]"),
    loss(
        "cosine_embedding_loss",
        [](const Tensors& in) { return cosine_embedding_loss(in[0], in[1], in[2] * 2 - 1, -0.5, Reduction::None); },
        {{real({5, 3}), real({5, 3}), integers(Index{5}, 0, 2)}},
        "F.cosine_embedding_loss(a, b, c * 2 - 1, -0.5, reduction='none')",
        [] { cosine_embedding_loss(ones(2), ones(2), ones(2)); }, "target has shape [2]"),
    loss(
        "multi_margin_loss",
        [](const Tensors& in) -> Tensors {
          return {multi_margin_loss(in[0], in[1]), multi_margin_loss(in[0], in[1], 2, 0.7, in[2], Reduction::None)};
        },
        {{real({4, 3}), integers(Index{4}, 0, 3), constant(Index{3}, 0.5, 2)}},
        "[F.multi_margin_loss(a, b), F.multi_margin_loss(a, b, 2, 0.7, c, reduction='none')]",
        [] {
          multi_margin_loss(ones({2, 3}), full(2, 3, kInt64));
        },
        "target 3 is out of range for 3 classes"),
    loss(
        "multilabel_margin_loss",
        [](const Tensors& in) { return multilabel_margin_loss(in[0], in[1] - 1, Reduction::None); },
        {{real({6, 4}), integers({6, 4}, 0, 5)}}, "F.multilabel_margin_loss(a, b - 1, reduction='none')",
        [] {
          multilabel_margin_loss(ones({2, 3}), full({2, 3}, 3, kInt64));
        },
        "target 3 is out of range for 3 classes"),
    loss(
        "multilabel_soft_margin_loss",
        [](const Tensors& in) { return multilabel_soft_margin_loss(in[0], in[1], in[2], Reduction::None); },
        {{real({4, 3}), constant({4, 3}, 0.1, 0.9), constant(Index{3}, 0.5, 2)}},
        "F.multilabel_soft_margin_loss(a, b, c, reduction='none')",
        [] { multilabel_soft_margin_loss(ones({}), ones({})); }, "zero-dim"),
    loss(
        "triplet_margin_loss",
        [](const Tensors& in) -> Tensors {
          return {triplet_margin_loss(in[0], in[1], in[2]),
                  triplet_margin_loss(in[0], in[1], in[2], 2.0, 3.0, 1e-6, true, Reduction::None)};
        },
        {{real({4, 5}), real({4, 5}), real({4, 5})}},
        "[F.triplet_margin_loss(a, b, c), F.triplet_margin_loss(a, b, c, 2.0, 3.0, 1e-6, True, reduction='none')]",
        [] {
          triplet_margin_loss(ones({2, 3}), ones({2, 3}), ones({2, 3}), -1);
        },
        "margin is -1"),
    ctc(),
    loss(
        "triplet_margin_with_distance_loss",
        [](const Tensors& in) -> Tensors {
          const auto distance = [](const Tensor& a, const Tensor& b) { return sum(abs(a - b), -1); };
          return {triplet_margin_with_distance_loss(in[0], in[1], in[2], distance),
                  triplet_margin_with_distance_loss(in[0], in[1], in[2], distance, 2, true, Reduction::None)};
        },
        {{real({4, 5}), real({4, 5}), real({4, 5})}},
        "[F.triplet_margin_with_distance_loss(a, b, c, distance_function=lambda x, y: (x - y).abs().sum(-1), **more) "
        "for "
        "more in ({}, {'margin': 2, 'swap': True, 'reduction': 'none'})]",
        [] {
          triplet_margin_with_distance_loss(
              ones({2, 3}), ones({2, 3}), ones({2, 3}), [](const Tensor& a, const Tensor&) { return a; }, -1);
        },
        "margin is -1"),
});

}  // namespace
}  // namespace op_table
