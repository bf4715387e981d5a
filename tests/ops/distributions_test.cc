// Distributions beside those of core's random_test: one stream for any number of threads, and what ends in errors.
#include "ember/ops/random/distributions.h"

#include <gtest/gtest.h>

#include <functional>

#include "ember/core/parallel.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/random/random.h"

namespace ember {
namespace {

using Draw = std::function<Tensor(Generator* generator)>;

Tensor filled(int64_t count, double value) { return full(count, value, kFloat32); }

std::vector<Draw> draws() {
  constexpr int64_t kCount = 100000;
  const auto in_place = [](auto f) {
    return [f](Generator* g) {
      Tensor x = empty(kCount);
      f(x, g);
      return x;
    };
  };
  return {in_place([](Tensor& x, Generator* g) { exponential_(x, 2, g); }),
          in_place([](Tensor& x, Generator* g) { cauchy_(x, 0, 1, g); }),
          in_place([](Tensor& x, Generator* g) { log_normal_(x, 0, 1, g); }),
          in_place([](Tensor& x, Generator* g) { geometric_(x, 0.3, g); }),
          in_place([](Tensor& x, Generator* g) { random_(x, 3, 9, g); }),
          [](Generator* g) { return poisson(filled(kCount, 4), g); },
          [](Generator* g) { return poisson(filled(kCount, 40), g); },
          [](Generator* g) { return binomial(filled(kCount, 50), filled(kCount, 0.4), g); },
          [](Generator* g) { return normal(filled(kCount, 4), filled(kCount, 2), g); }};
}

TEST(Distributions, AreTheSameForAnyNumberOfThreads) {
  const int before = num_threads();
  for (const Draw& draw : draws()) {
    Generator first(11), second(11);
    set_num_threads(1);
    const Tensor expected = draw(&first);
    set_num_threads(3);
    EXPECT_TRUE(equal(draw(&second), expected));
    set_num_threads(before);
    EXPECT_FALSE(equal(draw(&second), expected)) << "the stream did not move on";
  }
}

TEST(Distributions, GoOnFromASavedState) {
  for (const Draw& draw : draws()) {
    Generator generator(3);
    draw(&generator);
    const Generator::State state = generator.state();
    const Tensor expected = draw(&generator);
    generator.set_state(state);
    EXPECT_TRUE(equal(draw(&generator), expected));
  }
}

TEST(Distributions, RefuseWhatTheyCannotDraw) {
  Tensor x = zeros(3), integers = zeros(3, kInt64);
  EXPECT_THROW(exponential_(x, 0), Error);
  EXPECT_THROW(exponential_(integers), TypeError);
  EXPECT_THROW(geometric_(x, 1), Error);
  EXPECT_THROW(random_(x, 4, 4), ValueError);
  EXPECT_THROW(poisson(full(2, -1.0)), ValueError);
  EXPECT_THROW(normal(x, full(3, -1.0)), ValueError);
  EXPECT_THROW(binomial(x, zeros(3, kFloat64)), TypeError);
}

}  // namespace
}  // namespace ember
