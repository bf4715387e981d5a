#include "core/cpu/lapack.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>

#include "ember/core/determinism.h"
#include "ember/core/spare_memory.h"

namespace ember::lapack {

namespace {

/// Multiplications from which on a routine's own threads pay, where one matrix for each thread would leave threads idle. Zen 4, two threads,
/// n = 256 and 400: 1.1 times as fast for three matrices, but 0.85 times for two and eight.
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

/// What OpenBLAS maps for each thread that computes, and its code.
constexpr size_t kBufferBytes = size_t{128} << 20, kLibraryBytes = size_t{64} << 20;
/// What it takes within a call, for each thread; refused them, it ends the process.
constexpr size_t kCallBytes = size_t{1} << 20;
constexpr const char* kOpenBlas = "/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0";

/// Whether threads that take a matrix each would have nothing to do for more than a fifth of the time.
bool leaves_threads_idle(int64_t batch) {
  const int64_t threads = num_threads(), rounds = (batch + threads - 1) / threads;
  return 5 * batch < 4 * rounds * threads;
}

size_t pool_size() { return static_cast<size_t>(num_threads()); }

/// OpenBLAS on OpenMP, whose threads are Ember's; else what the system has for these names.
void* open_library() {
  // As it is loaded, it makes a buffer for each thread.
  require_memory(kLibraryBytes + (pool_size() + 1) * kBufferBytes, "loading LAPACK (OpenBLAS)");
  std::string reason;
  for (const char* name : {kOpenBlas, "libopenblas.so.0", "liblapack.so.3"}) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    if (const char* text = dlerror(); text && reason.empty()) reason = text;
    const bool is_missing = reason.find("No such file") != std::string::npos;
    // Present, but not to be loaded now: another one must not stand in for it for ever.
    check<OutOfMemoryError>(is_missing || reason.empty(), "LAPACK could not be loaded: ", reason);
    reason.clear();
  }
  fail<NotImplementedError>(
      "linear algebra needs LAPACK, and neither libopenblas.so.0 nor liblapack.so.3 was found; "
      "run ./ember setup or install libopenblas0-openmp");
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

/// OpenBLAS takes buffers out of those that it has mapped, maps more when all are in use, and when that is refused asks for ever. So
/// there are enough before a routine is called: one for each thread that calls, and those of the pool.
class Buffers {
 public:
  static Buffers& instance() {
    static Buffers buffers;
    return buffers;
  }

  void enter(size_t callers) {
    const std::lock_guard lock(mutex_);
    if (allocate_ && free_) provide(callers);
    callers_ += callers;
  }
  void leave(size_t callers) {
    const std::lock_guard lock(mutex_);
    callers_ -= callers;
  }

 private:
  Buffers()
      : allocate_(reinterpret_cast<void* (*)(int)>(dlsym(library().handle(), "blas_memory_alloc"))),
        free_(reinterpret_cast<void (*)(void*)>(dlsym(library().handle(), "blas_memory_free"))) {}

  void provide(size_t callers) {
    const size_t needed = callers_ + callers + pool_size();
    if (needed <= made_) return;
    // Those that are in use now may have to be matched by new ones.
    require_memory((needed + callers_ - made_) * kBufferBytes, "LAPACK (OpenBLAS)");
    std::array<void*, kMostAtOnce> held{};
    const size_t count = std::min(needed, kMostAtOnce);
    for (size_t i = 0; i < count; ++i) held[i] = allocate_(0);
    for (size_t i = 0; i < count; ++i) free_(held[i]);
    made_ = needed;
  }

  static constexpr size_t kMostAtOnce = 128;

  void* (*allocate_)(int);
  void (*free_)(void*);
  std::mutex mutex_;
  size_t callers_ = 0, made_ = 0;
};

/// Threads that are within routines.
class CallersGuard {
 public:
  explicit CallersGuard(size_t callers) : callers_(callers) { Buffers::instance().enter(callers); }
  ~CallersGuard() { Buffers::instance().leave(callers_); }
  CallersGuard(const CallersGuard&) = delete;
  CallersGuard& operator=(const CallersGuard&) = delete;

 private:
  size_t callers_;
};

}  // namespace

void use(std::optional<cpu::Isa> isa) { library().use(isa); }

void* find(const char* name) {
  void* address = dlsym(library().handle(), name);
  check<NotImplementedError>(address, "LAPACK lacks ", std::string(name));
  return address;
}

void fail_workspace(size_t bytes) {
  fail<OutOfMemoryError>("LAPACK's work space of ", bytes, " bytes was refused by the system");
}

void for_matrices(int64_t batch, double work, FunctionRef<void(int64_t first, int64_t last)> f) {
  if (batch == 0) return;
  prepare_library_call();
  require_memory(kCallBytes * pool_size(), "LAPACK (OpenBLAS)");
  // Its own threads would split sums.
  const bool is_serial = are_deterministic_algorithms_enabled();
  const bool is_whole = !is_serial && (batch == 1 || (work >= kLargeWork && leaves_threads_idle(batch)));
  const CallersGuard callers(is_whole ? 1 : pool_size());
  if (is_whole) return f(0, batch);
  parallel_for(0, batch, static_cast<int64_t>(kTaskWork / (work + 1)) + 1, [&](int64_t first, int64_t last) {
    std::optional<SerialGuard> alone;
    if (is_serial) alone.emplace();
    f(first, last);
  });
}

}  // namespace ember::lapack
