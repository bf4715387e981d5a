// A dataset of numbers, and what comes out of a loader of it.
#pragma once

#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "ember/data/data_loader.h"
#include "ember/ops/creation/creation.h"

namespace ember::data {

/// Sample i is {i}; loads one by one, slowly for some, and fails at `bad`.
struct Numbers : Dataset {
  explicit Numbers(int64_t count, int64_t bad = -1) : count(count), bad(bad) {}
  int64_t size() const override { return count; }
  Example get(int64_t index) const override {
    check_index(index, count, "Numbers");
    if (index % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    check<TypeError>(index != bad, "it is a bad one");
    return {full({}, index)};
  }
  int64_t count, bad;
};

inline std::vector<int64_t> values(const Tensor& x) {
  return {x.data_ptr<int64_t>(), x.data_ptr<int64_t>() + x.numel()};
}

/// All samples of one epoch, in the order they came.
inline std::vector<int64_t> drain(DataLoader& loader) {
  std::vector<int64_t> all;
  for (auto& batch : loader)
    for (int64_t value : values(batch[0])) all.push_back(value);
  return all;
}

inline std::vector<int64_t> up_to(int64_t count) {
  std::vector<int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace ember::data
