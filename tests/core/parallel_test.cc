#include "ember/core/parallel.h"

#include <atomic>
#include <thread>

#include "tests/support.h"

namespace ember {
namespace {

/// Sets the number of threads for one test.
struct Threads {
  explicit Threads(int count) : before(num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before); }
  int before;
};

TEST(ParallelFor, CoversTheRangeOnceInMultiplesOfTheGrain) {
  for (const int threads : {1, 2, 3}) {
    const Threads guard(threads);
    std::vector<std::atomic<int>> visits(1003);
    parallel_for(3, 1003, 10, [&](int64_t first, int64_t last) {
      EXPECT_EQ((first - 3) % 10, 0);
      for (int64_t i = first; i < last; ++i) ++visits[i];
    });
    for (size_t i = 0; i < visits.size(); ++i) EXPECT_EQ(visits[i], i < 3 ? 0 : 1) << i;
  }
}

TEST(ParallelFor, DoesNothingForAnEmptyRange) {
  parallel_for(5, 5, 1, [](int64_t, int64_t) { FAIL(); });
  parallel_for(5, 3, 1, [](int64_t, int64_t) { FAIL(); });
}

TEST(ParallelFor, ThrowsTheFirstErrorInTheCaller) {
  const Threads guard(3);
  const auto run = [] {
    parallel_for(0, 90, 1, [](int64_t first, int64_t) { fail<IndexError>("range from ", first); });
  };
  EXPECT_THROW(run(), IndexError);
  EXPECT_EQ(test::error_of(run), "range from 0");
}

TEST(ParallelFor, NestedAndInASerialThreadRunsInTheCaller) {
  const Threads guard(2);
  parallel_for(0, 2, 1, [](int64_t, int64_t) {
    const auto caller = std::this_thread::get_id();
    parallel_for(0, 100, 1, [&](int64_t, int64_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
  });
  const SerialGuard alone;
  EXPECT_EQ(num_threads(), 1);
  int calls = 0;
  parallel_for(0, 100, 1, [&](int64_t, int64_t) { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(ParallelFor, SeveralThreadsMayCallItAtOnce) {
  const Threads guard(2);
  std::atomic<int64_t> total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round)
        parallel_for(0, 100, 1, [&](int64_t first, int64_t last) { total += last - first; });
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, 3 * 20 * 100);
}

TEST(SetNumThreads, NeedsAtLeastOne) { EXPECT_THROW(set_num_threads(0), ValueError); }

}  // namespace
}  // namespace ember
