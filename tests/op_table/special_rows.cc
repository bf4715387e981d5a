// Functions of ops/pointwise/special.h, against what PyTorch gives.
#include <cmath>

#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// A function of one real number, and PyTorch's name for it.
Row unary(const std::string& name, Tensor (*op)(const Tensor&), double low = -2, double high = 2,
          const std::string& module = "torch.special.") {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0]); },
          .samples = {{real({2, 3}, low, high)}, {real({}, low, high)}},
          .pytorch = module + name + "(a)",
          .zero_size = {{real({0, 3}, low, high)}},
          .bad = [op] { op(Tensor()); },
          .message = name + ": input is an undefined tensor",
          .tolerance = 8};
}

/// The same against the C++ library: PyTorch's Bessel functions are right to 4e-7 only.
Row bessel(const std::string& name, Tensor (*op)(const Tensor&), double (*function)(double)) {
  Row row = unary(name, op, 0.5, 6);
  row.pytorch.clear();
  row.reference = reference::elementwise(function);
  return row;
}

/// A function of two, with a gradient for the second only.
Row shaped(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), const std::string& pytorch) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = {{constant({2, 3}, 1.2, 4), real({2, 3}, 0.5, 4)}, {constant({2, 1}, 1.2, 4), real({3}, 0.5, 4)}},
          .pytorch = pytorch,
          .zero_size = {{constant({0, 3}, 1.2, 4), real({3}, 0.5, 4)}},
          .bad =
              [op] {
                op(ones({2, 3}), ones({4}));
              },
          .message = name + ": shapes [2, 3] and [4] do not broadcast",
          .tolerance = 16};
}

/// Degrees beyond those that a recurrence is used for, too.
Row polynomial(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = {{constant({2, 3}, -0.9, 0.9), integers({2, 3}, -1, 12)},
                      {constant({2, 1}, 1.1, 1.5), integers({3}, 0, 7)}},
          .pytorch = "torch.special." + name + "(a, b)",
          .zero_size = {{constant({0, 3}), integers({3}, 0, 7)}},
          .bad =
              [op] {
                op(ones({2, 3}), ones({4}));
              },
          .message = name + ": shapes [2, 3] and [4] do not broadcast",
          .has_gradient = false,
          .supports_half = false,
          .tolerance = 64};
}

const bool registered = add_rows({
    unary("lgamma", lgamma, 0.3, 6, "torch."),
    unary("digamma", digamma, 0.3, 6, "torch."),
    unary("erfinv", erfinv, -0.8, 0.8, "torch."),
    unary("i0", i0, -4, 4, "torch."),
    unary("i0e", special::i0e, -4, 4),
    unary("i1", special::i1, -4, 4),
    unary("i1e", special::i1e, -4, 4),
    unary("entr", special::entr, 0.3, 2),
    unary("erfcx", special::erfcx),
    unary("ndtr", special::ndtr),
    unary("log_ndtr", special::log_ndtr),
    unary("ndtri", special::ndtri, 0.1, 0.9),
    bessel("bessel_j0", special::bessel_j0, [](double x) { return std::cyl_bessel_j(0, x); }),
    bessel("bessel_j1", special::bessel_j1, [](double x) { return std::cyl_bessel_j(1, x); }),
    bessel("bessel_y0", special::bessel_y0, [](double x) { return std::cyl_neumann(0, x); }),
    bessel("bessel_y1", special::bessel_y1, [](double x) { return std::cyl_neumann(1, x); }),
    unary("modified_bessel_k0", special::modified_bessel_k0, 0.5, 6),
    unary("modified_bessel_k1", special::modified_bessel_k1, 0.5, 6),
    without_gradient(unary("scaled_modified_bessel_k0", special::scaled_modified_bessel_k0, 0.5, 6)),
    without_gradient(unary("scaled_modified_bessel_k1", special::scaled_modified_bessel_k1, 0.5, 6)),
    without_gradient(unary("spherical_bessel_j0", special::spherical_bessel_j0)),
    without_gradient(unary("airy_ai", special::airy_ai, -8, 6)),

    {.name = "polygamma",
     .op =
         [](const Tensors& in) {
           return Tensors{polygamma(2, in[0]), polygamma(5, in[0])};
         },
     .samples = {{real({2, 3}, 1.2, 6)}},
     .pytorch = "[torch.polygamma(n, a) for n in (2, 5)]",
     .bad = [] { polygamma(-1, ones({2})); },
     .message = "polygamma: n is -1 but must not be negative",
     .supports_half = false,
     .tolerance = 16},
    {.name = "mvlgamma",
     .op = [](const Tensors& in) { return mvlgamma(in[0], 3); },
     .samples = {{real({2, 3}, 1.5, 6)}},
     .pytorch = "torch.mvlgamma(a, 3)",
     .bad = [] { mvlgamma(ones({2}), 0); },
     .message = "mvlgamma: p is 0 but must be at least 1",
     .tolerance = 16},
    shaped("igamma", igamma, "torch.igamma(a, b)"),
    shaped("igammac", igammac, "torch.igammac(a, b)"),
    shaped("zeta", special::zeta, "torch.special.zeta(a, b)"),
    {.name = "xlog1py",
     .op = [](const Tensors& in) { return special::xlog1py(in[0], in[1]); },
     .samples = {{real({2, 3}), positive({3})}},
     .pytorch = "torch.special.xlog1py(a, b)",
     .bad =
         [] {
           special::xlog1py(ones({2, 3}), ones({4}));
         },
     .message = "xlog1py: shapes [2, 3] and [4] do not broadcast",
     .tolerance = 4},

    polynomial("chebyshev_polynomial_t", special::chebyshev_polynomial_t),
    polynomial("chebyshev_polynomial_u", special::chebyshev_polynomial_u),
    polynomial("chebyshev_polynomial_v", special::chebyshev_polynomial_v),
    polynomial("chebyshev_polynomial_w", special::chebyshev_polynomial_w),
    polynomial("shifted_chebyshev_polynomial_t", special::shifted_chebyshev_polynomial_t),
    polynomial("shifted_chebyshev_polynomial_u", special::shifted_chebyshev_polynomial_u),
    polynomial("shifted_chebyshev_polynomial_v", special::shifted_chebyshev_polynomial_v),
    polynomial("shifted_chebyshev_polynomial_w", special::shifted_chebyshev_polynomial_w),
    polynomial("hermite_polynomial_h", special::hermite_polynomial_h),
    polynomial("hermite_polynomial_he", special::hermite_polynomial_he),
    polynomial("laguerre_polynomial_l", special::laguerre_polynomial_l),
    polynomial("legendre_polynomial_p", special::legendre_polynomial_p),
});

}  // namespace
}  // namespace op_table
