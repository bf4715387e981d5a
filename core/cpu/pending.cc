// Stand-ins for kernel families that are on their way; the real ones replace these at link time.
#include "core/cpu/cpu_kernels.h"

namespace ember::dnnl {
[[gnu::weak]] void register_convolution(Backend&) {}
}  // namespace ember::dnnl
