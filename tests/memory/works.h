// Pieces of work whose memory may run out at any point.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember::test {

/// A step of it, which returns all that it computed or changed, in one tensor.
using Step = std::function<Tensor()>;

struct Work {
  std::string name;
  std::function<Step()> begin;
};

/// Files are written into `folder`.
std::vector<Work> all_works(const std::string& folder);

}  // namespace ember::test
