#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// Steps and tests, without a gradient.
Row constant_unary(const std::string& name, Tensor (*op)(const Tensor&), double (*function)(double)) {
  return without_gradient(unary(name, op, function));
}
Row constant_binary(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&),
                    double (*function)(double, double)) {
  return without_gradient(binary(name, op, function));
}

/// Logic and bits on bools, or on small integers.
Row logic(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), double (*function)(double, double)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], in[1]); },
          .samples = {{boolean({2, 3}), boolean({2, 3})}, {boolean({2, 1}), boolean({3})}},
          .reference = reference::pairwise(function),
          .zero_size = {{boolean({0, 3}), boolean({3})}},
          .large = {boolean({300, 401}), boolean({401})},
          .bad =
              [op] {
                op(ones({2, 3}, kBool), ones({4}, kBool));
              },
          .message = name,
          .has_gradient = false};
}

double larger(double a, double b) { return a > b ? a : b; }
double smaller(double a, double b) { return a < b ? a : b; }

const bool registered = add_rows({
    binary(
        "add", [](const Tensor& a, const Tensor& b) { return add(a, b); }, [](double a, double b) { return a + b; }),
    binary(
        "add_scaled", [](const Tensor& a, const Tensor& b) { return add(a, b, 2.5); },
        [](double a, double b) { return a + 2.5 * b; }),
    binary(
        "sub", [](const Tensor& a, const Tensor& b) { return sub(a, b); }, [](double a, double b) { return a - b; }),
    binary("mul", mul, [](double a, double b) { return a * b; }),
    binary(
        "div", div, [](double a, double b) { return a / b; }, 0.3, 2),
    binary(
        "pow", pow, [](double a, double b) { return std::pow(a, b); }, 0.3, 2, 2),
    binary("atan2", atan2, [](double a, double b) { return std::atan2(a, b); }),
    binary("maximum", maximum, larger),
    binary("minimum", minimum, smaller),
    constant_binary("floor_divide", floor_divide, [](double a, double b) { return std::floor(a / b); }),
    constant_binary("eq", eq, [](double a, double b) { return double(a == b); }),
    constant_binary("ne", ne, [](double a, double b) { return double(a != b); }),
    constant_binary("lt", lt, [](double a, double b) { return double(a < b); }),
    constant_binary("le", le, [](double a, double b) { return double(a <= b); }),
    constant_binary("gt", gt, [](double a, double b) { return double(a > b); }),
    constant_binary("ge", ge, [](double a, double b) { return double(a >= b); }),
    {.name = "remainder",
     .op = [](const Tensors& in) { return remainder(in[0], in[1]); },
     .samples = {{real({2, 3}, -5, 5), constant({3}, 1, 2)}},
     .reference = reference::pairwise([](double a, double b) { return a - std::floor(a / b) * b; }),
     .zero_size = {{real({0, 3}), constant({3}, 1, 2)}},
     .large = {real({300, 401}), constant({401}, 1, 2)},
     .bad =
         [] {
           remainder(ones({2, 3}), ones({4}));
         },
     .message = "remainder",
     .supports_half = false},

    logic("logical_and", logical_and, [](double a, double b) { return double(a != 0 && b != 0); }),
    logic("logical_or", logical_or, [](double a, double b) { return double(a != 0 || b != 0); }),
    logic("logical_xor", logical_xor, [](double a, double b) { return double((a != 0) != (b != 0)); }),
    logic("bitwise_and", bitwise_and, [](double a, double b) { return double(a != 0 && b != 0); }),
    logic("bitwise_or", bitwise_or, [](double a, double b) { return double(a != 0 || b != 0); }),
    logic("bitwise_xor", bitwise_xor, [](double a, double b) { return double((a != 0) != (b != 0)); }),
    {.name = "logical_not",
     .op = [](const Tensors& in) { return logical_not(in[0]); },
     .samples = {{boolean({2, 3})}},
     .reference = reference::elementwise([](double x) { return double(x == 0); }),
     .zero_size = {{boolean({0})}},
     .bad = [] { logical_not(Tensor()); },
     .message = "logical_not: input is an undefined tensor",
     .has_gradient = false},
    {.name = "bitwise_not",
     .op = [](const Tensors& in) { return bitwise_not(in[0]); },
     .samples = {{integers({2, 3}, -9, 9)}},
     .reference = reference::elementwise([](double x) { return -x - 1; }),
     .zero_size = {{integers({0}, 0, 2)}},
     .bad = [] { bitwise_not(ones({2})); },
     .message = "bitwise_not",
     .has_gradient = false},

    unary("abs", abs, [](double x) { return std::abs(x); }),
    unary("neg", neg, [](double x) { return -x; }),
    unary("sign", sign, [](double x) { return double((x > 0) - (x < 0)); }),
    constant_unary("floor", floor, [](double x) { return std::floor(x); }),
    constant_unary("ceil", ceil, [](double x) { return std::ceil(x); }),
    constant_unary("round", round, [](double x) { return std::nearbyint(x); }),
    unary("square", square, [](double x) { return x * x; }),
    unary("exp", exp, [](double x) { return std::exp(x); }),
    unary("expm1", expm1, [](double x) { return std::expm1(x); }),
    unary(
        "log", log, [](double x) { return std::log(x); }, 0.3, 2),
    unary(
        "log1p", log1p, [](double x) { return std::log1p(x); }, -0.6, 2, 2),
    unary(
        "sqrt", sqrt, [](double x) { return std::sqrt(x); }, 0.3, 2),
    unary(
        "rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.3, 2, 2),
    unary(
        "reciprocal", reciprocal, [](double x) { return 1 / x; }, 0.3, 2),
    unary("sin", sin, [](double x) { return std::sin(x); }),
    unary("cos", cos, [](double x) { return std::cos(x); }),
    unary("tanh", tanh, [](double x) { return std::tanh(x); }),
    unary("erf", erf, [](double x) { return std::erf(x); }),
    constant_unary(
        "isnan", [](const Tensor& x) { return isnan(sqrt(x)); }, [](double x) { return double(x < 0); }),
    constant_unary(
        "isinf", [](const Tensor& x) { return isinf(div(1, relu(x))); }, [](double x) { return double(x <= 0); }),
    constant_unary(
        "isfinite", [](const Tensor& x) { return isfinite(div(1, relu(x))); }, [](double x) { return double(x > 0); }),
    unary(
        "clamp", [](const Tensor& x) { return clamp(x, -0.8, 1.1); },
        [](double x) { return std::clamp(x, -0.8, 1.1); }),
    unary(
        "clamp_min", [](const Tensor& x) { return clamp_min(x, -0.8); }, [](double x) { return larger(x, -0.8); }),
    unary(
        "clamp_max", [](const Tensor& x) { return clamp_max(x, 0.8); }, [](double x) { return smaller(x, 0.8); }),

    {.name = "where",
     .op = [](const Tensors& in) { return where(in[0], in[1], in[2]); },
     .samples = {{boolean({2, 3}), real({2, 3}), real({2, 3})}, {boolean({2, 1}), real({3}), real({1, 3})}},
     .reference =
         [](const Arrays& in) {
           const Index shape = broadcast_shape(in[0].shape, broadcast_shape(in[1].shape, in[2].shape));
           return generate(shape, [&](const Index& i) {
             return in[0].broadcast_at(i) != 0 ? in[1].broadcast_at(i) : in[2].broadcast_at(i);
           });
         },
     .zero_size = {{boolean({0, 3}), real({3}), real({1, 3})}},
     .large = {boolean({300, 401}), real({300, 401}), real({401})},
     .bad = [] { where(ones({2}), ones({2}), ones({2})); },
     .message = "where: condition"},
    {.name = "lerp",
     .op = [](const Tensors& in) { return lerp(in[0], in[1], in[2]); },
     .samples = {{real({2, 3}), real({2, 3}), real({3})}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) {
             const double start = in[0].at(i), end = in[1].at(i);
             return start + in[2].broadcast_at(i) * (end - start);
           });
         },
     .bad =
         [] {
           lerp(ones({2, 3}), ones({4}), ones({2, 3}));
         },
     .message = "do not broadcast",
     .tolerance = 2},
    {.name = "addcmul",
     .op = [](const Tensors& in) { return addcmul(in[0], in[1], in[2], 0.5); },
     .samples = {{real({2, 3}), real({3}), real({2, 1})}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) {
             return in[0].at(i) + 0.5 * in[1].broadcast_at(i) * in[2].broadcast_at(i);
           });
         },
     .bad =
         [] {
           addcmul(ones({2, 3}), ones({4}), ones({2, 3}));
         },
     .message = "do not broadcast",
     .tolerance = 2},
    {.name = "addcdiv",
     .op = [](const Tensors& in) { return addcdiv(in[0], in[1], in[2], 0.5); },
     .samples = {{real({2, 3}), real({3}), positive({2, 1})}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) {
             return in[0].at(i) + 0.5 * in[1].broadcast_at(i) / in[2].broadcast_at(i);
           });
         },
     .bad =
         [] {
           addcdiv(ones({2, 3}), ones({4}), ones({2, 3}));
         },
     .message = "do not broadcast",
     .tolerance = 2},

    // Activations.
    unary("relu", relu, [](double x) { return larger(x, 0); }),
    unary(
        "relu6", relu6, [](double x) { return std::clamp(x, 0.0, 6.0); }, -3, 9),
    unary(
        "leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.1); }, [](double x) { return x > 0 ? x : 0.1 * x; }),
    unary(
        "elu", [](const Tensor& x) { return elu(x, 1.3); }, [](double x) { return x > 0 ? x : 1.3 * std::expm1(x); },
        -2, 2, 2),
    unary("sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }),
    unary(
        "logsigmoid", logsigmoid, [](double x) { return -std::log1p(std::exp(-x)); }, -2, 2, 2),
    unary("silu", silu, [](double x) { return x / (1 + std::exp(-x)); }),
    unary(
        "gelu", [](const Tensor& x) { return gelu(x); },
        [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }),
    unary(
        "gelu_tanh", [](const Tensor& x) { return gelu(x, "tanh"); },
        [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }),
    unary(
        "softplus", [](const Tensor& x) { return softplus(x, 1.5); },
        [](double x) { return std::log1p(std::exp(1.5 * x)) / 1.5; }, -2, 2, 2),
    unary(
        "hardswish", hardswish, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, -5, 5, 2),
});

}  // namespace
}  // namespace op_table
