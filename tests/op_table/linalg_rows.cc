#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;
using reference::reduce;
using reference::reshaped;

/// Vectors become a row (left) or a column (right), which goes afterwards.
Array matmul_of_any_rank(const Arrays& in) {
  Array a = in[0], b = in[1];
  const bool left = a.rank() == 1, right = b.rank() == 1;
  if (left) a = reshaped(a, {1, a.size(0)});
  if (right) b = reshaped(b, {b.size(0), 1});
  Array y = reference::matmul(a, b);
  if (left) y = reshaped(y, without(y.shape, y.rank() - 2));
  if (right) y = reshaped(y, without(y.shape, y.rank() - 1));
  return y;
}

Row product(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), std::vector<Sample> samples,
            std::function<void()> bad, const std::string& message) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = std::move(samples),
          .reference = matmul_of_any_rank,
          .bad = std::move(bad),
          .message = message,
          .same_bits_for_any_threads = false,
          .tolerance = 4};
}

Row norm_row(const std::string& name, double p, double (*function)(const std::vector<double>&)) {
  return {.name = name,
          .op = [p](const Tensors& in) -> Tensors {
            return {norm(in[0], p, 1), norm(in[0], p, {}, true)};
          },
          .samples = {{real({3, 4})}},
          .reference = [function](const Arrays& in) -> Arrays {
            return {reduce(in[0], {1}, false, function), reduce(in[0], {}, true, function)};
          },
          .large = {real({300, 401})},
          .bad = [p] { norm(ones({2}, kInt64), p); },
          .message = "norm: input must be of a floating-point dtype but is int64",
          .tolerance = 4};
}

