#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Unary {
  const char* name;
  UnaryKernel* Backend::*slot;
  double (*reference)(double);
  double low, high;  ///< of the inputs
  double absolute = 0;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI); }
double gelu_inner(double x) { return std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x); }
double sign(double x) { return (x > 0) - (x < 0); }

const Unary kUnary[] = {
    {"exp", &Backend::exp, std::exp, -9, 9},
    {"log", &Backend::log, std::log, 0.01, 100, 1e-7},
    {"log1p", &Backend::log1p, std::log1p, -0.9, 100},
    {"expm1", &Backend::expm1, std::expm1, -9, 9},
    {"sqrt", &Backend::sqrt, std::sqrt, 0, 100},
    {"rsqrt", &Backend::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.01, 100},
    {"reciprocal", &Backend::reciprocal, [](double x) { return 1 / x; }, -50, 50},
    {"sin", &Backend::sin, std::sin, -9, 9, 1e-7},
    {"cos", &Backend::cos, std::cos, -9, 9, 1e-7},
    {"tanh", &Backend::tanh, std::tanh, -6, 6},
    {"erf", &Backend::erf, std::erf, -5, 5},
    {"sigmoid", &Backend::sigmoid, sigmoid, -20, 20},
    {"silu", &Backend::silu, [](double x) { return x * sigmoid(x); }, -20, 20},
    {"gelu", &Backend::gelu, [](double x) { return x * normal_cdf(x); }, -6, 6, 1e-7},
    {"gelu_tanh", &Backend::gelu_tanh, [](double x) { return 0.5 * x * (1 + std::tanh(gelu_inner(x))); }, -6, 6, 4e-7},
    {"softplus", &Backend::softplus, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); },
     -20, 20},
};

const Unary kExactUnary[] = {
    {"abs", &Backend::abs, std::abs, -100, 100},
    {"neg", &Backend::neg, [](double x) { return -x; }, -100, 100},
    {"sign", &Backend::sign, sign, -3, 3},
    {"floor", &Backend::floor, std::floor, -9, 9},
    {"ceil", &Backend::ceil, std::ceil, -9, 9},
    {"round", &Backend::round, std::nearbyint, -9, 9},
    {"relu", &Backend::relu, [](double x) { return std::max(x, 0.0); }, -9, 9},
};

std::vector<double> map(double (*f)(double), const std::vector<double>& x) {
  std::vector<double> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  return y;
}

TEST(UnaryKernels, MatchDoubleReferences) {
  for_each_isa([](const Backend& table) {
    for (const Unary& op : kUnary) {
      for (DType dtype : kFloatDTypes) {
        for (int64_t size : kSizes) {
          if (size > 2000 && dtype != kFloat32) continue;  // the loops differ no more, only the staging
          SCOPED_TRACE(concat(op.name, " ", dtype, " ", size));
          const Tensor x = make(dtype, spread(size, op.low, op.high));
          const Tensor y = empty_tensor(x.sizes(), dtype);
          (table.*op.slot)(y, x);
          const double absolute = dtype == kFloat64 ? op.absolute * 1e-8 : op.absolute;
          expect_near(values(y), map(op.reference, values(x)), tolerance(dtype) * 3, absolute + smallest_step(dtype));
        }
      }
    }
  });
}

TEST(UnaryKernels, FunctionsOfIntegersAreFloats) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : {kUInt8, kInt32, kInt64, kBool}) {
      const Tensor x = make(dtype, {0, 1, 1, 0, 1}), y = empty_tensor({5}, kFloat32);
      table.exp(y, x);
      expect_near(values(y), map(std::exp, values(x)), 1e-6);
    }
  });
}

