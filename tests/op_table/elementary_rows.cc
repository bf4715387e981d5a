// Functions of ops/pointwise/elementary.h and ops/pointwise/arithmetic.h.
#include <numbers>

#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// A function of one real number without a gradient.
Row test_of(const std::string& name, Tensor (*op)(const Tensor&), double (*function)(double)) {
  return without_gradient(unary(name, op, function));
}

/// A dividend with a gradient and a divisor without: quotients jump.
Row division(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), double (*function)(double, double)) {
  Row row = binary(name, op, function);
  row.samples = {{real({2, 3}, -5, 5), constant({3}, 1, 2)}};
  row.zero_size = {{real({0, 3}), constant({3}, 1, 2)}};
  row.large = {real({300, 401}), constant({401}, 1, 2)};
  row.supports_half = false;
  return row;
}

/// A function of two integers.
Row integer(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), double (*function)(double, double),
            double low, double high) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = {{integers({2, 3}, -40, 40), integers({2, 3}, low, high)},
                      {integers({2, 1}, -40, 40), integers({3}, low, high)}},
          .reference = reference::pairwise(function),
          .zero_size = {{integers({0, 3}, -40, 40), integers({3}, low, high)}},
          .large = {integers({300, 401}, -40, 40), integers({401}, low, high)},
          .bad = [op] { op(ones({2}), ones({2})); },
          .message = name + ": not implemented for dtype float32",
          .has_gradient = false};
}

double greatest_divisor(double a, double b) { return b == 0 ? std::abs(a) : greatest_divisor(b, std::fmod(a, b)); }

