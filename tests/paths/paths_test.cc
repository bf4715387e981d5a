#include "tests/paths/paths.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "tests/paths/guarded_memory.h"

namespace paths {
namespace {

class AllPaths : public testing::TestWithParam<Paths> {};

TEST_P(AllPaths, GiveWhatThePlainLoopGives) { check_paths(GetParam()); }

std::string name_of(const testing::TestParamInfo<Paths>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Of, AllPaths, testing::ValuesIn(all_paths()), name_of);
INSTANTIATE_TEST_SUITE_P(OfTheTable, AllPaths, testing::ValuesIn(table_paths()), name_of);

#if !defined(__SANITIZE_ADDRESS__)  // which ends the program

/// The failures of a row that sums `beside` elements more than the tensor has.
int failures_of_sum(int64_t beside) {
  const Paths row{.name = "sum",
                  .op =
                      [=](const Tensors& in) {
                        return sum(in[0].alias(in[0].numel() + beside, in[0].strides(), in[0].storage_offset()));
                      },
                  .reference = [](const Arrays& in) { return reduced(in[0], {}, op_table::reference::sum); },
                  .cases = {{{{5}}}}};
  testing::TestPartResultArray found;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &found);
    check_paths(row);
  }
  return found.size();
}

TEST(PathsThemselves, FindAReadBesideATensor) {
  EXPECT_EQ(failures_of_sum(0), 0);
  EXPECT_GT(failures_of_sum(1), 0);
}

TEST(PathsThemselves, FindAWriteBesideABlock) {
  GuardedMemory& memory = GuardedMemory::installed();
  memory.set_poison(0xFF);
  auto* data = static_cast<volatile char*>(memory.allocate(37));
  EXPECT_EQ(memory.damage(), "");
  for (const int place : {-1, 37}) {
    const char kept = data[place];
    data[place] = 0;
    EXPECT_NE(memory.damage(), "") << place;
    data[place] = kept;
  }
  memory.release(const_cast<char*>(data), 37);
  EXPECT_EQ(memory.damage(), "");
}

#endif

/// Thread-local caches of the usual allocator end with their threads, when it has to be in its place again.
class UsualMemoryAtEnd : public testing::Environment {
  void TearDown() override { GuardedMemory::installed().uninstall(); }
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new UsualMemoryAtEnd);

}  // namespace

// Failures name the row instead of dumping its bytes.
void PrintTo(const Paths& row, std::ostream* out) { *out << row.name; }

}  // namespace paths
