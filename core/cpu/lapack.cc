#include "core/cpu/lapack.h"

#include <dlfcn.h>

namespace ember::lapack {

namespace {

/// From this many multiplications on, a routine's own threads do better than one matrix for each thread.
constexpr double kLargeWork = 4e6;
/// What is worth a thread.
constexpr double kTaskWork = 2e4;

/// OpenBLAS on OpenMP, whose threads are Ember's; else what the system has for these names.
void* open_library() {
  for (const char* name :
       {"/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0", "libopenblas.so.0", "liblapack.so.3"})
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  return nullptr;
}

}  // namespace

void* find(const char* name) {
  static void* const library = open_library();
  check<NotImplementedError>(library,
                             "linear algebra needs LAPACK, and neither libopenblas.so.0 nor liblapack.so.3 was found; "
                             "run ./ember setup or install libopenblas0-openmp");
  void* address = dlsym(library, name);
  check<NotImplementedError>(address, "LAPACK lacks ", std::string(name));
  return address;
}

void for_matrices(int64_t batch, double work, FunctionRef<void(int64_t first, int64_t last)> f) {
  prepare_library_call();
  if (batch == 1 || work >= kLargeWork) {
    if (batch > 0) f(0, batch);
    return;
  }
  parallel_for(0, batch, static_cast<int64_t>(kTaskWork / (work + 1)) + 1, f);
}

}  // namespace ember::lapack
