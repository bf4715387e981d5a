#include "ember/core/allocator.h"

#include <thread>

#include "tests/support.h"

namespace ember {
namespace {

constexpr int64_t kMegabyte = 1 << 20;

Tensor megabytes(int64_t count) { return empty({count * kMegabyte}, kUInt8); }

TEST(Allocator, CountsLiveAndPeakMemory) {
  const int64_t before = memory_stats().current_bytes;
  reset_peak_memory();
  {
    const Tensor a = megabytes(4);
    EXPECT_EQ(memory_stats().current_bytes - before, 4 * kMegabyte);
    const Tensor view = a.view({2, -1});
    EXPECT_EQ(memory_stats().current_bytes - before, 4 * kMegabyte);
    { const Tensor b = megabytes(8); }
    EXPECT_EQ(memory_stats().current_bytes - before, 4 * kMegabyte);
  }
  EXPECT_EQ(memory_stats().current_bytes, before);
  EXPECT_EQ(memory_stats().peak_bytes - before, 12 * kMegabyte);
  reset_peak_memory();
  EXPECT_EQ(memory_stats().peak_bytes, before);
}

TEST(Allocator, KeepsFreedMemoryUntilAskedToGiveItBack) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the address sanitizer watches freed memory, so none is kept";
#endif
  empty_cache();
  const int64_t cached = memory_stats().cached_bytes;
  const void* first = megabytes(4).raw_data();
  EXPECT_EQ(memory_stats().cached_bytes - cached, 4 * kMegabyte);
  const Tensor again = megabytes(4);
  EXPECT_EQ(again.raw_data(), first);
  EXPECT_EQ(memory_stats().cached_bytes, cached);
  { const Tensor more = megabytes(4); }
  empty_cache();
  EXPECT_EQ(memory_stats().cached_bytes, cached);
}

TEST(Allocator, AlignsToCacheLines) {
  for (const int64_t bytes : {0, 1, 63, 65, 1000, 5 << 20})
    EXPECT_EQ(reinterpret_cast<uintptr_t>(empty({bytes}, kUInt8).raw_data()) % 64, 0u) << bytes;
}

TEST(Allocator, RefusesWhatNoMachineHas) {
  EXPECT_THROW(empty({int64_t{1} << 50}, kUInt8), OutOfMemoryError);
  EXPECT_NE(test::error_of([] { empty({int64_t{1} << 50}, kUInt8); }), "");
}

TEST(Allocator, LosesNothingBetweenThreads) {
  const int64_t before = memory_stats().current_bytes;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      std::vector<Tensor> kept;
      for (int64_t i = 0; i < 500; ++i) {
        Tensor x = full({1 + i * 37 % 5000}, t, kInt32);
        kept.push_back(x);
        if (kept.size() > 20) {
          EXPECT_EQ(kept.front().max().item<int64_t>(), t);
          kept.erase(kept.begin());
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory_stats().current_bytes, before);
}

}  // namespace
}  // namespace ember
