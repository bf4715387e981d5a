#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;
using reference::reduce;
using List = std::vector<double>;

/// Reduces over the dims 0 and -1 of a 3-d input, over all of it, and over one dim that stays.
Row reduction(const std::string& name, Tensor (*op)(const Tensor&, const Shape& dims, bool keepdim),
              double (*function)(const List&), double low = -2, double high = 2) {
  return {.name = name,
          .op = [op](const Tensors& in) -> Tensors {
            return {op(in[0], {0, -1}, false), op(in[0], {}, false), op(in[0], 1, true)};
          },
          .samples = {{real({3, 4, 2}, low, high)}, {real({2, 1, 3}, low, high)}},
          .reference = [function](const Arrays& in) -> Arrays {
            return {reduce(in[0], {0, -1}, false, function), reduce(in[0], {}, false, function),
                    reduce(in[0], {1}, true, function)};
          },
          .large = {real({70, 30, 60}, low, high)},
          .bad =
              [op] {
                op(ones({2, 3}), 2, false);
              },
          .message = "out of range",
          .tolerance = 4};
}

Row extreme_along(const std::string& name, std::pair<Tensor, Tensor> (*op)(const Tensor&, int64_t, bool),
                  double (*value)(const List&), double (*position)(const List&)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], 1, false); },
          .samples = {{real({2, 5, 3})}, {real({4, 1})}},
          .reference = [value, position](const Arrays& in) -> Arrays {
            return {reduce(in[0], {1}, false, value), reduce(in[0], {1}, false, position)};
          },
          .zero_size = {{real({0, 3})}},
          .large = {real({500, 90})},
          .bad =
              [op] {
                op(ones({2, 3}), 2, false);
              },
          .message = "out of range"};
}

Row position(const std::string& name, Tensor (*op)(const Tensor&, std::optional<int64_t>, bool),
             double (*function)(const List&)) {
  return {.name = name,
          .op = [op](const Tensors& in) -> Tensors {
            return {op(in[0], 1, true), op(in[0], {}, false)};
          },
          .samples = {{real({2, 5, 3})}},
          .reference = [function](const Arrays& in) -> Arrays {
            return {reduce(in[0], {1}, true, function), reduce(in[0], {}, false, function)};
          },
          .large = {real({500, 90})},
          .bad = [op] { op(zeros({0}), {}, false); },
          .message = name,
          .has_gradient = false};
}

Row normalized(const std::string& name, Tensor (*op)(const Tensor&, int64_t), double (*function)(const List&, size_t)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], 1); },
          .samples = {{real({2, 5, 3})}, {real({3, 4})}, {real({2, 1})}},
          .reference = [function](const Arrays& in) { return reference::along(in[0], 1, function); },
          .zero_size = {{real({0, 3})}, {real({2, 3, 0})}},
          .large = {real({500, 90})},
          .bad = [op] { op(ones({2}), 1); },
          .message = "out of range",
          .tolerance = 4};
}

