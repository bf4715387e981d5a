#include "tests/paths/paths.h"

#include <gtest/gtest.h>

#include "tests/paths/guarded_memory.h"

namespace paths {
namespace {

class AllPaths : public testing::TestWithParam<Paths> {};

TEST_P(AllPaths, GiveWhatThePlainLoopGives) { check_paths(GetParam()); }

std::string name_of(const testing::TestParamInfo<Paths>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Of, AllPaths, testing::ValuesIn(all_paths()), name_of);
INSTANTIATE_TEST_SUITE_P(OfTheTable, AllPaths, testing::ValuesIn(table_paths()), name_of);

/// Thread-local caches of the usual allocator end with their threads, when it has to be in its place again.
class UsualMemoryAtEnd : public testing::Environment {
  void TearDown() override { GuardedMemory::installed().uninstall(); }
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new UsualMemoryAtEnd);

}  // namespace

// Failures name the row instead of dumping its bytes.
void PrintTo(const Paths& row, std::ostream* out) { *out << row.name; }

}  // namespace paths
