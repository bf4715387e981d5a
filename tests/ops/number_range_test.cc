// A number that a dtype cannot hold is an error where it becomes an element, and wraps where it is an operand, as in PyTorch.
#include <cmath>
#include <functional>

#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;
using test::expect_equal;

struct Fill {
  const char* name;
  std::function<Tensor(const Tensor& x, const Scalar& number)> put;
};

const Tensor& mask() {
  static const Tensor m = tensor({true, false, true});
  return m;
}

const Fill kFills[] = {
    {"full", [](const Tensor& x, const Scalar& n) { return full(2, n, x.dtype()); }},
    {"full_like", [](const Tensor& x, const Scalar& n) { return full_like(x, n); }},
    {"new_full", [](const Tensor& x, const Scalar& n) { return x.new_full(2, n); }},
    {"scalar_tensor", [](const Tensor& x, const Scalar& n) { return scalar_tensor(n, x.dtype()); }},
    {"fill", [](const Tensor& x, const Scalar& n) { return fill(x, n); }},
    {"masked_fill", [](const Tensor& x, const Scalar& n) { return masked_fill(x, mask(), n); }},
    {"index_fill", [](const Tensor& x, const Scalar& n) { return index_fill(x, 0, tensor({1}), n); }},
    {"scatter", [](const Tensor& x, const Scalar& n) { return scatter(x, 0, tensor({1}), n); }},
    {"index_put", [](const Tensor& x, const Scalar& n) { return index_put(x, {tensor({1})}, n); }},
    {"mask_put", [](const Tensor& x, const Scalar& n) { return index_put(x, {mask()}, n); }},
    {"slice_put", [](const Tensor& x, const Scalar& n) { return index_put(x, {Slice(0, 2)}, n); }},
    {"constant_pad_nd",
     [](const Tensor& x, const Scalar& n) {
       return constant_pad_nd(x, {1, 1}, n);
     }},
    {"threshold", [](const Tensor& x, const Scalar& n) { return threshold(x, 2, n); }},
    {"linspace", [](const Tensor& x, const Scalar& n) { return linspace(0, n, 3, x.dtype()); }},
    {"add_alpha", [](const Tensor& x, const Scalar& n) { return add(x, x, n); }},
    {"index_add_alpha", [](const Tensor& x, const Scalar& n) { return index_add(x, 0, tensor({1}), x[0].view(1), n); }},
    {"addmm_beta",
     [](const Tensor& x, const Scalar& n) {
       const Tensor a = view(x, {3, 1});
       return addmm(a, a, ones({1, 1}, x.dtype()), n);
     }},
};

class NumberRange : public testing::TestWithParam<Fill> {
 protected:
  std::string error(DType dtype, const Scalar& number) {
    return error_of([&] { GetParam().put(ones(3, dtype), number); });
  }
};

TEST_P(NumberRange, NumbersThatDoNotFitAreErrors) {
  for (const int64_t number : {300, 256, -256}) EXPECT_NE(error(kUInt8, number), "") << number;
  for (const int64_t number : {128, -129}) EXPECT_NE(error(kInt8, number), "") << number;
  EXPECT_NE(error(kInt32, int64_t{1} << 31), "");
  if (std::string(GetParam().name) == "add_alpha") return;  // takes no real factor for integers at all
  for (const double number : {300.0, -1.0, -0.5, double{NAN}, double{INFINITY}})
    EXPECT_NE(error(kUInt8, number), "") << number;
  for (const double number : {9.3e18, 0x1p63, double{NAN}}) EXPECT_NE(error(kInt64, number), "") << number;
}

TEST_P(NumberRange, NumbersThatFitAreTaken) {
  // As many bits say -1 and 255.
  for (const int64_t number : {255, -1, 0}) EXPECT_EQ(error(kUInt8, number), "") << number;
  for (const int64_t number : {127, -128}) EXPECT_EQ(error(kInt8, number), "") << number;
  EXPECT_EQ(error(kFloat32, INFINITY), "");
  EXPECT_EQ(error(kFloat16, 65504), "");
}

INSTANTIATE_TEST_SUITE_P(Fills, NumberRange, testing::ValuesIn(kFills),
                         [](const auto& info) { return info.param.name; });

TEST(NumberRange, TheMessageNamesOpNumberAndDType) {
  EXPECT_EQ(error_of([] { masked_fill(ones(3, kUInt8), mask(), 300); }),
            "masked_fill: the number 300 cannot be converted to uint8 without overflow");
}

TEST(NumberRange, FloatsBeyondTheLargestAreErrorsButInOneHalf) {
  const Tensor x = ones(2, kFloat16);
  EXPECT_NE(error_of([&] { fill(x, 1e10); }), "");
  EXPECT_NE(error_of([&] { masked_fill(x, tensor({true, false}), -1e9); }), "");
  EXPECT_NE(error_of([] { full({2, 2}, 1e39, kFloat32); }), "");
  EXPECT_NE(error_of([] { tensor({1, 300}, kUInt8); }), "");
  expect_equal(full(1, 1e10, kFloat16), {INFINITY});
  expect_equal(tensor({1e10, 1.0}, kFloat16), {INFINITY, 1});
}

TEST(NumberRange, OperandsWrap) {
  const Tensor x = ones(1, kUInt8);
  expect_equal(add(x, 300), {45});
  expect_equal(mul(x, 300), {44});
  expect_equal(ne(x, 257), {1});
}

TEST(NumberRange, LimitsThatNoElementPassesDoNothing) {
  const Tensor x = ones(1, kUInt8);
  expect_equal(clamp(x, -5, 300), {1});
  EXPECT_NE(error_of([&] { clamp(x, 300); }), "");
  EXPECT_NE(error_of([&] { clamp(x, {}, -1); }), "");
}

TEST(NumberRange, DrawsStayWithinTheDType) {
  EXPECT_NE(error_of([] { randint(0, 300, 2, kUInt8); }), "");
  EXPECT_NE(error_of([] { randint(-1, 3, 2, kUInt8); }), "");
  EXPECT_NE(error_of([] { randint(0, 3, 2, kBool); }), "");
  EXPECT_EQ(error_of([] { randint(0, 256, 2, kUInt8); }), "");
  EXPECT_NE(error_of([] {
              Tensor x = ones(2, kInt8);
              random_(x, -129, 4);
            }),
            "");
}

}  // namespace
}  // namespace ember
