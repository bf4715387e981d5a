// Libraries that Ember computes with end the process, crash or wait for ever when they are refused memory. So Ember asks for what they are
// about to take, gives it back and calls them, or says itself that there is none.
#pragma once

#include <cstddef>
#include <string_view>

namespace ember {

/// Throws OutOfMemoryError, "<what> needs <bytes> bytes, which the system refused", unless it would grant them now, and a few small blocks
/// beside. Costs little where no limit is set, as memory is granted there until it is used.
void require_memory(size_t bytes, std::string_view what);

/// The same for the stacks of that many new threads.
void require_threads(int count, std::string_view what);

/// Whether there is a limit: of this process's memory, or because the system grants no more than it has.
bool memory_may_be_refused();

}  // namespace ember
