#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

double mean_of(const std::vector<double>& list) { return reference::mean(list); }

/// A loss of two real numbers, in all three reductions; no gradient for the target when it is a probability.
Row loss(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&, Reduction),
         double (*function)(double, double), Input input, Input target) {
  Sample empty = {input, target};
  for (Input& x : empty) x.shape = {0, 4};
  return {
      .name = name,
      .op = [op](const Tensors& in) -> Tensors {
        return {op(in[0], in[1], Reduction::None), op(in[0], in[1], Reduction::Mean), op(in[0], in[1], Reduction::Sum)};
      },
      .samples = {{std::move(input), std::move(target)}},
      .reference = [function](const Arrays& in) -> Arrays {
        const Array each = generate(in[0].shape, [&](const Index& i) { return function(in[0].at(i), in[1].at(i)); });
        return {each, reference::reduce(each, {}, false, mean_of), reference::reduce(each, {}, false, reference::sum)};
      },
      .zero_size = {std::move(empty)},
      .bad =
          [op] {
            op(ones({2, 3}), ones({4}), Reduction::Mean);
          },
      .message = "[4]",
      .tolerance = 4};
}

double log_softmax_at(const Array& x, int64_t row, int64_t column) {
  std::vector<double> list;
  for (int64_t c = 0; c < x.size(1); ++c) list.push_back(x.at({row, c}));
  return x.at({row, column}) - reference::logsumexp(list);
}

int64_t whole(double value) { return static_cast<int64_t>(value); }

const bool registered = add_rows({
    loss(
        "mse_loss", mse_loss, [](double x, double y) { return (x - y) * (x - y); }, real({3, 4}), real({3, 4})),
    loss(
        "l1_loss", l1_loss, [](double x, double y) { return std::abs(x - y); }, real({3, 4}), real({3, 4})),
    loss(
        "smooth_l1_loss", [](const Tensor& x, const Tensor& y, Reduction r) { return smooth_l1_loss(x, y, r, 0.7); },
        [](double x, double y) {
          const double d = std::abs(x - y);
          return d < 0.7 ? d * d / 1.4 : d - 0.35;
        },
        real({3, 4}), real({3, 4})),
    loss(
        "binary_cross_entropy",
        [](const Tensor& x, const Tensor& y, Reduction r) { return binary_cross_entropy(x, y, {}, r); },
        [](double x, double y) { return -(y * std::log(x) + (1 - y) * std::log1p(-x)); }, real({3, 4}, 0.1, 0.9),
        constant({3, 4}, 0.1, 0.9)),
    loss(
        "binary_cross_entropy_with_logits",
        [](const Tensor& x, const Tensor& y, Reduction r) { return binary_cross_entropy_with_logits(x, y, {}, {}, r); },
        [](double x, double y) { return std::log1p(std::exp(-x)) + (1 - y) * x; }, real({3, 4}),
        constant({3, 4}, 0.1, 0.9)),
    loss(
        "kl_div", [](const Tensor& x, const Tensor& y, Reduction r) { return kl_div(x, y, r); },
        [](double x, double y) { return y * (std::log(y) - x); }, real({3, 4}), constant({3, 4}, 0.1, 0.9)),
    {.name = "nll_loss",
     .op = [](const Tensors& in) -> Tensors {
       return {nll_loss(in[0], in[1], in[2]), nll_loss(in[0], in[1], {}, Reduction::None, 1)};
     },
     .samples = {{real({4, 3}), integers({4}, 0, 3), constant({3}, 0.5, 2)}},
     .reference = [](const Arrays& in) -> Arrays {
       double total = 0, weights = 0;
       Array each({4});
       for (int64_t n = 0; n < 4; ++n) {
         const int64_t target = whole(in[1].at({n}));
         total -= in[2].at({target}) * in[0].at({n, target});
         weights += in[2].at({target});
         each.at({n}) = target == 1 ? 0 : -in[0].at({n, target});
       }
       return {Array({}, total / weights), each};
     },
     .large = {real({4000, 20}), integers({4000}, 0, 20), constant({20}, 0.5, 2)},
     .bad =
         [] {
           nll_loss(ones({2, 3}), full({2}, 3, kInt64));
         },
     .message = "nll_loss",
     .tolerance = 4},
    {.name = "cross_entropy",
     .op = [](const Tensors& in) -> Tensors {
       return {cross_entropy(in[0], in[1]), cross_entropy(in[0], in[1], {}, Reduction::Sum),
               cross_entropy(in[0], in[1], {}, Reduction::None, -100, 0.1)};
     },
     .samples = {{real({4, 3}), integers({4}, 0, 3)}},
     .reference = [](const Arrays& in) -> Arrays {
       Array smooth({4});
       double total = 0;
       for (int64_t n = 0; n < 4; ++n) {
         const double one = -log_softmax_at(in[0], n, whole(in[1].at({n})));
         double others = 0;
         for (int64_t c = 0; c < 3; ++c) others -= log_softmax_at(in[0], n, c);
         total += one;
         smooth.at({n}) = 0.9 * one + 0.1 * others / 3;
       }
       return {Array({}, total / 4), Array({}, total), smooth};
     },
     .large = {real({4000, 20}), integers({4000}, 0, 20)},
     .bad =
         [] {
           cross_entropy(ones({2, 3}), zeros({3}, kInt64));
         },
     .message = "target has shape [3]",
     .tolerance = 8},
    {.name = "cross_entropy_of_probabilities",
     .op = [](const Tensors& in) { return cross_entropy(in[0], in[1]); },
     .samples = {{real({4, 3}), constant({4, 3}, 0.1, 0.9)}},
     .reference =
         [](const Arrays& in) {
           double total = 0;
           for_each_index(in[0].shape,
                          [&](const Index& i) { total -= in[1].at(i) * log_softmax_at(in[0], i[0], i[1]); });
           return Array({}, total / static_cast<double>(in[0].size(0)));
         },
     .zero_size = {{real({0, 3}), constant({0, 3})}},
     .bad =
         [] {
           cross_entropy(ones({2, 3}), ones({2, 4}));
         },
     .message = "cross_entropy",
     .tolerance = 8},
});

}  // namespace
}  // namespace op_table