TEST(UnaryKernels, ExactOnesAreExactInEveryDType) {
  for_each_isa([](const Backend& table) {
    for (const Unary& op : kExactUnary) {
      for (DType dtype : kAllDTypes) {
        if (dtype == kBool) continue;
        SCOPED_TRACE(concat(op.name, " ", dtype));
        const bool is_unsigned = dtype == kUInt8;
        const Tensor x = make(dtype, spread(1025, is_unsigned ? 0 : op.low, op.high));
        const Tensor y = empty_tensor(x.sizes(), dtype);
        (table.*op.slot)(y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        expect_near(values(y), expected, 0);
      }
    }
  });
}

TEST(UnaryKernels, KeepInfinitiesZerosAndNaN) {
  const std::vector<double> special = {0, -0.0, 1, -1, kInf, -kInf, kNaN, 1e-40, 100, -100, 0.5, 2.5};
  for_each_isa([&](const Backend& table) {
    for (const Unary& op : kUnary) {
      const std::string name = op.name;
      if (name == "silu" || name.starts_with("gelu")) continue;  // -inf times 0
      for (DType dtype : {kFloat32, kFloat64}) {
        SCOPED_TRACE(concat(op.name, " ", dtype));
        const Tensor x = make(dtype, special), y = empty_tensor(x.sizes(), dtype);
        (table.*op.slot)(y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        // sigmoid(-100) is below the smallest normal float.
        expect_near(values(y), expected, tolerance(dtype) * 3, 1e-38);
      }
    }
    const Tensor x = make(kFloat32, {-kInf, kInf, kNaN, -0.5, 2.5, 3.5, -2.5});
    const Tensor y = empty_tensor(x.sizes(), kFloat32);
    table.round(y, x);
    expect_near(values(y), {-kInf, kInf, kNaN, 0, 2, 4, -2}, 0);
    table.relu(y, x);
    expect_near(values(y), {0, kInf, kNaN, 0, 2.5, 3.5, 0}, 0);
    table.sign(y, x);
    expect_near(values(y), {-1, 1, 0, -1, 1, 1, -1}, 0);
    const Tensor test = empty_tensor(x.sizes(), kBool);
    table.isnan(test, x);
    EXPECT_EQ(values(test), (std::vector<double>{0, 0, 1, 0, 0, 0, 0}));
    table.isinf(test, x);
    EXPECT_EQ(values(test), (std::vector<double>{1, 1, 0, 0, 0, 0, 0}));
    table.logical_not(test, make(kFloat32, {0, 1, kNaN, -0.0, kInf, 2, 0.1}));
    EXPECT_EQ(values(test), (std::vector<double>{1, 0, 0, 1, 0, 0, 0}));
  });
}

TEST(UnaryKernels, GeluVanishesFarLeft) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : {kFloat32, kFloat64}) {
      const Tensor x = make(dtype, {-100, -30, 30, 100}), y = empty_tensor(x.sizes(), dtype);
      table.gelu(y, x);
      expect_near(values(y), {0, 0, 30, 100}, 1e-12, 1e-30);
    }
  });
}

TEST(UnaryKernels, BitwiseNot) {
  for_each_isa([](const Backend& table) {
    const Tensor x = make(kInt32, {0, 1, -7}), y = empty_tensor({3}, kInt32);
    table.bitwise_not(y, x);
    EXPECT_EQ(values(y), (std::vector<double>{-1, -2, 6}));
    const Tensor flags = make(kBool, {0, 1, 1}), inverse = empty_tensor({3}, kBool);
    table.bitwise_not(inverse, flags);
    EXPECT_EQ(values(inverse), (std::vector<double>{1, 0, 0}));
    const Tensor bytes = make(kUInt8, {0, 255, 7}), flipped = empty_tensor({3}, kUInt8);
    table.bitwise_not(flipped, bytes);
    EXPECT_EQ(values(flipped), (std::vector<double>{255, 0, 248}));
  });
}

struct Binary {
  const char* name;
  BinaryKernel* Backend::*slot;
  double (*reference)(double, double);
  double low, high;
  double absolute = 0;
  bool to_bool = false;
};

double floor_remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