const bool registered = add_rows({
    unary(
        "tan", tan, [](double x) { return std::tan(x); }, -1, 1),
    unary(
        "asin", asin, [](double x) { return std::asin(x); }, -0.8, 0.8),
    unary(
        "acos", acos, [](double x) { return std::acos(x); }, -0.8, 0.8),
    unary("atan", atan, [](double x) { return std::atan(x); }),
    unary("sinh", sinh, [](double x) { return std::sinh(x); }),
    unary("cosh", cosh, [](double x) { return std::cosh(x); }),
    unary("asinh", asinh, [](double x) { return std::asinh(x); }),
    unary(
        "acosh", acosh, [](double x) { return std::acosh(x); }, 1.5, 4),
    unary(
        "atanh", atanh, [](double x) { return std::atanh(x); }, -0.8, 0.8),
    unary("exp2", exp2, [](double x) { return std::exp2(x); }),
    unary(
        "log2", log2, [](double x) { return std::log2(x); }, 0.3, 2),
    unary(
        "log10", log10, [](double x) { return std::log10(x); }, 0.3, 2),
    unary("erfc", erfc, [](double x) { return std::erfc(x); }),
    unary(
        "sinc", sinc, [](double x) { return std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }, -2, 2, 4),
    unary(
        "logit", [](const Tensor& x) { return logit(x); }, [](double x) { return std::log(x / (1 - x)); }, 0.2, 0.8, 4),
    unary(
        "logit_limited", [](const Tensor& x) { return x.defined() ? logit(x, 0.3) : logit(x); },
        [](double x) {
          const double p = std::clamp(x, 0.3, 0.7);
          return std::log(p / (1 - p));
        },
        0.35, 1, 4),
    unary("deg2rad", deg2rad, [](double x) { return x * std::numbers::pi / 180; }),
    unary("rad2deg", rad2deg, [](double x) { return x * 180 / std::numbers::pi; }),
    test_of("trunc", trunc, [](double x) { return std::trunc(x); }),
    unary(
        "frac", frac, [](double x) { return x - std::trunc(x); }, 0.1, 0.9),
    unary("positive", ember::positive, [](double x) { return x; }),
    unary(
        "nan_to_num", [](const Tensor& x) { return nan_to_num(x, 1.5); }, [](double x) { return x; }),
    test_of("signbit", signbit, [](double x) { return double(x < 0); }),
    test_of(
        "isposinf", [](const Tensor& x) { return isposinf(x); }, [](double) { return 0.0; }),
    test_of("isneginf", isneginf, [](double) { return 0.0; }),
    {.name = "round_decimals",
     .op = [](const Tensors& in) { return round(in[0], 2); },
     .samples = {{real({2, 3}, -5, 5)}},
     .reference = reference::elementwise([](double x) { return std::nearbyint(x * 100) / 100; }),
     .zero_size = {{real({0, 3})}},
     .bad = [] { round(ones({2}, kInt64), 2); },
     .message = "round: input is int64 [2] but with decimals it must be floating-point",
     .has_gradient = false,
     .supports_half = false},
    {.name = "frexp",
     .op = [](const Tensors& in) { return frexp(in[0]); },
     .samples = {{real({2, 3}, -40, 40)}},
     .reference =
         [](const Arrays& in) {
           Arrays out = {in[0], in[0]};
           for (size_t i = 0; i < in[0].data.size(); ++i) {
             int exponent;
             out[0].data[i] = std::frexp(in[0].data[i], &exponent);
             out[1].data[i] = exponent;
           }
           return out;
         },
     .zero_size = {{real({0, 3})}, {real({2, 0})}},
     .bad = [] { frexp(ones({2}, kInt64)); },
     .message = "frexp: input is int64 [2] but must be floating-point"},

    division("fmod", fmod, [](double a, double b) { return std::fmod(a, b); }),
    division(
        "div_trunc", [](const Tensor& a, const Tensor& b) { return div(a, b, "trunc"); },
        [](double a, double b) { return std::trunc(a / b); }),
    division(
        "div_floor", [](const Tensor& a, const Tensor& b) { return div(a, b, "floor"); },
        [](double a, double b) { return std::floor(a / b); }),
    {.name = "div_rounding_mode",
     .op = [](const Tensors& in) { return div(in[0], in[1], "trunc"); },
     .samples = {{integers({2, 3}, -9, 9), integers({3}, 1, 5)}},
     .reference = reference::pairwise([](double a, double b) { return std::trunc(a / b); }),
     .zero_size = {{integers({2, 0}, -9, 9), integers({0}, 1, 5)}, {integers({0, 3}, -9, 9), integers(Index{3}, 1, 5)}},
     .bad = [] { div(ones({2}), ones({2}), "up"); },
     .message = "div: rounding_mode is \"up\" but must be None, \"trunc\" or \"floor\"",
     .has_gradient = false},
    binary(
        "rsub", [](const Tensor& a, const Tensor& b) { return rsub(a, b, 2.5); },
        [](double a, double b) { return b - 2.5 * a; }),
    binary("ldexp", ldexp, [](double a, double b) { return a * std::exp2(b); }),
    binary("fmax", fmax, [](double a, double b) { return std::fmax(a, b); }),
    binary("fmin", fmin, [](double a, double b) { return std::fmin(a, b); }),
    binary("hypot", hypot, [](double a, double b) { return std::hypot(a, b); }),
    binary("copysign", copysign, [](double a, double b) { return std::copysign(a, b); }),
    binary("logaddexp", logaddexp, [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }),
    binary("logaddexp2", logaddexp2, [](double a, double b) { return std::log2(std::exp2(a) + std::exp2(b)); }),
    binary(
        "xlogy", xlogy, [](double a, double b) { return a * std::log(b); }, 0.3, 2),
    {.name = "float_power",
     .op = [](const Tensors& in) { return to(float_power(in[0], in[1]), in[0].dtype()); },
     .samples = {{positive({2, 3}), real({3})}},
     .reference = reference::pairwise([](double a, double b) { return std::pow(a, b); }),
     .zero_size = {{real({2, 0}), real({0})}, {real({0, 3}), real(Index{3})}},
     .bad =
         [] {
           float_power(ones({2, 3}), ones({4}));
         },
     .message = "do not broadcast",
     .tolerance = 2},
    {.name = "nextafter",
     .op = [](const Tensors& in) { return nextafter(in[0], in[1]); },
     .samples = {{real({2, 3}), constant({3})}},
     .reference = reference::pairwise([](double a, double b) { return std::nextafter(a, b); }),
     .zero_size = {{real({2, 0}), constant({0})}, {real({0, 3}), constant(Index{3})}},
     .bad = [] { nextafter(ones({2}, kInt64), ones({2}, kInt64)); },
     .message = "nextafter: not implemented for dtype int64"},
    {.name = "heaviside",
     .op = [](const Tensors& in) { return heaviside(in[0], in[1]); },
     .samples = {{constant({2, 3}), constant({3})}},
     .reference = reference::pairwise([](double x, double value) { return x == 0 ? value : double(x > 0); }),
     .zero_size = {{constant({2, 0}), constant({0})}, {constant({0, 3}), constant(Index{3})}},
     .bad = [] { heaviside(ones({2}), ones({2}, kInt64)); },
     .message = "heaviside: values are int64 [2] but must have input's dtype float32",
     .has_gradient = false},
    {.name = "clamp_between",
     .op = [](const Tensors& in) { return clamp(in[0], in[1], in[2]); },
     .samples = {{real({2, 3}), real({3}, -1, -0.2), real({2, 1}, 0.2, 1)}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) {
             return std::clamp(in[0].at(i), in[1].broadcast_at(i), in[2].broadcast_at(i));
           });
         },
     .bad = [] { clamp_between(ones({2}), Tensor(), Tensor()); },
     .message = "clamp: at least one of min and max must be given"},

    integer(
        "gcd", gcd, [](double a, double b) { return std::abs(greatest_divisor(a, b)); }, -30, 30),
    integer(
        "lcm", lcm, [](double a, double b) { return a * b == 0 ? 0 : std::abs(a * b / greatest_divisor(a, b)); }, -30,
        30),
    integer(
        "bitwise_left_shift", bitwise_left_shift, [](double a, double b) { return a * std::exp2(b); }, 0, 8),
    integer(
        "bitwise_right_shift", bitwise_right_shift, [](double a, double b) { return std::floor(a / std::exp2(b)); }, 0,
        8),
});

}  // namespace
}  // namespace op_table
