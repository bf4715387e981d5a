#include "ember/core/elementwise.h"

#include <cstring>
#include <random>

#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

/// A random view that broadcasts to `sizes` (or has exactly them): dims in any order in memory, steps, missing and repeated dims.
Tensor random_view(const Shape& sizes, DType dtype, bool broadcasts, std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  Shape own = sizes;
  if (broadcasts) {
    for (int64_t& size : own)
      if (pick(4) == 0) size = 1;
    while (!own.empty() && pick(5) == 0) own.erase(0);
  }
  std::vector<size_t> order(own.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (pick(2)) std::shuffle(order.begin(), order.end(), random);
  Shape strides = own;
  int64_t step = pick(4) == 0 ? 2 : 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = step;
    step *= own[order[i]] + (pick(4) == 0 ? 1 : 0);
  }
  const Tensor whole = empty_tensor(Shape(step + 3), dtype);
  std::memset(whole.raw_data(), 0, whole.nbytes());
  const Tensor view = whole.alias(own, strides, 3);
  std::vector<double> numbers(view.numel());
  for (double& number : numbers) number = pick(100);
  const Tensor filled = make(own, dtype, numbers);
  // Element by element, so that nothing under test fills it.
  Shape at = Shape::filled(own.size(), 0);
  for (int64_t i = 0; i < view.numel(); ++i) {
    int64_t offset = 0;
    for (size_t dim = 0; dim < own.size(); ++dim) offset += at[dim] * strides[dim];
    std::memcpy(view.raw_data() + offset * view.element_size(), filled.raw_data() + i * view.element_size(),
                view.element_size());
    for (size_t dim = own.size(); dim-- > 0 && ++at[dim] == own[dim];) at[dim] = 0;
  }
  return view;
}

/// The values of `x` repeated to `sizes`.
std::vector<double> broadcast_values(const Tensor& x, const Shape& sizes) {
  Shape strides = Shape::filled(sizes.size(), 0);
  for (int64_t dim = 0; dim < x.dim(); ++dim) {
    const size_t to = sizes.size() - x.dim() + dim;
    strides[to] = x.sizes()[dim] == 1 ? 0 : x.strides()[dim];
  }
  return values(x.alias(sizes, strides, x.storage_offset()));
}

TEST(Elementwise, MatchesIndexArithmeticForRandomViews) {
  std::mt19937 random(1);
  const DType dtypes[] = {kFloat32, kFloat64, kInt32, kUInt8, kFloat16};
  for_each_isa([&] {
    for (int round = 0; round < 400; ++round) {
      Shape sizes;
      const int rank = static_cast<int>(random() % 6);
      for (int dim = 0; dim < rank; ++dim) {
        static const int64_t kChoices[] = {1, 2, 3, 5, 17, 40};
        sizes.push_back(kChoices[random() % (rank > 3 ? 4 : 6)]);
      }
      const auto dtype = [&] { return dtypes[random() % std::size(dtypes)]; };
      const Tensor out = random_view(sizes, dtype(), false, random);
      const Tensor a = random_view(sizes, dtype(), true, random);
      const Tensor b = random_view(sizes, dtype(), true, random);
      Elementwise({{out, kFloat32}}, {{a, kFloat32}, {b, kFloat32}}).run([](char* const* p, int64_t count) {
        auto* y = reinterpret_cast<float*>(p[0]);
        const auto *x0 = reinterpret_cast<float*>(p[1]), *x1 = reinterpret_cast<float*>(p[2]);
        for (int64_t i = 0; i < count; ++i) y[i] = x0[i] + 0.5f * x1[i];
      });
      auto expected = broadcast_values(a, sizes);
      const auto second = broadcast_values(b, sizes);
      for (size_t i = 0; i < expected.size(); ++i) expected[i] = rounded_to(expected[i] + 0.5 * second[i], out.dtype());
      SCOPED_TRACE(concat(round, ": ", describe(out), " ", out.strides(), " = ", describe(a), " ", a.strides(), " + ",
                          describe(b), " ", b.strides()));
      ASSERT_NO_FATAL_FAILURE(expect_near(values(out), expected, 0));
      if (::testing::Test::HasFailure()) return;
    }
  });
}

TEST(Elementwise, DoesNothingForEmptyTensors) {
  const Tensor out = empty_tensor({3, 0}, kFloat32);
  const Tensor x = empty_tensor({1, 0}, kFloat32), row = empty_tensor({3, 1}, kFloat32);
  int calls = 0;
  Elementwise({{out, kFloat32}}, {{x, kFloat32}, {row, kFloat64}}).run([&](char* const*, int64_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(Elementwise, RejectsShapesThatDoNotBroadcast) {
  const Tensor out = empty_tensor({2, 3}, kFloat32), x = empty_tensor({2}, kFloat32);
  expect_throws<Error>(
      [&] {
        Elementwise({{out, kFloat32}}, {{x, kFloat32}});
      },
      "operand of shape [2] does not broadcast to [2, 3]");
}

TEST(Elementwise, MergesDimsThatLieBehindOneAnother) {
  const Tensor out = empty_tensor({4, 5, 6}, kFloat32), x = empty_tensor({4, 5, 6}, kFloat32);
  const Tensor column = empty_tensor({4, 1, 1}, kFloat32);
  EXPECT_EQ(Elementwise({{out, kFloat32}}, {{x, kFloat32}}).rank(), 1);
  const Elementwise walk({{out, kFloat32}}, {{x, kFloat32}, {column, kFloat32}});
  EXPECT_EQ(walk.rank(), 2);
  EXPECT_EQ(walk.size(0), 30);
  EXPECT_EQ(walk.stride(2, 0), 0);
  EXPECT_EQ(walk.stride(2, 1), 4);
}

// Which elements fall into one call must not depend on the number of threads: kernels may treat the end of a run differently.
TEST(Elementwise, CutsTheSameRunsForAnyNumberOfThreads) {
  const int before = num_threads();
  const Tensor out = empty_tensor({301, 1001}, kFloat32);
  const Tensor x = make_empty({301, 1001}, kFloat32, Layout::Transposed);
  const Tensor row = empty_tensor({1001}, kFloat32);
  for (const Tensor& input : {x, row}) {
    const auto count_ends = [&](int threads) {
      set_num_threads(threads);
      Elementwise({{out, kFloat32}}, {{input, kFloat32}}).run([](char* const* p, int64_t count) {
        auto* y = reinterpret_cast<float*>(p[0]);
        for (int64_t i = 0; i < count; ++i) y[i] = 0;
        y[count - 1] = 1;
      });
      return values(out);
    };
    const auto one = count_ends(1);
    EXPECT_EQ(one, count_ends(2));
    EXPECT_EQ(one, count_ends(3));
  }
  set_num_threads(before);
}

}  // namespace
}  // namespace ember