const Binary kBinary[] = {
    {"add", &Backend::add, [](double a, double b) { return a + b; }, -50, 50},
    {"sub", &Backend::sub, [](double a, double b) { return a - b; }, -50, 50},
    {"mul", &Backend::mul, [](double a, double b) { return a * b; }, -50, 50},
    {"div", &Backend::div, [](double a, double b) { return a / b; }, -50, 50},
    {"maximum", &Backend::maximum, [](double a, double b) { return std::max(a, b); }, -50, 50},
    {"minimum", &Backend::minimum, [](double a, double b) { return std::min(a, b); }, -50, 50},
    {"pow", &Backend::pow, [](double a, double b) { return std::pow(a, b); }, 0.1, 5},
    {"atan2", &Backend::atan2, [](double a, double b) { return std::atan2(a, b); }, -5, 5},
    {"remainder", &Backend::remainder, floor_remainder, -50, 50, 1e-12},
    {"floor_divide", &Backend::floor_divide,
     [](double a, double b) { return b == 0 ? a / b : std::round((a - floor_remainder(a, b)) / b); }, -50, 50},
    {"eq", &Backend::eq, [](double a, double b) { return double(a == b); }, -3, 3, 0, true},
    {"ne", &Backend::ne, [](double a, double b) { return double(a != b); }, -3, 3, 0, true},
    {"lt", &Backend::lt, [](double a, double b) { return double(a < b); }, -3, 3, 0, true},
    {"le", &Backend::le, [](double a, double b) { return double(a <= b); }, -3, 3, 0, true},
    {"gt", &Backend::gt, [](double a, double b) { return double(a > b); }, -3, 3, 0, true},
    {"ge", &Backend::ge, [](double a, double b) { return double(a >= b); }, -3, 3, 0, true},
    {"logical_and", &Backend::logical_and, [](double a, double b) { return double(a && b); }, -1, 1, 0, true},
    {"logical_or", &Backend::logical_or, [](double a, double b) { return double(a || b); }, -1, 1, 0, true},
    {"logical_xor", &Backend::logical_xor, [](double a, double b) { return double(!a != !b); }, -1, 1, 0, true},
    {"relu_backward", &Backend::relu_backward, [](double g, double y) { return y > 0 ? g : 0; }, -2, 2},
    {"sigmoid_backward", &Backend::sigmoid_backward, [](double g, double y) { return g * y * (1 - y); }, -2, 2, 1e-6},
    {"tanh_backward", &Backend::tanh_backward, [](double g, double y) { return g * (1 - y * y); }, -2, 2, 1e-6},
    {"silu_backward", &Backend::silu_backward,
     [](double g, double x) { return g * sigmoid(x) * (1 + x * (1 - sigmoid(x))); }, -9, 9, 4e-6},
    {"gelu_backward", &Backend::gelu_backward, [](double g, double x) { return g * (normal_cdf(x) + x * density(x)); },
     -5, 5, 1e-6},
    {"gelu_tanh_backward", &Backend::gelu_tanh_backward,
     [](double g, double x) {
       const double t = std::tanh(gelu_inner(x));
       const double slope = std::sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
       return g * 0.5 * (1 + t + x * (1 - t * t) * slope);
     },
     -4, 4, 1e-5},
};

std::vector<double> map(double (*f)(double, double), const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> y(a.size());
  for (size_t i = 0; i < a.size(); ++i) y[i] = f(a[i], b[b.size() == 1 ? 0 : i]);
  return y;
}

TEST(BinaryKernels, MatchDoubleReferences) {
  for_each_isa([](const Backend& table) {
    for (const Binary& op : kBinary) {
      for (DType dtype : kFloatDTypes) {
        for (int64_t size : kSizes) {
          if (size > 2000 && dtype != kFloat32) continue;  // the loops differ no more, only the staging
          SCOPED_TRACE(concat(op.name, " ", dtype, " ", size));
          const Tensor a = make(dtype, spread(size, op.low, op.high));
          auto second = spread(size, op.low, op.high);
          std::rotate(second.begin(), second.begin() + size / 3, second.end());
          const Tensor b = make(dtype, second);
          const Tensor y = empty_tensor(a.sizes(), op.to_bool ? kBool : dtype);
          (table.*op.slot)(y, a, b);
          const double absolute = dtype == kFloat64 ? op.absolute * 1e-8 : op.absolute;
          auto expected = map(op.reference, values(a), values(b));
          if (!op.to_bool && dtype != kFloat64)
            for (double& value : expected) value = rounded_to(value, dtype);
          expect_near(values(y), expected, tolerance(dtype) * 3, absolute + smallest_step(dtype));
        }
      }
    }
  });
}

