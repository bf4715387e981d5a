// The discrete Fourier transform.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

/// out_k = scale sum_j x_j exp(-+ 2 pi i j k / n) along `dim`, with minus when `forward`. Complex to complex; real to the first
/// n / 2 + 1 complex numbers; or such a half, whose other half is its mirror image, to n real numbers. out may be x itself
/// when both are complex.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, int64_t dim, bool forward, double scale)>
    fourier_transform{"fourier_transform", Batching::front()};

}  // namespace ember::kernels
