// Stand-ins for ops that are on their way; the real ones replace these at link time.
#include "ops/convolution.h"

namespace ember {
namespace {
[[noreturn]] void pending(const char* op) { fail<NotImplementedError>(op, ": not built yet"); }
}  // namespace
[[gnu::weak]] Tensor conv1d(const Tensor&, const Tensor&, const Tensor&, const Shape&, const Shape&, const Shape&, int64_t) {
  pending("conv1d");
}
[[gnu::weak]] Tensor conv2d(const Tensor&, const Tensor&, const Tensor&, const Shape&, const Shape&, const Shape&, int64_t) {
  pending("conv2d");
}
[[gnu::weak]] Tensor conv3d(const Tensor&, const Tensor&, const Tensor&, const Shape&, const Shape&, const Shape&, int64_t) {
  pending("conv3d");
}
namespace convolution {
[[gnu::weak]] Tensor conv_named_padding(int64_t, const Tensor&, const Tensor&, const Tensor&, const Shape&,
                                        std::string_view, const Shape&, int64_t) {
  pending("conv");
}
}  // namespace convolution
}  // namespace ember