const bool registered = add_rows({
    with_empty(product(
                   "matmul", matmul,
                   {{real({2, 3}), real({3, 4})},
                    {real({3}), real({3})},
                    {real({3}), real({3, 2})},
                    {real({2, 3}), real({3})},
                    {real({2, 2, 3}), real({3, 2})},
                    {real({3}), real({2, 3, 2})},
                    {real({2, 1, 2, 3}), real({3, 3, 2})},
                    {real({2, 3}), real({2, 3, 2})},
                    {real({2, 2, 3}), real({3})}},
                   [] {
                     matmul(ones({2, 5}), ones({3, 4}));
                   },
                   "matmul: mat2 has shape [3, 4] but dim 0 must be 5 to match input [2, 5]"),
               {{real({0, 3}), real({3, 4})}, {real({2, 0}), real({0, 4})}, {real({0, 2, 3}), real({3, 4})}}),
    with_empty(product(
                   "mm", mm, {{real({2, 3}), real({3, 4})}},
                   [] {
                     mm(ones({2, 5}), ones({5}));
                   },
                   "mm: mat2 has shape [5] but must have 2 dimensions"),
               {{real({0, 3}), real({3, 4})}}),
    with_empty(product(
                   "bmm", bmm, {{real({2, 2, 3}), real({2, 3, 2})}},
                   [] {
                     bmm(ones({2, 2, 3}), ones({3, 3, 2}));
                   },
                   "bmm: mat2 has shape [3, 3, 2] but dim 0 must be 2 to match input [2, 2, 3]"),
               {{real({0, 2, 3}), real({0, 3, 2})}}),
    with_empty(product(
                   "mv", mv, {{real({2, 3}), real({3})}},
                   [] {
                     mv(ones({2, 3}), ones({2}));
                   },
                   "mat2 has shape [2]"),
               {{real({2, 0}), real({0})}, {real({0, 3}), real(Index{3})}}),
    with_empty(product(
                   "dot", dot, {{real({3}), real({3})}},
                   [] {
                     dot(ones({2, 3}), ones({3}));
                   },
                   "dot: input has shape [2, 3] but must have 1 dimension"),
               {{real({0}), real({0})}}),
    {.name = "outer",
     .op = [](const Tensors& in) { return outer(in[0], in[1]); },
     .samples = {{real({2}), real({3})}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) { return in[0].at({i[0]}) * in[1].at({i[1]}); });
         },
     .bad =
         [] {
           outer(ones({2, 3}), ones(3));
         },
     .message = "outer: input has shape [2, 3] but must have 1 dimension"},
    {.name = "addmm",
     .op = [](const Tensors& in) -> Tensors {
       return {addmm(in[0], in[1], in[2]), addmm(in[0], in[1], in[2], 0.5, -2)};
     },
     .samples = {{real({2, 4}), real({2, 3}), real({3, 4})}, {real({4}), real({2, 3}), real({3, 4})}},
     .reference = [](const Arrays& in) -> Arrays {
       const Array y = reference::matmul(in[1], in[2]);
       return {reference::add(y, in[0]),
               reference::add(reference::mul(y, Array({}, -2)), reference::mul(in[0], Array({}, 0.5)))};
     },
     .bad =
         [] {
           addmm(ones({3}), ones({2, 3}), ones({3, 4}));
         },
     .message = "addmm",
     .same_bits_for_any_threads = false,
     .tolerance = 8},
    {.name = "baddbmm",
     .op = [](const Tensors& in) { return baddbmm(in[0], in[1], in[2]); },
     .samples = {{real({2, 2, 4}), real({2, 2, 3}), real({2, 3, 4})}},
     .reference = [](const Arrays& in) { return reference::add(reference::matmul(in[1], in[2]), in[0]); },
     .zero_size = {{real({0, 2, 4}), real({0, 2, 3}), real({0, 3, 4})}},
     .bad =
         [] {
           baddbmm(ones({3}), ones({1, 2, 3}), ones({2, 3, 4}));
         },
     .message = "baddbmm: batches of 1 and 2 do not match",
     .same_bits_for_any_threads = false,
     .tolerance = 4},
    {.name = "linear",
     .op = [](const Tensors& in) { return linear(in[0], in[1], in[2]); },
     .samples = {{real({2, 3}), real({4, 3}), real({4})}, {real({2, 2, 3}), real({4, 3}), real({4})}},
     .reference = [](const Arrays& in) { return reference::linear(in[0], in[1], &in[2]); },
     .zero_size = {{real({0, 3}), real({4, 3}), real({4})}, {real({2, 0}), real({4, 0}), real({4})}},
     .large = {real({64, 100}), real({200, 100}), real({200})},
     .bad =
         [] {
           linear(ones({2, 3}), ones({4, 5}));
         },
     .message = "linear: input has shape [2, 3] but its last dimension must be 5 to match weight [4, 5]",
     .same_bits_for_any_threads = false,
     .tolerance = 4},
    {.name = "linear_without_bias",
     .op = [](const Tensors& in) { return linear(in[0], in[1]); },
     .samples = {{real({3}), real({4, 3})}, {real({2, 3}), real({4, 3})}},
     .reference =
         [](const Arrays& in) {
           const bool is_vector = in[0].rank() == 1;
           const Array y = reference::linear(is_vector ? reshaped(in[0], {1, 3}) : in[0], in[1]);
           return is_vector ? reshaped(y, {4}) : y;
         },
     .bad =
         [] {
           linear(ones({2, 3}), ones({4, 3}, kFloat64));
         },
     .message = "linear: input is float32, weight float64 but all must have one dtype",
     .same_bits_for_any_threads = false,
     .tolerance = 4},
    {.name = "einsum",
     .op = [](const Tensors& in) -> Tensors {
       return {einsum("bij,bkj->bik", {in[0], in[1]}), einsum("...ij,...kj", {in[0], in[1]}), einsum("bij->j", {in[0]}),
               einsum("bij,bkj,bij->k", {in[0], in[1], in[0]})};
     },
     .samples = {{real({2, 3, 4}), real({2, 2, 4})}},
     .reference = [](const Arrays& in) -> Arrays {
       const Array y = reference::matmul(in[0], reference::transposed(in[1]));
       const Array scaled = reference::matmul(reference::mul(in[0], in[0]), reference::transposed(in[1]));
       return {y, y, reduce(in[0], {0, 1}, false, reference::sum), reduce(scaled, {0, 1}, false, reference::sum)};
     },
     .zero_size = {{real({0, 3, 4}), real({0, 2, 4})}, {real({2, 3, 0}), real({2, 2, 0})}},
     .bad =
         [] {
           einsum("ij,jk->ik", {ones({2, 3})});
         },
     .message = "einsum: the equation names 2 operands but 1 were given",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    with_empty(norm_row("norm", 2,
                        [](const std::vector<double>& l) {
                          double total = 0;
                          for (const double x : l) total += x * x;
                          return std::sqrt(total);
                        }),
               {{real({0, 4})}, {real({3, 0})}}),
    with_empty(norm_row("norm_1", 1,
                        [](const std::vector<double>& l) {
                          double total = 0;
                          for (const double x : l) total += std::abs(x);
                          return total;
                        }),
               {{real({0, 4})}, {real({3, 0})}}),
    with_empty(norm_row("norm_3", 3,
                        [](const std::vector<double>& l) {
                          double total = 0;
                          for (const double x : l) total += std::pow(std::abs(x), 3);
                          return std::cbrt(total);
                        }),
               {{real({0, 4})}, {real({3, 0})}}),
    norm_row("norm_infinite", std::numeric_limits<double>::infinity(),
             [](const std::vector<double>& l) {
               double largest = 0;
               for (const double x : l) largest = std::max(largest, std::abs(x));
               return largest;
             }),
});

}  // namespace
}  // namespace op_table
