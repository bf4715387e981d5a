// Kernels that read images at other places than their pixels, or in other arrangements: resizing, sampling by a grid, and windows as
// columns.
#pragma once

#include <vector>

#include "ember/core/kernel.h"
#include "ember/core/window.h"

namespace ember {

/// A linear map along one dim with up to `width` entries a row: out[i] = sum over k < used[i] of weight[k][i] x[index[k][i]]. What is
/// behind the used entries means nothing, though an index there is valid; a used weight may be 0.
struct ResamplingMap {
  int64_t inputs = 0, outputs = 0, width = 0;
  std::vector<int32_t> index;  ///< [width, outputs]
  std::vector<double> weight;  ///< [width, outputs]
  std::vector<int32_t> used;   ///< [outputs]
};

/// How sampling by a grid reads: values between pixels, and values beyond the border.
enum class Interpolation { Linear, Nearest, Cubic };
enum class GridPadding { Zeros, Border, Reflection };
struct GridSampling {
  Interpolation interpolation;
  GridPadding padding;
  bool align_corners;
};

}  // namespace ember

namespace ember::kernels {

/// x [planes, h, w] to out [planes, rows.outputs, columns.outputs].
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, const ResamplingMap& rows,
                             const ResamplingMap& columns)>
    resample{"resample", Batching::fold()};

/// x [N, C, (D,) H, W] at the places `grid` [N, (d,) h, w, 2 or 3] in coordinates from -1 to 1, the last dim's first.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, const TensorBase& grid,
                             const GridSampling& sampling)>
    grid_sample{"grid_sample", Batching::fold()};
/// Gradients that are not wanted are undefined.
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad_grid, const TensorBase& grad,
                             const TensorBase& x, const TensorBase& grid, const GridSampling& sampling)>
    grid_sample_backward{"grid_sample_backward", Batching::fold(2).changing()};

/// Windows of x [N, C, H, W] as columns: out [N, C kH kW, windows]. Any dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, const Window& window)> unfold{
    "unfold", Batching::fold()};
/// The transpose: each element of out [N, C, H, W] is the sum of its places in the columns.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& columns, const Window& window)> fold{
    "fold", Batching::fold()};

}  // namespace ember::kernels
