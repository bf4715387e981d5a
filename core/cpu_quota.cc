#include "ember/core/cpu_quota.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string_view>

namespace ember {

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

/// CPUs that the group in `folder` may use: "quota period" in version 2's cpu.max, a file for each in version 1.
double group_quota(const std::string& folder) {
  double quota = 0, period = 0;
  std::ifstream both(folder + "/cpu.max");
  if (both) {
    both >> quota >> period;
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : kNone;  // "max" and -1 are no quota
}

/// The least quota of the group at `path` below `mount` and of the groups around it. In a container the path may be the host's, of
/// which only the mount itself is seen.
double least_quota(const std::string& mount, std::string path) {
  double least = group_quota(mount);
  for (; path.size() > 1; path.resize(path.rfind('/'))) least = std::min(least, group_quota(mount + path));
  return least;
}

bool names_cpu(std::string_view controllers) {
  return ("," + std::string(controllers) + ",").find(",cpu,") != std::string::npos;
}

}  // namespace

int quota_cpus(const std::string& root) {
  double least = kNone;
  std::ifstream groups(root + "/proc/self/cgroup");
  const std::string folder = root + "/sys/fs/cgroup";
  // "number:controllers:path"; version 2 has no controllers there.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos || second + 1 >= line.size() || line[second + 1] != '/') continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty())
      least = std::min({least, least_quota(folder, path), least_quota(folder + "/unified", path)});
    else if (names_cpu(controllers))
      least = std::min(least, least_quota(folder + "/" + controllers, path));
  }
  return least == kNone ? 0 : static_cast<int>(std::ceil(std::min(least, 1e6)));
}

}  // namespace ember
