// What `=` does: a variable becomes another tensor, and what has no name, such as `x[0]`, is written into.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support.h"

namespace ember {
namespace {

using test::error_of, test::expect_equal;

TEST(Assignment, WritesThroughTemporaries) {
  Tensor x = zeros({2, 3});
  x[0] = ones({3});
  expect_equal(x, {1, 1, 1, 0, 0, 0});
  x[1][2] = 7;
  expect_equal(x, {1, 1, 1, 0, 0, 7});
  x.select(1, 0) = 5;
  expect_equal(x, {5, 1, 1, 5, 0, 7});
  x.index({Slice(), 1}) = 9.5;
  expect_equal(x, {5, 9.5, 1, 5, 9.5, 7});
  x.index({0, Slice(1)}) = tensor({2, 3});
  expect_equal(x, {5, 2, 3, 5, 9.5, 7});
  x.t()[2] = Scalar(4);
  expect_equal(x, {5, 2, 4, 5, 9.5, 4});
  x.view({-1}).slice(0, 0, 6, 2) = true;
  expect_equal(x, {1, 2, 1, 5, 1, 4});
  x.diagonal() = x[1].slice(0, 0, 2).clone();
  expect_equal(x, {5, 2, 1, 5, 1, 4});
  x[0] = x[1];
  expect_equal(x, {5, 1, 4, 5, 1, 4});
}

TEST(Assignment, TemporariesTakeOperators) {
  Tensor x = ones({2, 2});
  x[0] += 2;
  x[1] *= x[0];
  x.select(1, 1) -= 1;
  x[1][0] /= 2;
  expect_equal(x, {3, 2, 1.5, 2});
}

TEST(Assignment, TemporariesConvertAndBroadcast) {
  Tensor x = zeros({2, 2}, kInt64);
  x[0] = 2.7;
  x[1] = tensor(3.9);
  expect_equal(x, {2, 2, 3, 3});
  EXPECT_EQ(x.dtype(), kInt64);
  EXPECT_NE(error_of([&] { x[0] = ones({3}); }), "");
  EXPECT_NE(error_of([&] { x[0] = Tensor(); }), "");
  EXPECT_NE(error_of([&] { Tensor() = x; }), "");
  EXPECT_NE(error_of([&] { x.grad() = x; }), "") << "there is no gradient to write to";
}

TEST(Assignment, OfTemporariesIsOnTheTape) {
  const Tensor w = tensor({2.0, 3.0}).requires_grad_(), v = tensor(4.0).requires_grad_();
  Tensor x = zeros({2, 2}) * w;
  x[0] = w * w;
  x[1][0] = v;
  sum(x * tensor({{1.0, 2.0}, {3.0, 4.0}})).backward();
  expect_equal(x.detach(), {4, 9, 4, 0});
  expect_equal(w.grad(), {4, 12});
  expect_equal(v.grad(), {3});
  EXPECT_NE(error_of([&] { w[0] = 1; }), "") << "a leaf that requires grad";
}

TEST(Assignment, MakesAVariableAnotherTensor) {
  const Tensor a = ones({2}), b = zeros({3});
  Tensor x = a;
  x = b;
  EXPECT_TRUE(x.is_same(b));
  expect_equal(a, {1, 1});
  x = zeros({2, 2});
  EXPECT_EQ(x.sizes(), Shape({2, 2}));
  const Tensor whole = arange(4).view({2, 2});
  x = whole;
  x = x[1];
  expect_equal(x, {2, 3});
  expect_equal(whole, {0, 1, 2, 3});
  Tensor& self = x;
  x = self;
  expect_equal(x, {2, 3});
  auto&& named = whole[0];
  named = b;
  expect_equal(whole, {0, 1, 2, 3});
}

TEST(Assignment, MovedVariablesAreWrittenInto) {
  const Tensor storage = zeros({2});
  Tensor x = storage;
  static_cast<Tensor&&>(x) = ones({2});
  EXPECT_TRUE(x.is_same(storage));
  expect_equal(storage, {1, 1});
}

struct Pair {
  Tensor first, second;
};

TEST(Assignment, InTheStandardLibraryRebinds) {
  const Tensor a = tensor(1), b = tensor(2), c = tensor(3);
  Tensor x = a, y = b;
  std::swap(x, y);
  EXPECT_TRUE(x.is_same(b) && y.is_same(a));
  EXPECT_TRUE(std::exchange(x, c).is_same(b) && x.is_same(c));

  std::vector<Tensor> list = {c, a, b};
  std::sort(list.begin(), list.end(),
            [](const Tensor& s, const Tensor& t) { return s.item<int64_t>() < t.item<int64_t>(); });
  EXPECT_TRUE(list[0].is_same(a) && list[1].is_same(b) && list[2].is_same(c));
  list.erase(list.begin());
  list.insert(list.begin(), c);
  list.back() = a;
  std::reverse(list.begin(), list.end());
  EXPECT_TRUE(list.size() == 3 && list[0].is_same(a) && list[1].is_same(b) && list[2].is_same(c));

  std::map<std::string, Tensor> named;
  named["x"] = a;
  named["x"] = b;
  EXPECT_TRUE(named["x"].is_same(b));
  std::optional<Tensor> maybe;
  maybe = a;
  maybe = b;
  EXPECT_TRUE(maybe->is_same(b));

  std::tie(x, y) = std::make_tuple(a, b);
  EXPECT_TRUE(x.is_same(a) && y.is_same(b));
  std::tie(x, y) = std::tuple<Tensor, Tensor>(y, x);
  EXPECT_TRUE(x.is_same(b) && y.is_same(a));
  std::tuple<Tensor&, Tensor&>(x, y) = std::make_pair(c, c);
  EXPECT_TRUE(x.is_same(c) && y.is_same(c));
  auto [values, positions] = arange(4).view({2, 2}).max(1);
  values = a;
  EXPECT_TRUE(values.is_same(a));

  Pair pair{a, b}, other{b, c};
  pair = std::move(other);
  EXPECT_TRUE(pair.first.is_same(b) && pair.second.is_same(c));
  pair = Pair{c, a};
  EXPECT_TRUE(pair.first.is_same(c) && pair.second.is_same(a));
  for (const Tensor& t : {a, b, c}) EXPECT_EQ(t.dim(), 0);
  expect_equal(stack({a, b, c}), {1, 2, 3});
}

}  // namespace
}  // namespace ember
