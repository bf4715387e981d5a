// What oneDNN refuses, as Ember's errors.
#pragma once

#include <dnnl.hpp>
#include <string_view>

namespace ember::dnnl {

/// Before oneDNN generates code: it crashes, or lets later calls wait for it for ever, when it is refused memory on the way. Throws
/// OutOfMemoryError.
void require_memory_for_code(const char* op);

/// An Error, an OutOfMemoryError where that is why, out of one of oneDNN's statuses.
[[noreturn]] void fail_status(const char* op, dnnl_status_t status, std::string_view what);

/// `call()`, whose exceptions of oneDNN's become Ember's.
template <class F>
auto translated(const char* op, F&& call) {
  try {
    return call();
  } catch (const ::dnnl::error& error) {
    fail_status(op, error.status, error.what());
  }
}

}  // namespace ember::dnnl
