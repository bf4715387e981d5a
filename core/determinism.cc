#include "ember/core/determinism.h"

#include <atomic>

#include "core/cpu/cpu_kernels.h"
#include "ember/core/error.h"

namespace ember {

namespace {

constinit std::atomic<bool> is_deterministic{false}, only_warns{false};

}  // namespace

void use_deterministic_algorithms(bool mode, std::string_view instruction_set, bool warn_only) {
  std::optional<cpu::Isa> wanted;
  if (!instruction_set.empty()) {
    wanted = cpu::parse_isa("use_deterministic_algorithms: instruction_set", instruction_set);
    check<ValueError>(mode, "use_deterministic_algorithms: an instruction_set goes with mode = true only, but got ",
                      instruction_set);
  }
  cpu::use(wanted);
  is_deterministic.store(mode, std::memory_order_relaxed);
  only_warns.store(warn_only, std::memory_order_relaxed);
}

bool are_deterministic_algorithms_enabled() { return is_deterministic.load(std::memory_order_relaxed); }
bool is_deterministic_algorithms_warn_only_enabled() { return only_warns.load(std::memory_order_relaxed); }

}  // namespace ember