TEST(BinaryKernels, TakeScalarsAndRepeatedRowsLikeFullTensors) {
  for_each_isa([](const Backend& table) {
    for (const Binary& op : kBinary) {
      SCOPED_TRACE(op.name);
      const Tensor a = make({5, 300}, kFloat32, spread(1500, op.low, op.high));
      const DType out = op.to_bool ? kBool : kFloat32;
      const Tensor column = make({5, 1}, kFloat32, spread(5, op.low, op.high));
      const Tensor full = empty_tensor({5, 300}, kFloat32);
      table.copy(full, column);
      const Tensor expected = empty_tensor({5, 300}, out), got = empty_tensor({5, 300}, out);
      (table.*op.slot)(expected, a, full);
      (table.*op.slot)(got, a, column);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
      (table.*op.slot)(expected, full, a);
      (table.*op.slot)(got, column, a);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
      const Tensor number = make({}, kFloat64, {1.5});
      table.copy(full, number);
      number.impl()->is_wrapped_number = true;
      (table.*op.slot)(expected, a, full);
      (table.*op.slot)(got, a, number);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
    }
  });
}

TEST(BinaryKernels, IntegersWrapAndDivideDown) {
  for_each_isa([](const Backend& table) {
    const auto run = [&](BinaryKernel* kernel, DType dtype, std::vector<double> a, std::vector<double> b) {
      const Tensor y = empty_tensor(Shape(static_cast<int64_t>(a.size())), dtype);
      kernel(y, make(dtype, a), make(dtype, b));
      return values(y);
    };
    using Values = std::vector<double>;
    EXPECT_EQ(run(table.add, kUInt8, {250, 3}, {10, 4}), (Values{4, 7}));
    EXPECT_EQ(run(table.sub, kUInt8, {3}, {5}), (Values{254}));
    EXPECT_EQ(run(table.mul, kInt8, {100}, {3}), (Values{44}));
    EXPECT_EQ(run(table.add, kInt32, {2147483647}, {1}), (Values{-2147483648.0}));
    EXPECT_EQ(run(table.floor_divide, kInt32, {7, -7, 7, -7, 6}, {2, 2, -2, -2, 3}), (Values{3, -4, -4, 3, 2}));
    EXPECT_EQ(run(table.remainder, kInt64, {7, -7, 7, -7, 6}, {2, 2, -2, -2, 3}), (Values{1, 1, -1, -1, 0}));
    EXPECT_EQ(run(table.floor_divide, kInt32, {-2147483648.0}, {-1}), (Values{-2147483648.0}));
    EXPECT_EQ(run(table.remainder, kInt32, {-2147483648.0}, {-1}), (Values{0}));
    EXPECT_EQ(run(table.pow, kInt64, {2, -3, 0, 1, -1, 5}, {10, 3, 0, -4, -3, -1}), (Values{1024, -27, 1, 1, -1, 0}));
    EXPECT_EQ(run(table.add, kBool, {0, 1, 1}, {0, 0, 1}), (Values{0, 1, 1}));
    EXPECT_EQ(run(table.mul, kBool, {0, 1, 1}, {0, 0, 1}), (Values{0, 0, 1}));
    EXPECT_EQ(run(table.bitwise_and, kInt32, {12, -1}, {10, 255}), (Values{8, 255}));
    EXPECT_EQ(run(table.bitwise_or, kUInt8, {12, 128}, {10, 1}), (Values{14, 129}));
    EXPECT_EQ(run(table.bitwise_xor, kInt16, {12, -1}, {10, 1}), (Values{6, -2}));
    EXPECT_EQ(run(table.bitwise_xor, kBool, {1, 1}, {0, 1}), (Values{1, 0}));
  });
}

