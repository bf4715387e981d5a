#include "core/cpu/lapack.h"

#include <dlfcn.h>

#include <cstdlib>
#include <mutex>

#include "core/determinism.h"

namespace ember::lapack {

namespace {

/// From this many multiplications on, a routine's own threads do better than one matrix for each thread.
constexpr double kLargeWork = 4e6;
/// What is worth a thread.
constexpr double kTaskWork = 2e4;

constexpr const char* kCoreType = "OPENBLAS_CORETYPE";

/// OpenBLAS has kernels for many processors. These are of those that have the set and nothing better.
const char* core_type(cpu::Isa isa) {
  static constexpr const char* kTypes[] = {"Prescott", "Haswell", "SkylakeX"};
  return kTypes[static_cast<int>(isa)];
}

/// While one lives, OpenBLAS reads this core type.
class CoreTypeGuard {
 public:
  explicit CoreTypeGuard(const char* type) {
    if (const char* before = std::getenv(kCoreType)) before_ = before;
    setenv(kCoreType, type, true);
  }
  ~CoreTypeGuard() {
    if (before_)
      setenv(kCoreType, before_->c_str(), true);
    else
      unsetenv(kCoreType);
  }
  CoreTypeGuard(const CoreTypeGuard&) = delete;
  CoreTypeGuard& operator=(const CoreTypeGuard&) = delete;

 private:
  std::optional<std::string> before_;
};

/// OpenBLAS on OpenMP, whose threads are Ember's; else what the system has for these names.
void* open_library() {
  for (const char* name :
       {"/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0", "libopenblas.so.0", "liblapack.so.3"})
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  return nullptr;
}

/// The library once it is open, and the instruction set that was asked of it.
class Library {
 public:
  void* handle() {
    const std::lock_guard lock(mutex_);
    if (!handle_) {
      handle_ = open_library();
      if (wanted_ || cpu::isa_asked_for()) choose_kernels();
    }
    return handle_;
  }

  void use(std::optional<cpu::Isa> wanted) {
    const std::lock_guard lock(mutex_);
    if (wanted == wanted_) return;
    wanted_ = wanted;
    choose_kernels();
  }

 private:
  /// Where OpenBLAS has a choice, at start too, it is made again. Other libraries have none, or keep theirs.
  void choose_kernels() {
    if (!handle_) return;
    const auto function = [&](const char* name) { return reinterpret_cast<void (*)()>(dlsym(handle_, name)); };
    const auto forget = function("gotoblas_dynamic_quit"), choose = function("gotoblas_dynamic_init");
    if (!forget || !choose) return;
    std::optional<CoreTypeGuard> type;
    if (wanted_)
      type.emplace(core_type(*wanted_));
    else if (cpu::isa_asked_for() && !std::getenv(kCoreType))
      type.emplace(core_type(*cpu::isa_asked_for()));
    forget();
    choose();
  }

  std::mutex mutex_;
  void* handle_ = nullptr;
  std::optional<cpu::Isa> wanted_;
};

Library& library() {
  static Library opened;
  return opened;
}

}  // namespace

void use(std::optional<cpu::Isa> isa) { library().use(isa); }

void* find(const char* name) {
  void* const handle = library().handle();
  check<NotImplementedError>(handle,
                             "linear algebra needs LAPACK, and neither libopenblas.so.0 nor liblapack.so.3 was found; "
                             "run ./ember setup or install libopenblas0-openmp");
  void* address = dlsym(handle, name);
  check<NotImplementedError>(address, "LAPACK lacks ", std::string(name));
  return address;
}

void for_matrices(int64_t batch, double work, FunctionRef<void(int64_t first, int64_t last)> f) {
  prepare_library_call();
  if (are_deterministic_algorithms_enabled()) {
    // Its own threads would split sums.
    parallel_for(0, batch, static_cast<int64_t>(kTaskWork / (work + 1)) + 1, [&](int64_t first, int64_t last) {
      const SerialGuard guard;
      f(first, last);
    });
    return;
  }
  if (batch == 1 || work >= kLargeWork) {
    if (batch > 0) f(0, batch);
    return;
  }
  parallel_for(0, batch, static_cast<int64_t>(kTaskWork / (work + 1)) + 1, f);
}

}  // namespace ember::lapack
