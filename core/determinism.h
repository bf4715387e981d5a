// The switch for results whose bits depend on the inputs alone: not on the number of threads and, where an instruction set is named,
// not on the processor either.
#pragma once

#include <string_view>

namespace ember {

/// With `mode`, every op, forward and backward, gives the same bits for any number of threads. Products and convolutions are then
/// Ember's own instead of oneDNN's, and a routine of LAPACK computes on one thread; that takes more time. With `instruction_set`
/// ("sse2", "avx2" or "avx512") the kernels, LAPACK's too, use that set and no better one, so that machines which have it agree. Each
/// call says everything anew: without a set it is the one chosen at start again. An unknown set, one that this machine lacks and one
/// without `mode` are a ValueError. Every op has a deterministic way, so `warn_only` is kept, but changes nothing.
/// Not to be called while another thread computes.
void use_deterministic_algorithms(bool mode, std::string_view instruction_set = {}, bool warn_only = false);
bool are_deterministic_algorithms_enabled();
bool is_deterministic_algorithms_warn_only_enabled();

}  // namespace ember
