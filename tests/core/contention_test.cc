#include "ember/core/contention.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "ember/core/cpu_quota.h"
#include "ember/core/parallel.h"
#include "tests/support.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

constexpr int64_t kWindow = ContentionJudge::kWindow;

/// The judge's answers at looks one window apart, between which threads waited for those shares of it.
std::vector<bool> judged(const std::vector<double>& shares) {
  ContentionJudge judge;
  int64_t time = kWindow, delay = 12345;
  std::vector<bool> answers;
  judge.judge(time, delay);
  for (const double share : shares)
    answers.push_back(
        judge.judge(time += kWindow, delay += static_cast<int64_t>(share * static_cast<double>(kWindow))));
  return answers;
}

TEST(ContentionJudge, AWindowInWhichThreadsWaitForACoreIsEnough) {
  EXPECT_EQ(judged({0.03, 0.0, 0.5}), (std::vector<bool>{false, false, true}));
}

TEST(ContentionJudge, SomeWaitingOfWhatTheSystemDoesBesidesIsNone) {
  EXPECT_EQ(judged({0.2, 0.2, 0.2}), (std::vector<bool>{false, false, false}));
}

TEST(ContentionJudge, FourQuietWindowsInARowEndIt) {
  EXPECT_EQ(judged({0.5, 0, 0, 0, 0.2, 0, 0, 0, 0, 0}),
            (std::vector<bool>{true, true, true, true, true, true, true, true, false, false}));
}

TEST(ContentionJudge, APauseInTheProgramTellsNothing) {
  ContentionJudge judge;
  judge.judge(kWindow, 0);
  EXPECT_TRUE(judge.judge(2 * kWindow, kWindow));
  EXPECT_TRUE(judge.judge(200 * kWindow, kWindow));
}

/// Threads that compute for nothing, more than there are cores.
class OtherWork {
 public:
  OtherWork() {
    const unsigned count = 2 * std::thread::hardware_concurrency() + 1;
    for (unsigned i = 0; i < count; ++i)
      threads_.emplace_back([this] {
        while (!end_) sum_ = sum_ + 1;
      });
  }
  ~OtherWork() { end_ = true; }

 private:
  std::atomic<bool> end_ = false;
  std::atomic<int64_t> sum_ = 0;
  std::vector<std::jthread> threads_;
};

TEST(Contention, IsNoticedWhileOtherWorkTakesTheCoresAndSumsStayWhatTheyAre) {
  if (run_delay() < 0) GTEST_SKIP() << "this system does not tell how long threads wait for a core";
  const Tensor x = arange(1 << 20, kFloat32);
  const double alone = x.sum().item<double>();
  const int64_t delay = run_delay();
  const OtherWork others;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!is_contended() && std::chrono::steady_clock::now() < deadline) ASSERT_EQ(x.sum().item<double>(), alone);
  EXPECT_GT(run_delay(), delay);
  ASSERT_TRUE(is_contended() || num_threads() == 1);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(x.sum().item<double>(), alone);
}

class Quota : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_.file(path);
    std::filesystem::create_directories(file.parent_path());
    testing::write_file(file.string(), text);
  }
  int cpus() const { return quota_cpus(folder_.path()); }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(Quota, OfAContainerStandsAtTheRootOfTheGroups) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpus(), 2);
}

TEST_F(Quota, OfAGroupAroundCountsToo) {
  write("proc/self/cgroup", "0::/pod/app\n");
  write("sys/fs/cgroup/pod/cpu.max", "300000 100000\n");
  write("sys/fs/cgroup/pod/app/cpu.max", "max 100000\n");
  EXPECT_EQ(cpus(), 3);
}

TEST_F(Quota, OfVersionOneStandsInTwoFiles) {
  write("proc/self/cgroup", "9:name=systemd:/a\n4:cpuacct,cpu:/docker/1234\n3:cpuset:/\n");
  write("sys/fs/cgroup/cpuacct,cpu/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpuacct,cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus(), 1);
}

TEST_F(Quota, IsZeroWithoutALimitOrGroups) {
  EXPECT_EQ(cpus(), 0);
  write("proc/self/cgroup", "0::/\n1:cpu:/\nnonsense\n::\n5:\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus(), 0);
}

}  // namespace
}  // namespace ember
