#include "core/cpu/dnnl_errors.h"

#include "ember/core/error.h"
#include "ember/core/spare_memory.h"

namespace ember::dnnl {

void require_memory_for_code(const char* op) {
  constexpr size_t kCode = size_t{16} << 20;
  require_memory(kCode, concat(op, ": oneDNN's code"));
}

void fail_status(const char* op, dnnl_status_t status, std::string_view what) {
  check<OutOfMemoryError>(status != dnnl_out_of_memory, op, ": the system refused oneDNN memory (", what, ")");
  fail(op, ": oneDNN failed with status ", static_cast<int>(status), " (", what, ")");
}

}  // namespace ember::dnnl
