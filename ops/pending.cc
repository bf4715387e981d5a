// Stand-ins for ops that are on their way; the real ones replace these at link time.
#include "ops/convolution.h"
#include "ops/pooling.h"

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
[[gnu::weak]] Tensor max_pool2d(const Tensor&, const Shape&, const Shape&, const Shape&, const Shape&, bool) {
  pending("max_pool2d");
}
[[gnu::weak]] std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor&, const Shape&, const Shape&, const Shape&,
                                                                const Shape&, bool) {
  pending("max_pool2d");
}
[[gnu::weak]] Tensor avg_pool2d(const Tensor&, const Shape&, const Shape&, const Shape&, bool, bool,
                                std::optional<int64_t>) {
  pending("avg_pool2d");
}
[[gnu::weak]] Tensor adaptive_avg_pool2d(const Tensor&, const Shape&) { pending("adaptive_avg_pool2d"); }
}  // namespace ember
