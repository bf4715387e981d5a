// What `./ember test --config=stress` does more often than every run of the tests does.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace ember::test {

inline int64_t rounds(int64_t quick, int64_t stress) { return std::getenv("EMBER_STRESS") ? stress : quick; }

/// Told at the end of the run, summed over all tests: "5,000 signals". Once in each test.
inline void tell_count(const std::string& of, int64_t count) {
  ::testing::Test::RecordProperty(of, std::to_string(count));
}

}  // namespace ember::test
