// Calls as a user of libtorch writes them, with the shapes, dtypes and values that libtorch gives. An argument must not get in by another
// door: the 0 of `std(0)` is a dim, the 0 of `argsort(0)` no bool, and a braced list of one number is still a list.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <tuple>
#include <vector>

#include "tests/support.h"

namespace ember {
namespace {

struct Call {
  const char* text;
  std::function<Tensor()> call;
  const char* kind;
  std::vector<double> values;
};

#define CALL(...) #__VA_ARGS__, [&] { return __VA_ARGS__; }

void expect_values(const Tensor& x, const std::vector<double>& expected) {
  const std::vector<double> found = test::values(x);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5 * std::max(1.0, std::abs(expected[i]))) << "element " << i;
}

TEST(Overloads, AreLibtorchs) {
  const Tensor x = arange(12, kFloat).view({4, 3}), i = ember::tensor({0, 2});
  const std::vector<Call> calls = {
      {CALL(x.std(0)), "float32 [3]", {3.872983, 3.872983, 3.872983}},
      {CALL(x.std(-1)), "float32 [4]", {1, 1, 1, 1}},
      {CALL(x.std(false)), "float32 []", {3.452053}},
      {CALL(x.std(true)), "float32 []", {3.605551}},
      {CALL(x.std()), "float32 []", {3.605551}},
      {CALL(x.std({0, 1})), "float32 []", {3.605551}},
      {CALL(x.std(1, false)), "float32 [4]", {0.8164966, 0.8164966, 0.8164966, 0.8164966}},
      {CALL(x.std(1, false, true)), "float32 [4, 1]", {0.8164966, 0.8164966, 0.8164966, 0.8164966}},
      {CALL(x.var(1)), "float32 [4]", {1, 1, 1, 1}},
      {CALL(x.var({0})), "float32 [3]", {15, 15, 15}},
      {CALL(x.var({0}, true, true)), "float32 [1, 3]", {15, 15, 15}},
      {CALL(x.var(0, false, true)), "float32 [1, 3]", {11.25, 11.25, 11.25}},
      {CALL(x.var(false)), "float32 []", {11.91667}},
      {CALL(ember::std(x, 0)), "float32 [3]", {3.872983, 3.872983, 3.872983}},
      {CALL(ember::std(x, true)), "float32 []", {3.605551}},
      {CALL(ember::std(x, {1}, false)), "float32 [4]", {0.8164966, 0.8164966, 0.8164966, 0.8164966}},
      {CALL(ember::var(x, 1)), "float32 [4]", {1, 1, 1, 1}},
      {CALL(ember::var(x, false)), "float32 []", {11.91667}},
      {CALL(ember::var(x, {0, 1}, true, true)), "float32 [1, 1]", {13}},
      {CALL(std::get<0>(ember::var_mean(x, 0))), "float32 [3]", {15, 15, 15}},
      {CALL(std::get<0>(ember::var_mean(x, false))), "float32 []", {11.91667}},
      {CALL(std::get<1>(ember::std_mean(x, {1}, false, true))), "float32 [4, 1]", {1, 4, 7, 10}},
      {CALL(std::get<0>(ember::std_mean(x, true))), "float32 []", {3.605551}},
      {CALL(x.sum()), "float32 []", {66}},
      {CALL(x.sum(0)), "float32 [3]", {18, 22, 26}},
      {CALL(x.sum({0, 1}, true)), "float32 [1, 1]", {66}},
      {CALL(x.sum(-1, true, kDouble)), "float64 [4, 1]", {3, 12, 21, 30}},
      {CALL(x.sum(kDouble)), "float64 []", {66}},
      {CALL(x.mean(-1, true)), "float32 [4, 1]", {1, 4, 7, 10}},
      {CALL(x.mean({0})), "float32 [3]", {4.5, 5.5, 6.5}},
      {CALL(x.nansum(0)), "float32 [3]", {18, 22, 26}},
      {CALL(x.norm()), "float32 []", {22.49444}},
      {CALL(x.norm(1)), "float32 []", {66}},
      {CALL(x.norm(2, 1)), "float32 [4]", {2.236068, 7.071068, 12.20656, 17.37815}},
      {CALL(x.norm(2, {0, 1}, true)), "float32 [1, 1]", {22.49444}},
      {CALL(x.norm(1, 0, true)), "float32 [1, 3]", {18, 22, 26}},
      {CALL(x.argmax()), "int64 []", {11}},
      {CALL(x.argmax(1)), "int64 [4]", {2, 2, 2, 2}},
      {CALL(x.argmax(1, true)), "int64 [4, 1]", {2, 2, 2, 2}},
      {CALL(x.argmin(0)), "int64 [3]", {0, 0, 0}},
      {CALL(std::get<0>(x.max(1))), "float32 [4]", {2, 5, 8, 11}},
      {CALL(std::get<1>(x.max(1, true))), "int64 [4, 1]", {2, 2, 2, 2}},
      {CALL(std::get<1>(x.min(0))), "int64 [3]", {0, 0, 0}},
      {CALL(x.max()), "float32 []", {11}},
      {CALL(ember::max(x, x.flip(0))), "float32 [4, 3]", {9, 10, 11, 6, 7, 8, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::min(x, x.flip(0))), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2}},
      {CALL(std::get<0>(ember::max(x, 1, true))), "float32 [4, 1]", {2, 5, 8, 11}},
      {CALL(x.max(x.flip(0))), "float32 [4, 3]", {9, 10, 11, 6, 7, 8, 6, 7, 8, 9, 10, 11}},
      {CALL(x.amax(1)), "float32 [4]", {2, 5, 8, 11}},
      {CALL(x.amax({0, 1}, true)), "float32 [1, 1]", {11}},
      {CALL(x.amin()), "float32 []", {0}},
      {CALL(std::get<1>(x.aminmax(0))), "float32 [3]", {9, 10, 11}},
      {CALL(x.all()), "bool []", {0}},
      {CALL(x.all(0)), "bool [3]", {0, 1, 1}},
      {CALL(x.all(1, true)), "bool [4, 1]", {0, 1, 1, 1}},
      {CALL(x.any(0)), "bool [3]", {1, 1, 1}},
      {CALL(x.any(1, true)), "bool [4, 1]", {1, 1, 1, 1}},
      {CALL(x.prod(1)), "float32 [4]", {0, 60, 336, 990}},
      {CALL(x.prod(0, true, kDouble)), "float64 [1, 3]", {0, 280, 880}},
      {CALL(x.logsumexp(1)), "float32 [4]", {2.407606, 5.407606, 8.407606, 11.40761}},
      {CALL(x.logsumexp({0, 1})), "float32 []", {11.45867}},
      {CALL(x.count_nonzero()), "int64 []", {11}},
      {CALL(x.count_nonzero({1, 0})), "int64 []", {11}},
      {CALL(x.count_nonzero({0, 1})), "int64 []", {11}},
      {CALL(x.squeeze(0)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.unsqueeze(0).squeeze(0)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.flatten()), "float32 [12]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.flatten(1)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.flatten(0, 1)), "float32 [12]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(std::get<0>(x.sort(1, true))), "float32 [4, 3]", {2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9}},
      {CALL(std::get<1>(x.sort(0, true))), "int64 [4, 3]", {3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0}},
      {CALL(std::get<0>(x.sort(/*stable=*/true, 0, true))), "float32 [4, 3]", {9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2}},
      {CALL(std::get<0>(ember::sort(x, /*stable=*/true, 0, true))),
       "float32 [4, 3]",
       {9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2}},
      {CALL(std::get<0>(ember::sort(x, 1, true))), "float32 [4, 3]", {2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9}},
      {CALL(x.argsort(1, true)), "int64 [4, 3]", {2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0}},
      {CALL(x.argsort(/*stable=*/true, 0, true)), "int64 [4, 3]", {3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0}},
      {CALL(ember::argsort(x, 0, true)), "int64 [4, 3]", {3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0}},
      {CALL(std::get<0>(x.topk(2, 1))), "float32 [4, 2]", {2, 1, 5, 4, 8, 7, 11, 10}},
      {CALL(std::get<1>(x.topk(2, 1, false))), "int64 [4, 2]", {0, 1, 0, 1, 0, 1, 0, 1}},
      {CALL(std::get<0>(x.median(1))), "float32 [4]", {1, 4, 7, 10}},
      {CALL(x.median()), "float32 []", {5}},
      {CALL(std::get<0>(x.kthvalue(2, 1))), "float32 [4]", {1, 4, 7, 10}},
      {CALL(std::get<0>(x.mode(1))), "float32 [4]", {0, 3, 6, 9}},
      {CALL(x.cumsum(1)), "float32 [4, 3]", {0, 1, 3, 3, 7, 12, 6, 13, 21, 9, 19, 30}},
      {CALL(x.cumsum(0, kDouble)), "float64 [4, 3]", {0, 1, 2, 3, 5, 7, 9, 12, 15, 18, 22, 26}},
      {CALL(x.cumprod(1)), "float32 [4, 3]", {0, 0, 0, 3, 12, 60, 6, 42, 336, 9, 90, 990}},
      {CALL(x.softmax(1)),
       "float32 [4, 3]",
       {0.09003057, 0.2447285, 0.6652409, 0.09003057, 0.2447285, 0.6652409, 0.09003057, 0.2447285, 0.6652409,
        0.09003057, 0.2447285, 0.6652409}},
      {CALL(x.log_softmax(1)),
       "float32 [4, 3]",
       {-2.407606, -1.407606, -0.4076059, -2.407606, -1.407606, -0.4076059, -2.407606, -1.407606, -0.4076059, -2.407606,
        -1.407606, -0.4076059}},
      {CALL(ember::softmax(x, 1)),
       "float32 [4, 3]",
       {0.09003057, 0.2447285, 0.6652409, 0.09003057, 0.2447285, 0.6652409, 0.09003057, 0.2447285, 0.6652409,
        0.09003057, 0.2447285, 0.6652409}},
      {CALL(x.softmax(-1, kDouble)),
       "float64 [4, 3]",
       {0.09003057, 0.2447285, 0.665241, 0.09003057, 0.2447285, 0.665241, 0.09003057, 0.2447285, 0.665241, 0.09003057,
        0.2447285, 0.665241}},
      {CALL(x.index_select(1, i)), "float32 [4, 2]", {0, 2, 3, 5, 6, 8, 9, 11}},
      {CALL(x.gather(1, (x > 3).to(kLong))), "float32 [4, 3]", {0, 0, 0, 3, 4, 4, 7, 7, 7, 10, 10, 10}},
      {CALL(x.masked_fill(x > 3, 0)), "float32 [4, 3]", {0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0}},
      {CALL(x.masked_fill(x > 3, -1.5)),
       "float32 [4, 3]",
       {0, 1, 2, 3, -1.5, -1.5, -1.5, -1.5, -1.5, -1.5, -1.5, -1.5}},
      {CALL(x.masked_select(x > 8)), "float32 [3]", {9, 10, 11}},
      {CALL(x.diff()), "float32 [4, 2]", {1, 1, 1, 1, 1, 1, 1, 1}},
      {CALL(x.diff(1, 0)), "float32 [3, 3]", {3, 3, 3, 3, 3, 3, 3, 3, 3}},
      {CALL(x.quantile(0.5)), "float32 []", {5.5}},
      {CALL(x.quantile(0.5, 1)), "float32 [4]", {1, 4, 7, 10}},
      {CALL(x.quantile(0.25, 0, true)), "float32 [1, 3]", {2.25, 3.25, 4.25}},
      {CALL(x.nanquantile(0.5, 1)), "float32 [4]", {1, 4, 7, 10}},
      {CALL(x.quantile(ember::tensor({0.25, 0.5}), 1, true)), "float32 [2, 4, 1]", {0.5, 3.5, 6.5, 9.5, 1, 4, 7, 10}},
      {CALL(x.clamp(2, 5)), "float32 [4, 3]", {2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5}},
      {CALL(x.clamp(2)), "float32 [4, 3]", {2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.clamp(std::nullopt, 5)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5}},
      {CALL(ember::clamp(x, 0, 1)), "float32 [4, 3]", {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {CALL(x.clamp_min(3)), "float32 [4, 3]", {3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.clamp_max(3.5)), "float32 [4, 3]", {0, 1, 2, 3, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5}},
      {CALL(x.repeat({2, 1})), "float32 [8, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                                  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.expand({2, -1, 3})), "float32 [2, 4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                                         0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.transpose(0, 1)), "float32 [3, 4]", {0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}},
      {CALL(x.permute({1, 0})), "float32 [3, 4]", {0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}},
      {CALL(x.t()), "float32 [3, 4]", {0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}},
      {CALL(x.chunk(2, 1)[0]), "float32 [4, 2]", {0, 1, 3, 4, 6, 7, 9, 10}},
      {CALL(x.split(2, 1)[1]), "float32 [4, 1]", {2, 5, 8, 11}},
      {CALL(x.split({1, 2}, 1)[1]), "float32 [4, 2]", {1, 2, 4, 5, 7, 8, 10, 11}},
      {CALL(x.split_with_sizes({1, 2}, 1)[0]), "float32 [4, 1]", {0, 3, 6, 9}},
      {CALL(x.tensor_split(2, 1)[0]), "float32 [4, 2]", {0, 1, 3, 4, 6, 7, 9, 10}},
      {CALL(x.tensor_split({1, 2}, 1)[1]), "float32 [4, 1]", {1, 4, 7, 10}},
      {CALL(x.hsplit({1, 2})[1]), "float32 [4, 1]", {1, 4, 7, 10}},
      {CALL(x.vsplit(2)[1]), "float32 [2, 3]", {6, 7, 8, 9, 10, 11}},
      {CALL(x.unbind(1)[2]), "float32 [4]", {2, 5, 8, 11}},
      {CALL(x.roll(1, 0)), "float32 [4, 3]", {9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8}},
      {CALL(x.roll({1, 1}, {0, 1})), "float32 [4, 3]", {11, 9, 10, 2, 0, 1, 5, 3, 4, 8, 6, 7}},
      {CALL(x.roll(1)), "float32 [4, 3]", {11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      {CALL(x.flip(0)), "float32 [4, 3]", {9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2}},
      {CALL(x.flip({0, 1})), "float32 [4, 3]", {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
      {CALL(x.rot90(1)), "float32 [3, 4]", {2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9}},
      {CALL(x.narrow(1, 1, 2)), "float32 [4, 2]", {1, 2, 4, 5, 7, 8, 10, 11}},
      {CALL(x.slice(1, 0, 2)), "float32 [4, 2]", {0, 1, 3, 4, 6, 7, 9, 10}},
      {CALL(x.select(1, 0)), "float32 [4]", {0, 3, 6, 9}},
      {CALL(x[1]), "float32 [3]", {3, 4, 5}},
      {CALL(x[1][2]), "float32 []", {5}},
      {CALL(x.index({1, Slice(1)})), "float32 [2]", {4, 5}},
      {CALL(x.index({Slice(None, None, 2)})), "float32 [2, 3]", {0, 1, 2, 6, 7, 8}},
      {CALL(x.index({Ellipsis, 0})), "float32 [4]", {0, 3, 6, 9}},
      {CALL(x.index({x > 8})), "float32 [3]", {9, 10, 11}},
      {CALL(x.index({i})), "float32 [2, 3]", {0, 1, 2, 6, 7, 8}},
      {CALL(x.view({-1})), "float32 [12]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.view({2, 6})), "float32 [2, 6]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.view(-1)), "float32 [12]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.reshape({3, -1})), "float32 [3, 4]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.unfold(0, 2, 2)), "float32 [2, 3, 2]", {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}},
      {CALL(x.to(kDouble)), "float64 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.to(kLong, false, true)), "int64 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.to(kCPU, kDouble)), "float64 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.to(i)), "int64 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.round(1)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(x.div(2, "floor")), "float32 [4, 3]", {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}},
      {CALL(x.add(1, 2)), "float32 [4, 3]", {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}},
      {CALL(x.sub(x, 2)), "float32 [4, 3]", {0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11}},
      {CALL(x.pow(2)), "float32 [4, 3]", {0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121}},
      {CALL(x.repeat_interleave(2)), "float32 [24]", {0, 0, 1, 1, 2, 2, 3, 3, 4,  4,  5,  5,
                                                      6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11}},
      {CALL(x.repeat_interleave(2, 0)), "float32 [8, 3]", {0, 1, 2, 0, 1, 2, 3, 4,  5,  3, 4,  5,
                                                           6, 7, 8, 6, 7, 8, 9, 10, 11, 9, 10, 11}},
      {CALL(x.tril()), "float32 [4, 3]", {0, 0, 0, 3, 4, 0, 6, 7, 8, 9, 10, 11}},
      {CALL(x.tril(-1)), "float32 [4, 3]", {0, 0, 0, 3, 0, 0, 6, 7, 0, 9, 10, 11}},
      {CALL(x.triu(1)), "float32 [4, 3]", {0, 1, 2, 0, 0, 5, 0, 0, 0, 0, 0, 0}},
      {CALL(x.diagonal(1)), "float32 [2]", {1, 5}},
      {CALL(x.diag(1)), "float32 [2]", {1, 5}},
      {CALL(x.cov()), "float32 [4, 4]", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {CALL(x.histc(4, 0, 12)), "float32 [4]", {3, 3, 3, 3}},
      {CALL(i.bincount()), "int64 [3]", {1, 0, 1}},
      {CALL(i.bincount({}, 5)), "int64 [5]", {1, 0, 1, 0, 0}},
      {CALL(x.bernoulli(0.0)), "float32 [4, 3]", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {CALL(x.norm(2, 0).unsqueeze(-1)), "float32 [3, 1]", {11.22497, 12.8841, 14.62874}},
      {CALL(ember::cat({x, x}, 1)), "float32 [4, 6]", {0, 1, 2, 0, 1, 2, 3, 4,  5,  3, 4,  5,
                                                       6, 7, 8, 6, 7, 8, 9, 10, 11, 9, 10, 11}},
      {CALL(ember::cat({x})), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::stack({x, x})), "float32 [2, 4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                                         0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::stack({x, x}, -1)), "float32 [4, 3, 2]", {0, 0, 1, 1, 2, 2, 3, 3, 4,  4,  5,  5,
                                                             6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11}},
      {CALL(ember::full({2}, 3)), "int64 [2]", {3, 3}},
      {CALL(ember::full({2}, 3.5)), "float32 [2]", {3.5, 3.5}},
      {CALL(ember::full({2}, true)), "bool [2]", {1, 1}},
      {CALL(ember::full({2}, 3, kFloat)), "float32 [2]", {3, 3}},
      {CALL(ember::zeros({2, 3}, kFloat)), "float32 [2, 3]", {0, 0, 0, 0, 0, 0}},
      {CALL(ember::zeros(2)), "float32 [2]", {0, 0}},
      {CALL(ember::ones({2}, kLong)), "int64 [2]", {1, 1}},
      {CALL(ember::arange(5)), "int64 [5]", {0, 1, 2, 3, 4}},
      {CALL(ember::arange(5.0)), "float32 [5]", {0, 1, 2, 3, 4}},
      {CALL(ember::arange(0, 10, 2)), "int64 [5]", {0, 2, 4, 6, 8}},
      {CALL(ember::arange(1, 4)), "int64 [3]", {1, 2, 3}},
      {CALL(ember::arange(5, kFloat)), "float32 [5]", {0, 1, 2, 3, 4}},
      {CALL(ember::arange(0, 1, 0.25)), "float32 [4]", {0, 0.25, 0.5, 0.75}},
      {CALL(ember::randint(1, {3})), "int64 [3]", {0, 0, 0}},
      {CALL(ember::randint(5, 6, {3})), "int64 [3]", {5, 5, 5}},
      {CALL(ember::randint(1, {3}, kFloat)), "float32 [3]", {0, 0, 0}},
      {CALL(ember::eye(3)), "float32 [3, 3]", {1, 0, 0, 0, 1, 0, 0, 0, 1}},
      {CALL(ember::eye(2, 3)), "float32 [2, 3]", {1, 0, 0, 0, 1, 0}},
      {CALL(ember::eye(2, kLong)), "int64 [2, 2]", {1, 0, 0, 1}},
      {CALL(ember::linspace(0, 1, 5)), "float32 [5]", {0, 0.25, 0.5, 0.75, 1}},
      {CALL(ember::logspace(0, 2, 3)), "float32 [3]", {1, 10, 100}},
      {CALL(ember::tensor({1, 2, 3})), "int64 [3]", {1, 2, 3}},
      {CALL(ember::tensor({{1, 2}, {3, 4}})), "int64 [2, 2]", {1, 2, 3, 4}},
      {CALL(ember::tensor(1.5)), "float32 []", {1.5}},
      {CALL(ember::tensor(3)), "int64 []", {3}},
      {CALL(ember::tensor(true)), "bool []", {1}},
      {CALL(ember::tensor({1.5, 2.0})), "float32 [2]", {1.5, 2}},
      {CALL(ember::tensor({1.5f})), "float32 [1]", {1.5}},
      {CALL(ember::tensor({true, false})), "bool [2]", {1, 0}},
      {CALL(ember::tensor(std::vector<double>{1.5})), "float32 [1]", {1.5}},
      {CALL(ember::tensor(std::vector<float>{1.5})), "float32 [1]", {1.5}},
      {CALL(ember::tensor(std::vector<int>{1, 2})), "int64 [2]", {1, 2}},
      {CALL(ember::tensor(std::vector<int64_t>{1})), "int64 [1]", {1}},
      {CALL(ember::tensor(std::vector<int16_t>{1})), "int16 [1]", {1}},
      {CALL(ember::tensor(std::vector<uint8_t>{1})), "uint8 [1]", {1}},
      {CALL(ember::tensor(std::vector<double>{1.5}, kInt)), "int32 [1]", {1}},
      {CALL(ember::tensor(std::vector<double>{1.5}, kDouble)), "float64 [1]", {1.5}},
      {CALL(ember::tensor(int16_t{3})), "int16 []", {3}},
      {CALL(ember::tensor({uint8_t{1}, uint8_t{2}})), "uint8 [2]", {1, 2}},
      {CALL(ember::tensor(std::vector<double>{})), "float32 [0]", {}},
      {CALL(ember::bucketize(x, ember::tensor({1.0, 5.0}))), "int64 [4, 3]", {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}},
      {CALL(ember::bucketize(x, ember::tensor({1.0, 5.0}), true)),
       "int32 [4, 3]",
       {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}},
      {CALL(ember::bucketize(x, ember::tensor({1.0, 5.0}), false, true)),
       "int64 [4, 3]",
       {0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2}},
      {CALL(ember::searchsorted(ember::tensor({1.0, 5.0}), x, true)),
       "int32 [4, 3]",
       {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}},
      {CALL(ember::searchsorted(ember::tensor({1.0, 5.0}), x, false, true)),
       "int64 [4, 3]",
       {0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2}},
      {CALL(ember::norm(x, 2)), "float32 []", {22.49444}},
      {CALL(ember::norm(x, 2, {1}, true)), "float32 [4, 1]", {2.236068, 7.071068, 12.20656, 17.37815}},
      {CALL(ember::flatten(x, 1)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::one_hot(i, 3)), "int64 [2, 3]", {1, 0, 0, 0, 0, 1}},
      {CALL(ember::where(x > 3, x, 0)), "float32 [4, 3]", {0, 0, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::maximum(x, x.flip(0))), "float32 [4, 3]", {9, 10, 11, 6, 7, 8, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::trapezoid(x)), "float32 [4]", {2, 8, 14, 20}},
      {CALL(ember::trapezoid(x, 2.0)), "float32 [4]", {4, 16, 28, 40}},
      {CALL(ember::trapezoid(x, x, 1)), "float32 [4]", {2, 8, 14, 20}},
      {CALL(ember::tensordot(x, x, {0}, {0})), "float32 [3, 3]", {126, 144, 162, 144, 166, 188, 162, 188, 214}},
      {CALL(ember::cdist(x, x)),
       "float32 [4, 4]",
       {0, 5.196152, 10.3923, 15.58846, 5.196152, 0, 5.196152, 10.3923, 10.3923, 5.196152, 0, 5.196152, 15.58846,
        10.3923, 5.196152, 0}},
      {CALL(ember::meshgrid({i, i})[0]), "int64 [2, 2]", {0, 0, 2, 2}},
      {CALL(ember::pow(x, 2)), "float32 [4, 3]", {0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121}},
      {CALL(ember::pow(2, x)), "float32 [4, 3]", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048}},
      {CALL(ember::dropout(x, 0.5, false)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::mse_loss(x, x + 1)), "float32 []", {1}},
      {CALL(ember::hardtanh(x, -1, 1)), "float32 [4, 3]", {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {CALL(ember::threshold(x, 3, 0)), "float32 [4, 3]", {0, 0, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::leaky_relu(x, 0.1)), "float32 [4, 3]", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::gelu(x, "tanh")),
       "float32 [4, 3]",
       {0, 0.841192, 1.954598, 2.996363, 3.99993, 5, 6, 7, 8, 9, 10, 11}},
      {CALL(ember::pad(x, {1, 0})), "float32 [4, 4]", {0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11}},
      {CALL(ember::pad(x, {1, 1}, "constant", 2)), "float32 [4, 5]", {2, 0, 1, 2, 2, 2, 3, 4,  5,  2,
                                                                      2, 6, 7, 8, 2, 2, 9, 10, 11, 2}},
      {CALL(ember::layer_norm(x, {3})),
       "float32 [4, 3]",
       {-1.224736, 0, 1.224736, -1.224736, 0, 1.224736, -1.224736, 0, 1.224736, -1.224736, 0, 1.224736}},
  };
  for (const Call& c : calls) {
    SCOPED_TRACE(c.text);
    try {
      const Tensor y = c.call();
      EXPECT_EQ(describe(y), c.kind);
      expect_values(y, c.values);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

template <class T>
concept HasMaxOf = requires(const Tensor& x, T value) {
  x.max(value);
};
template <class T>
concept HasFreeMinOf = requires(const Tensor& x, T value) {
  min(x, value);
};
template <class... T>
concept HasSortOf = requires(const Tensor& x, T... arguments) {
  x.sort(arguments...);
};
template <class T>
concept HasMseLossOf = requires(const Tensor& x, T third) {
  mse_loss(x, x, third);
};
template <class T>
concept HasBackwardOf = requires(const Tensor& x, T first) {
  x.backward(first);
};
template <class T>
concept HasPadOf = requires(const Tensor& x, T third) {
  pad(x, {1, 1}, third);
};
template <class T>
concept HasSumOf = requires(const Tensor& x, T dims) {
  x.sum(dims);
};

TEST(Overloads, ToAnothersOptionsCopiesOnlyWhenAsked) {
  const Tensor x = ones({2}), other = zeros({1});
  EXPECT_TRUE(x.to(other).is_same(x));
  EXPECT_TRUE(x.to(other, /*non_blocking=*/true).is_same(x));
  EXPECT_FALSE(x.to(other, /*non_blocking=*/false, /*copy=*/true).is_same(x));
}

TEST(Overloads, RefuseWhatCouldMeanTwoThings) {
  EXPECT_TRUE(HasMaxOf<int> && HasMaxOf<Tensor>);
  EXPECT_FALSE(HasMaxOf<double> || HasFreeMinOf<float>) << "no dim, and not maximum of a number";
  EXPECT_TRUE((HasSortOf<bool, int, bool> && HasSortOf<int, bool>));
  EXPECT_FALSE((HasSortOf<bool> || HasSortOf<bool, int>)) << "stable, or a dim and an order";
  EXPECT_TRUE(HasMseLossOf<Reduction> && HasMseLossOf<Tensor>);
  EXPECT_FALSE(HasMseLossOf<int>) << "libtorch's number of a reduction, or a weight";
  EXPECT_TRUE(HasPadOf<const char*>);
  EXPECT_FALSE(HasPadOf<int>) << "a mode, or a value";
  EXPECT_FALSE(HasBackwardOf<bool>) << "retain_graph, or a gradient";
  EXPECT_TRUE(HasSumOf<int> && HasSumOf<size_t> && HasSumOf<std::vector<int64_t>>);
  EXPECT_FALSE(HasSumOf<bool> || HasSumOf<double>) << "dims";
}

TEST(Overloads, TakeToleranceOfAPseudoinverseAsLibtorchDoes) {
  const Tensor x = arange(12, kDouble).view({4, 3}), square = x.t().matmul(x);
  EXPECT_TRUE(allclose(linalg::pinv(x, 1e-5), linalg::pinv(x)));
  EXPECT_TRUE(allclose(linalg::pinv(x, 0.5), linalg::pinv(x, Tensor(0.0), Tensor(0.5)))) << "rcond is relative";
  EXPECT_FALSE(allclose(linalg::pinv(x, 0.5), linalg::pinv(x)));
  EXPECT_TRUE(allclose(linalg::pinv(square, 0.5, true), linalg::pinv(square, 0.5)));
  EXPECT_EQ(linalg::matrix_rank(square, 1e-3, true).item<int64_t>(), 2);
  EXPECT_EQ(linalg::matrix_rank(square, 20.0, true).item<int64_t>(), 1) << "tol is absolute";
}

TEST(Overloads, BracedListsOfNumbersAreNoTensors) {
  const Tensor log_probs = log_softmax(arange(24, kFloat).view({4, 1, 6}), 2), targets = tensor({{1, 2}});
  EXPECT_TRUE(equal(ctc_loss(log_probs, targets, {4}, {2}), ctc_loss(log_probs, targets, tensor({4}), tensor({2}))));
  const Tensor points = arange(8, kFloat).view({4, 2});
  EXPECT_EQ(histogramdd(points, {2, 3}).hist.sizes(), Shape({2, 3}));
  EXPECT_TRUE(equal(gradient(points, {2.0})[0], full({4, 2}, 1.0)));
  std::vector<float> memory = {0, 1, 2, 3};
  test::expect_equal(from_blob(memory.data(), {2, 2}, {1, 2}, kFloat), {0, 2, 1, 3});
}

}  // namespace
}  // namespace ember
