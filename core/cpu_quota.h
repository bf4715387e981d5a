// The CPU time that a control group grants, as containers set it: Docker's --cpus, a limit of Kubernetes.
#pragma once

#include <string>

namespace ember {

/// The quota of the process's control group, or of a group around it, in CPUs, rounded up; 0 without one. Reads both versions of
/// control groups below `root`/proc and `root`/sys.
int quota_cpus(const std::string& root = "");

}  // namespace ember
