#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace ember {
namespace {

/// How much memory the process's addresses span.
rlim_t address_space() {
  long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  const bool is_read = file && std::fscanf(file, "%ld", &pages) == 1;
  if (file) std::fclose(file);
  return is_read ? static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : 0;
}

[[gnu::noinline]] int use_stack(size_t bytes) {
  auto* block = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (size_t i = bytes; i >= 1024; i -= 1024) block[i - 1] = 1;
  return block[1023];
}

TEST(TheMainThreadsStack, IsThereForCallsNearALimitOfMemory) {
  const pid_t child = fork();
  if (child == 0) {
    const rlim_t used = address_space();
    const rlimit limit{used, used};
    if (used == 0 || setrlimit(RLIMIT_AS, &limit) != 0) _exit(2);
    _exit(use_stack(size_t{384} << 10) == 1 ? 0 : 3);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace ember
