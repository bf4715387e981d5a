// What is behind an Epoch: where its batches come from, and how far it is. Only the loader sees it.
#pragma once

#include <atomic>

#include "ember/data/data_loader.h"

namespace ember::data {

/// Where an epoch's batches come from.
class Epoch::Source {
 public:
  virtual ~Source() = default;
  virtual std::optional<Example> next() = 0;
  virtual bool wait(std::chrono::milliseconds limit) = 0;
};

struct Epoch::Progress {
  explicit Progress(int64_t taken) : taken(taken) {}
  std::atomic<int64_t> taken;
  std::atomic<bool> has_ended = false;
};

}  // namespace ember::data