TEST(BinaryKernels, CompareLargeIntegersExactly) {
  for_each_isa([](const Backend& table) {
    const Tensor a = empty_tensor({2}, kInt64), b = empty_tensor({2}, kInt64);
    a.data_ptr<int64_t>()[0] = (int64_t{1} << 60) + 1, a.data_ptr<int64_t>()[1] = 5;
    b.data_ptr<int64_t>()[0] = int64_t{1} << 60, b.data_ptr<int64_t>()[1] = 5;
    const Tensor y = empty_tensor({2}, kBool);
    table.eq(y, a, b);
    EXPECT_EQ(values(y), (std::vector<double>{0, 1}));
    table.gt(y, a, b);
    EXPECT_EQ(values(y), (std::vector<double>{1, 0}));
  });
}

TEST(BinaryKernels, CarryNaNAndInfinities) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : {kFloat32, kFloat64}) {
      const Tensor a = make(dtype, {kNaN, 1, kInf, 1, 5, -5, 1e30, -4});
      const Tensor b = make(dtype, {1, kNaN, kInf, kInf, kInf, kInf, 3, 0});
      const Tensor y = empty_tensor({8}, dtype);
      table.maximum(y, a, b);
      expect_near(values(y), {kNaN, kNaN, kInf, kInf, kInf, kInf, rounded_to(1e30, dtype), 0}, 0);
      table.minimum(y, a, b);
      expect_near(values(y), {kNaN, kNaN, kInf, 1, 5, -5, 3, -4}, 0);
      table.remainder(y, a, b);
      expect_near(values(y), {kNaN, kNaN, kNaN, 1, 5, kInf, std::fmod(rounded_to(1e30, dtype), 3), kNaN}, 0);
      table.floor_divide(y, make(dtype, {5, -5, 5, 1, kNaN, -1, 0, 7}), make(dtype, {0, 3, kInf, -0.1, 1, 0, 0, 7}));
      expect_near(values(y), {kInf, -2, 0, -10, kNaN, -kInf, kNaN, 1}, 0);
    }
  });
}

TEST(BinaryKernels, RemainderOfHugeQuotientsIsExact) {
  for_each_isa([](const Backend& table) {
    std::vector<double> a, b;
    for (int i = 0; i < 600; ++i) {
      a.push_back(rounded_to(std::pow(1.3, i % 140) * (i % 2 ? -1 : 1), kFloat32));
      b.push_back(rounded_to(0.37 + i % 7, kFloat32));
    }
    const Tensor y = empty_tensor({600}, kFloat32);
    table.remainder(y, make(kFloat32, a), make(kFloat32, b));
    auto expected = map(floor_remainder, a, b);
    for (double& value : expected) value = rounded_to(value, kFloat32);
    expect_near(values(y), expected, 1e-7);
  });
}

TEST(BinaryKernels, SayWhatTheyCannotDo) {
  for_each_isa([](const Backend& table) {
    const Tensor ints = make(kInt32, {3, 4}), zeros = make(kInt32, {1, 0});
    const Tensor floats = make(kFloat32, {3, 4}), bools = make(kBool, {0, 1});
    const Tensor y = empty_tensor({2}, kInt32);
    expect_throws<Error>([&] { table.floor_divide(y, ints, zeros); }, "floor_divide: division by zero");
    expect_throws<Error>([&] { table.remainder(y, ints, zeros); }, "remainder: division by zero");
    expect_throws<Error>([&] { table.sub(bools, bools, bools); }, "sub: two bool tensors");
    expect_throws<Error>([&] { table.pow(y, ints, Tensor(-1)); }, "pow: integers have no negative");
    expect_throws<NotImplementedError>([&] { table.bitwise_and(floats, floats, floats); },
                                       "bitwise_and: not implemented for dtype float32");
    expect_throws<NotImplementedError>([&] { table.neg(bools, bools); }, "neg: not implemented for dtype bool");
  });
}

