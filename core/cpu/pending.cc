// Stand-ins for kernel families that are on their way; the real ones replace these at link time.
#include "core/cpu/cpu_kernels.h"

namespace ember {
namespace sse2 {
[[gnu::weak]] void register_pooling(Backend&) {}
}  // namespace sse2
namespace avx2 {
[[gnu::weak]] void register_pooling(Backend&) {}
}  // namespace avx2
namespace avx512 {
[[gnu::weak]] void register_pooling(Backend&) {}
}  // namespace avx512
namespace dnnl {
[[gnu::weak]] void register_matmul(Backend&) {}
[[gnu::weak]] void register_convolution(Backend&) {}
}  // namespace dnnl
}  // namespace ember
