// Layers that resize images, or turn their windows into columns and back.
#include "ember/nn/resampling.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/layer_arguments.h"

namespace ember::python {

namespace {

using nn::UpsampleOptions;

UpsampleOptions resized(const Shape& size, const py::object& factor, const std::string& mode) {
  Numbers numbers;
  check<TypeError>(convert(factor.ptr(), numbers), "scale_factor must be a number or a tuple of them");
  return UpsampleOptions().size(size).scale_factor(numbers.values).mode(mode);
}

/// One of Upsample's former selves, which are two-dimensional; from Python only.
class UpsamplingNearest2dImpl : public nn::UpsampleImpl {
 public:
  using UpsampleImpl::UpsampleImpl;
};
class UpsamplingBilinear2dImpl : public nn::UpsampleImpl {
 public:
  using UpsampleImpl::UpsampleImpl;
};

template <class M>
void bind_former(py::module_& m, const char* name, const std::string& mode, std::optional<bool> align_corners) {
  Layer<M>(m, name, "Upsample, by a former name.")
      .init(
          [mode, align_corners](const Shape& size, const py::object& factor) {
            return resized(size, factor, mode).align_corners(align_corners);
          },
          py::arg("size") = py::none(), py::arg("scale_factor") = py::none())
      .option("size", &UpsampleOptions::size_)
      .option("scale_factor", &UpsampleOptions::scale_factor_);
}

}  // namespace

void bind_resampling_layers(py::module_& m) {
  using namespace nn;
  Layer<UpsampleImpl>(m, "Upsample", "The input resized to a size or by a factor.")
      .init(
          [](const Shape& size, const py::object& factor, const std::string& mode, std::optional<bool> align_corners,
             std::optional<bool> recompute) {
            return resized(size, factor, mode).align_corners(align_corners).recompute_scale_factor(recompute);
          },
          py::arg("size") = py::none(), py::arg("scale_factor") = py::none(), py::arg("mode") = "nearest",
          py::arg("align_corners") = py::none(), py::arg("recompute_scale_factor") = py::none())
      .option("size", &UpsampleOptions::size_)
      .option("scale_factor", &UpsampleOptions::scale_factor_)
      .option("mode", &UpsampleOptions::mode_)
      .option("align_corners", &UpsampleOptions::align_corners_)
      .option("recompute_scale_factor", &UpsampleOptions::recompute_scale_factor_);
  bind_former<UpsamplingNearest2dImpl>(m, "UpsamplingNearest2d", "nearest", {});
  bind_former<UpsamplingBilinear2dImpl>(m, "UpsamplingBilinear2d", "bilinear", true);
  Layer<UnfoldImpl>(m, "Unfold", "The windows of images as columns.")
      .init(
          [](const Shape& kernel, const Shape& dilation, const Shape& padding, const Shape& stride) {
            return UnfoldOptions(kernel).dilation(dilation).padding(padding).stride(stride);
          },
          py::arg("kernel_size"), py::arg("dilation") = Shape(1), py::arg("padding") = Shape(0),
          py::arg("stride") = Shape(1))
      .option("kernel_size", &UnfoldOptions::kernel_size_)
      .option("dilation", &UnfoldOptions::dilation_)
      .option("padding", &UnfoldOptions::padding_)
      .option("stride", &UnfoldOptions::stride_);
  Layer<FoldImpl>(m, "Fold", "Columns added up into images.")
      .init(
          [](const Shape& size, const Shape& kernel, const Shape& dilation, const Shape& padding, const Shape& stride) {
            return FoldOptions(size, kernel).dilation(dilation).padding(padding).stride(stride);
          },
          py::arg("output_size"), py::arg("kernel_size"), py::arg("dilation") = Shape(1), py::arg("padding") = Shape(0),
          py::arg("stride") = Shape(1))
      .option("output_size", &FoldOptions::output_size_)
      .option("kernel_size", &FoldOptions::kernel_size_)
      .option("dilation", &FoldOptions::dilation_)
      .option("padding", &FoldOptions::padding_)
      .option("stride", &FoldOptions::stride_);
}

}  // namespace ember::python