TEST(PowKernel, ConstantExponentsMatchTheGeneralPower) {
  for_each_isa([](const Backend& table) {
    for (double exponent : {2.0, 3.0, 0.5, -0.5, -1.0, -2.0, 1.7, 0.0, 1.0}) {
      for (DType dtype : {kFloat32, kFloat64}) {
        const Tensor x = make(dtype, spread(1025, 0.1, 9)), y = empty_tensor({1025}, dtype);
        table.pow(y, x, Tensor(exponent));
        std::vector<double> expected;
        for (double value : values(x)) expected.push_back(std::pow(value, exponent));
        expect_near(values(y), expected, tolerance(dtype) * 3);
      }
    }
    const Tensor x = make(kInt64, {-3, 2, 7}), y = empty_tensor({3}, kInt64);
    table.pow(y, x, Tensor(3));
    EXPECT_EQ(values(y), (std::vector<double>{-27, 8, 343}));
  });
}

TEST(TernaryKernels, WhereAddScaledAndClamp) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : kAllDTypes) {
      SCOPED_TRACE(to_string(dtype));
      const auto a = spread(1025, 0, 60), b = spread(1025, 60, 100);
      std::vector<double> condition, expected;
      for (size_t i = 0; i < a.size(); ++i) {
        condition.push_back(i % 3 == 0);
        expected.push_back(rounded_to(i % 3 == 0 ? a[i] : b[i], dtype));
      }
      const Tensor x = make(dtype, a), z = make(dtype, b), y = empty_tensor({1025}, dtype);
      table.where(y, make(kBool, condition), x, z);
      EXPECT_EQ(values(y), expected);
      if (dtype == kBool) continue;
      table.clamp(y, x, 10, 40);
      expected = values(x);
      for (double& value : expected) value = std::clamp(value, 10.0, 40.0);
      EXPECT_EQ(values(y), expected);
      table.add_scaled(y, x, z, 2);
      expected = map([](double p, double q) { return p + 2 * q; }, values(x), values(z));
      for (double& value : expected) value = rounded_to(value, dtype);
      expect_near(values(y), expected, tolerance(dtype));
    }
    const Tensor y = empty_tensor({3}, kFloat32), x = make(kFloat32, {kNaN, 1, 5});
    table.clamp(y, x, -kInf, 3);
    expect_near(values(y), {kNaN, 1, 3}, 0);
    table.clamp(y, x, kNaN, 3);
    expect_near(values(y), {kNaN, kNaN, kNaN}, 0);
    table.clamp(y, x, 3, 2);
    expect_near(values(y), {kNaN, 2, 2}, 0);
    const Tensor ints = make(kInt64, {-5, 0, 5}), out = empty_tensor({3}, kInt64);
    table.clamp(out, ints, -kInf, kInf);
    EXPECT_EQ(values(out), (std::vector<double>{-5, 0, 5}));
  });
}

TEST(MemoryKernels, CastBetweenAllDTypesAndLayouts) {
  for_each_isa([](const Backend& table) {
    for (DType from : kAllDTypes) {
      for (DType to : kAllDTypes) {
        for (Layout from_layout : kLayouts) {
          for (Layout to_layout : kLayouts) {
            SCOPED_TRACE(concat(from, " -> ", to));
            for (const Shape& sizes : {Shape{3, 5, 7}, Shape{33, 70}, Shape{1}, Shape{0, 4}}) {
              const Tensor x = make(sizes, from, spread(sizes.numel(), -60, 60), from_layout);
              const Tensor y = make_empty(sizes, to, to_layout);
              table.copy(y, x);
              auto expected = values(x);
              for (double& value : expected) value = rounded_to(value, to);
              ASSERT_EQ(values(y), expected);
            }
          }
        }
      }
    }
  });
}

