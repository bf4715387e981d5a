// Whichever allocation fails, a step ends with an exception that says so, and the next one is as if nothing had happened.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <thread>

#include "ember.h"
#include "tests/memory/failing_memory.h"
#include "tests/memory/works.h"
#include "tests/stress.h"
#include "tests/temporary_folder.h"

namespace ember::test {
namespace {

/// What a crash or a hang says before it ends the process.
char position[200];
void tell_position(int signal_number) {
  (void)!write(STDERR_FILENO, position, std::strlen(position));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

/// Runs in a thread of its own, whose lists of free memory are empty.
void in_new_thread(const std::function<void()>& body) {
  empty_cache();
  std::thread(body).join();
}

enum class Outcome { Refused, Finished };

Outcome run_with(const Step& step, int64_t at, Refusal refusal) {
  const FailingMemory memory(at, refusal);
  try {
    step();
  } catch (const OutOfMemoryError& error) {
    EXPECT_TRUE(std::strstr(error.what(), "bytes") || std::strstr(error.what(), "memory")) << error.what();
    return Outcome::Refused;
  } catch (const std::bad_alloc&) {
    return Outcome::Refused;
  } catch (const std::exception& error) {
    ADD_FAILURE() << typeid(error).name() << ": " << error.what();
    return Outcome::Refused;
  }
  return memory.has_failed() ? Outcome::Refused : Outcome::Finished;
}

class FailingAllocation : public ::testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() {
    for (const int fatal : {SIGSEGV, SIGABRT, SIGALRM, SIGBUS}) signal(fatal, tell_position);
  }
};

TEST_P(FailingAllocation, EndsTheStepAndNothingElse) {
  if (!kMemoryCanFail) GTEST_SKIP() << "the sanitizer has a malloc of its own";
  const testing::TemporaryFolder folder;
  const Work work = all_works(folder.path())[GetParam()];
  Tensor once, twice;
  int64_t allocations = 0;
  for (int warm_up = 0; warm_up < 2; ++warm_up)
    in_new_thread([&] {
      const Step step = work.begin();
      const FailingMemory counter(std::numeric_limits<int64_t>::max() - 1, Refusal::Once);
      once = step();
      allocations = counter.seen();
      twice = step();
    });
  ASSERT_GT(allocations, 10);
  const int64_t stride = rounds(1 + allocations / 20, 1);
  int64_t refused = 0;
  for (const Refusal refusal : {Refusal::Once, Refusal::FromThenOn}) {
    const int64_t bytes = memory_stats().current_bytes, blocks = live_blocks();
    Outcome outcome = Outcome::Refused;
    for (int64_t at = refusal == Refusal::Once ? 0 : 3; outcome == Outcome::Refused; at += stride) {
      std::snprintf(position, sizeof position, "%s: allocation %d fails, %s\n", work.name.c_str(), static_cast<int>(at),
                    refusal == Refusal::Once ? "once" : "and all that follow");
      SCOPED_TRACE(position);
      alarm(600);
      in_new_thread([&] {
        const Step step = work.begin();
        outcome = run_with(step, at, refusal);
        const Tensor next = step();
        EXPECT_TRUE(equal(next, once) || equal(next, twice));
      });
      alarm(0);
      if (HasFailure()) return;
      ++refused;
    }
    EXPECT_EQ(memory_stats().current_bytes, bytes);
    EXPECT_LT(live_blocks() - blocks, 30) << "of " << refused << " failing steps";
  }
  tell_count("failing allocations", refused);
}

INSTANTIATE_TEST_SUITE_P(Works, FailingAllocation, ::testing::Range<size_t>(0, all_works(".").size()),
                         [](const auto& info) {
                           std::string name = all_works(".")[info.param].name;
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

}  // namespace
}  // namespace ember::test