const bool registered = add_rows({
    with_empty(reduction(
                   "sum", [](const Tensor& x, const Shape& d, bool k) { return sum(x, d, k); }, reference::sum),
               {{real({0, 3, 2})}, {real({2, 0, 3})}}),
    with_empty(reduction(
                   "mean", [](const Tensor& x, const Shape& d, bool k) { return mean(x, d, k); }, reference::mean),
               {{real({0, 3, 2})}, {real({2, 3, 0})}}),
    with_empty(reduction(
                   "var", [](const Tensor& x, const Shape& d, bool k) { return var(x, d, 0, k); },
                   [](const List& l) { return reference::variance(l, 0); }),
               {{real({0, 3, 2})}, {real({2, 3, 0})}}),
    {.name = "std",
     .op = [](const Tensors& in) { return ember::std(in[0], 1, 1, false); },
     .samples = {{real({3, 4, 2})}},
     .reference =
         [](const Arrays& in) {
           return reduce(in[0], {1}, false, [](const List& l) { return std::sqrt(reference::variance(l, 1)); });
         },
     .zero_size = {{real({0, 4, 2})}, {real({3, 4, 0})}},
     .large = {real({70, 30, 60})},
     .bad =
         [] {
           ember::std(ones({2, 3}), Shape(2));
         },
     .message = "out of range",
     .tolerance = 4},
    reduction("amax", amax, reference::max),
    reduction("amin", amin, reference::min),
    reduction("logsumexp", logsumexp, reference::logsumexp),
    {.name = "prod",
     .op = [](const Tensors& in) -> Tensors {
       return {prod(in[0], 1, true), prod(in[0])};
     },
     .samples = {{real({3, 4})}, {positive({2, 1, 3})}},
     .reference = [](const Arrays& in) -> Arrays {
       return {reduce(in[0], {1}, true, reference::product), reduce(in[0], {}, false, reference::product)};
     },
     .zero_size = {{real({0, 3})}},
     .large = {real({700, 60}, 0.98, 1.02)},
     .bad =
         [] {
           prod(ones({2, 3}), 2);
         },
     .message = "out of range",
     .tolerance = 8},
    extreme_along(
        "max_along", [](const Tensor& x, int64_t d, bool k) { return max(x, d, k); }, reference::max,
        reference::argmax),
    extreme_along(
        "min_along", [](const Tensor& x, int64_t d, bool k) { return min(x, d, k); }, reference::min,
        reference::argmin),
    {.name = "max",
     .op = [](const Tensors& in) { return max(in[0]); },
     .samples = {{real({3, 4})}, {real({})}},
     .reference = [](const Arrays& in) { return reduce(in[0], {}, false, reference::max); },
     .large = {real({500, 90})},
     .bad = [] { max(zeros({0})); },
     .message = "max"},
    {.name = "min",
     .op = [](const Tensors& in) { return min(in[0]); },
     .samples = {{real({3, 4})}, {real({})}},
     .reference = [](const Arrays& in) { return reduce(in[0], {}, false, reference::min); },
     .large = {real({500, 90})},
     .bad = [] { min(zeros({0})); },
     .message = "min"},
    position("argmax", argmax, reference::argmax),
    position("argmin", argmin, reference::argmin),
    {.name = "all",
     .op = [](const Tensors& in) -> Tensors {
       return {all(in[0]), all(in[0], 0)};
     },
     .samples = {{boolean({2, 3})}},
     .reference = [](const Arrays& in) -> Arrays {
       return {reduce(in[0], {}, false, reference::min), reduce(in[0], {0}, false, reference::min)};
     },
     .bad = [] { all(ones({2}), 1); },
     .message = "out of range",
     .has_gradient = false},
    {.name = "any",
     .op = [](const Tensors& in) -> Tensors {
       return {any(in[0]), any(in[0], 0)};
     },
     .samples = {{boolean({2, 3})}},
     .reference = [](const Arrays& in) -> Arrays {
       return {reduce(in[0], {}, false, reference::max), reduce(in[0], {0}, false, reference::max)};
     },
     .bad = [] { any(ones({2}), 1); },
     .message = "out of range",
     .has_gradient = false},
    {.name = "sum_to_size",
     .op =
         [](const Tensors& in) {
           return sum_to_size(in[0], {2, 1});
         },
     .samples = {{real({3, 2, 4})}},
     .reference =
         [](const Arrays& in) {
           return reference::reshaped(reduce(in[0], {0, 2}, false, reference::sum), {2, 1});
         },
     .zero_size = {{real({0, 2, 4})}, {real({3, 2, 0})}},
     .bad =
         [] {
           sum_to_size(ones({2, 3}), {2});
         },
     .message = "sum_to_size",
     .tolerance = 4},
    normalized(
        "softmax", [](const Tensor& x, int64_t d) { return softmax(x, d); },
        [](const List& l, size_t i) { return std::exp(l[i] - reference::logsumexp(l)); }),
    normalized(
        "log_softmax", [](const Tensor& x, int64_t d) { return log_softmax(x, d); },
        [](const List& l, size_t i) { return l[i] - reference::logsumexp(l); }),
});

}  // namespace
}  // namespace op_table
