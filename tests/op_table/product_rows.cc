// Products that are compositions of matmul: with a summand, of many matrices, over any dims.
#include <cmath>

#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A sum of products; oneDNN's may depend on the number of threads.
Row product(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
            std::function<void()> bad, const std::string& message) {
  Row product = with_tolerance(row(name, std::move(op), std::move(samples), pytorch, std::move(bad), message), 16);
  product.same_bits_for_any_threads = false;
  return product;
}

/// beta x + alpha times a product, with and without factors.
Row summed(const std::string& name,
           Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const Scalar&, const Scalar&),
           std::vector<Sample> samples, std::function<void()> bad, const std::string& message) {
  return product(
      name,
      [op](const Tensors& in) {
        return Tensors{op(in[0], in[1], in[2], 1, 1), op(in[0], in[1], in[2], 0.5, -2), op(in[0], in[1], in[2], 0, 3)};
      },
      std::move(samples), "[torch." + name + "(a, b, c, beta=x, alpha=y) for x, y in ((1, 1), (0.5, -2), (0, 3))]",
      std::move(bad), message);
}

const bool registered = add_rows({
    with_empty(summed(
                   "addmv", addmv, {{real({2}), real({2, 3}), real({3})}, {real({}), real({2, 3}), real({3})}},
                   [] {
                     addmv(ones(3), ones({2, 3}), ones(3));
                   },
                   "addmv"),
               {{real({0}), real({0, 3}), real({3})}, {real({2}), real({2, 0}), real({0})}}),
    with_empty(summed(
                   "addr", addr, {{real({2, 3}), real({2}), real({3})}, {real({3}), real({2}), real({3})}},
                   [] {
                     addr(ones({2, 2}), ones(2), ones({1, 2}));
                   },
                   "addr: vec2 has shape [1, 2] but must have 1 dimension"),
               {{real({0, 3}), real({0}), real({3})}}),
    with_empty(summed(
                   "addbmm", addbmm,
                   {{real({2, 4}), real({3, 2, 3}), real({3, 3, 4})}, {real({4}), real({3, 2, 3}), real({3, 3, 4})}},
                   [] {
                     addbmm(ones({2, 2}), ones({1, 2, 3}), ones({2, 3, 2}));
                   },
                   "bmm: mat2 has shape [2, 3, 2] but dim 0 must be 1 to match input [1, 2, 3]"),
               {{real({2, 4}), real({0, 2, 3}), real({0, 3, 4})}}),
    with_empty(product(
                   "bilinear",
                   [](const Tensors& in) {
                     return Tensors{bilinear(in[0], in[1], in[2], in[3]), bilinear(in[0], in[1], in[2])};
                   },
                   {{real({2, 3}), real({2, 4}), real({5, 3, 4}), real({5})},
                    {real({3}), real({4}), real({2, 3, 4}), real({2})},
                    {real({2, 2, 3}), real({2, 2, 1}), real({2, 3, 1}), real({2})}},
                   "[F.bilinear(a, b, c, d), F.bilinear(a, b, c)]",
                   [] {
                     bilinear(ones({2, 3}), ones({2, 4}), ones({5, 4, 3}));
                   },
                   "bilinear: inputs have shapes [2, 3] and [2, 4] but must end in 4 and 3"),
               {{real({0, 3}), real({0, 4}), real({5, 3, 4}), real({5})}}),
    with_empty(
        product(
            "inner", [](const Tensors& in) { return inner(in[0], in[1]); },
            {{real({3}), real({3})}, {real({2, 3}), real({4, 2, 3})}, {real({}), real({2, 3})}}, "torch.inner(a, b)",
            [] {
              inner(ones({2, 3}), ones({2, 4}));
            },
            "inner: input and other must have the same last dim, but have shapes [2, 3] and [2, 4]"),
        {{real({0, 3}), real({2, 3})}, {real({2, 0}), real({0})}}),
    with_empty(product(
                   "tensordot",
                   [](const Tensors& in) {
                     return Tensors{tensordot(in[0], in[1]), tensordot(in[0], in[1], {0, -1}, {2, 1}),
                                    tensordot(in[0], in[1], 0)};
                   },
                   {{real({2, 3, 4}), real({3, 4, 2})}},
                   "[torch.tensordot(a, b), torch.tensordot(a, b, ([0, -1], [2, 1])), torch.tensordot(a, b, 0)]",
                   [] {
                     tensordot(ones({2, 3}), ones({3, 2}), 1, 1);
                   },
                   "tensordot: contracted dimensions need to match, but first has size 3 in dim 1 and second has size "
                   "2 in dim 1"),
               {{real({2, 0, 4}), real({0, 4, 2})}}),
    product(
        "chain_matmul", [](const Tensors& in) { return chain_matmul(in); },
        {{real({2, 5}), real({5, 1}), real({1, 4})}}, "torch.chain_matmul(a, b, c)",
        [] {
          chain_matmul({ones(2), eye(2)});
        },
        "chain_matmul: Tensor dimension is 1, expected 2 instead"),
    product(
        "multi_dot", [](const Tensors& in) { return linalg::multi_dot(in); },
        {{real({2, 5}), real({5, 1}), real({1, 4}), real({4, 3})}, {real({3}), real({3, 2}), real({2, 2}), real({2})}},
        "torch.linalg.multi_dot([a, b, c, d])",
        [] {
          linalg::multi_dot({eye(2), eye(3)});
        },
        "linalg.multi_dot: tensors 0 and 1 with shapes [2, 2] and [3, 3] cannot be multiplied"),
    with_empty(product(
                   "vecdot",
                   [](const Tensors& in) {
                     return Tensors{linalg::vecdot(in[0], in[1]), linalg::vecdot(in[0], in[1], 0)};
                   },
                   {{real({2, 3}), real({2, 3})}, {real({2, 1, 3}), real({4, 3})}},
                   "[torch.linalg.vecdot(a, b), torch.linalg.vecdot(a, b, dim=0)]",
                   [] { linalg::vecdot(ones(2), ones(2, kFloat64)); },
                   "linalg.vecdot: x and y must have one floating-point dtype, but are float32 and float64"),
               {{real({0, 3}), real({0, 3})}}),
    product(
        "vector_norm",
        [](const Tensors& in) {
          Tensors y;
          for (const double p : {2.0, 1.0, 3.5, 0.0, -2.0, double(INFINITY), -double(INFINITY)}) {
            y.push_back(linalg::vector_norm(in[0], p));
            y.push_back(linalg::vector_norm(in[0], p, {0, 2}, true));
          }
          return y;
        },
        {{real({3, 2, 4})}},
        "[torch.linalg.vector_norm(a, p, *where) for p in (2, 1, 3.5, 0, -2, math.inf, -math.inf) for where "
        "in ((), ((0, 2), True))]",
        [] { linalg::vector_norm(ones({2}, kInt64)); },
        "vector_norm: x must be of a floating-point dtype but is int64 [2]"),
});

}  // namespace
}  // namespace op_table