TEST(MemoryKernels, CastTheTailsOfLongRuns) {
  for_each_isa([](const Backend& table) {
    for (auto [from, to] : {std::pair{kFloat32, kBFloat16},
                            {kBFloat16, kFloat32},
                            {kFloat32, kFloat16},
                            {kFloat16, kFloat32},
                            {kUInt8, kFloat32},
                            {kFloat64, kInt64}}) {
      for (int64_t size : kSizes) {
        const Tensor x = make(from, spread(size, 0, 200)), y = empty_tensor(x.sizes(), to);
        table.copy(y, x);
        auto expected = values(x);
        for (double& value : expected) value = rounded_to(value, to);
        EXPECT_EQ(values(y), expected);
      }
    }
  });
}

TEST(MemoryKernels, SixteenBitFloatsRoundToEvenAndKeepSpecialValues) {
  for_each_isa([](const Backend& table) {
    std::vector<float> input;
    for (uint32_t bits = 0; bits < 0xffff0000u - 40503; bits += 40503) input.push_back(std::bit_cast<float>(bits));
    const int64_t count = static_cast<int64_t>(input.size());
    const Tensor x = empty_tensor(Shape(count), kFloat32);
    std::copy(input.begin(), input.end(), x.data_ptr<float>());
    for (DType dtype : {kFloat16, kBFloat16}) {
      const Tensor small = empty_tensor(x.sizes(), dtype), back = empty_tensor(x.sizes(), kFloat32);
      table.copy(small, x);
      table.copy(back, small);
      std::vector<double> expected;
      for (float value : input) expected.push_back(rounded_to(value, dtype));
      expect_near(values(back), expected, 0);
    }
  });
}

TEST(MemoryKernels, FillWritesEveryDTypeAndLayout) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : kAllDTypes) {
      for (Layout layout : kLayouts) {
        for (double value : {0.0, 1.0, 3.5}) {
          const Tensor x = make_empty({33, 70}, dtype, layout);
          table.fill(x, value);
          EXPECT_EQ(values(x), std::vector<double>(33 * 70, rounded_to(value, dtype)));
        }
      }
    }
    const Tensor x = empty_tensor({2}, kInt64);
    table.fill(x, (int64_t{1} << 62) + 1);
    EXPECT_EQ(x.data_ptr<int64_t>()[1], (int64_t{1} << 62) + 1);
  });
}

TEST(PointwiseKernels, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_isa([](const Backend& table) {
    const Shape sizes = {301, 333};
    for (Layout layout : {Layout::Contiguous, Layout::Transposed}) {
      const Tensor x = make(sizes, kFloat32, spread(sizes.numel(), 0.1, 4), layout);
      const Tensor row = make({333}, kFloat32, spread(333, 0.1, 4));
      for (const Unary& op : kUnary) {
        SCOPED_TRACE(op.name);
        expect_same_for_any_threads([&] {
          const Tensor y = empty_tensor(sizes, kFloat32);
          (table.*op.slot)(y, x);
          return y;
        });
      }
      for (const Binary& op : kBinary) {
        SCOPED_TRACE(op.name);
        expect_same_for_any_threads([&] {
          const Tensor y = empty_tensor(sizes, op.to_bool ? kBool : kFloat32);
          (table.*op.slot)(y, x, row);
          return y;
        });
      }
    }
  });
}

TEST(PointwiseKernels, WorkInPlace) {
  for_each_isa([](const Backend& table) {
    for (Layout layout : kLayouts) {
      for (DType dtype : kFloatDTypes) {
        for (const Binary& op : kBinary) {
          if (op.to_bool) continue;
          SCOPED_TRACE(concat(op.name, " ", dtype));
          const Tensor a = make({40, 51}, dtype, spread(2040, op.low, op.high), layout);
          const Tensor b = make({40, 51}, dtype, spread(2040, op.low, op.high));
          const Tensor expected = empty_tensor({40, 51}, dtype);
          (table.*op.slot)(expected, a, b);
          (table.*op.slot)(a, a, b);
          expect_near(values(a), values(expected), tolerance(dtype));
        }
      }
    }
  });
}

}  // namespace
}  // namespace ember
