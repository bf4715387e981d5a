// The discrete Fourier transform and its kin, as torch.fft has them. `n` and `s` are the signal's sizes along the transformed dims: the
// input is cut or padded with zeros to them. `norm` is "backward" (the default: 1/n on inverse transforms), "ortho"
// (1/sqrt(n) on both) or "forward" (1/n on forward ones). Integers become the default floating-point dtype; 16-bit floats
// are refused.
#pragma once

#include <optional>
#include <string_view>

#include "ember/ops/tensor.h"

namespace ember::fft {

using Length = std::optional<int64_t>;
using Norm = std::optional<std::string_view>;
/// Dims or sizes; all dims, or the input's sizes, when there are none.
using Dims = std::optional<Shape>;

/// sum_j x_j exp(-2 pi i j k / n).
Tensor fft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});
/// Its inverse.
Tensor ifft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});
/// The first n / 2 + 1 numbers of fft of a real x; the others are their mirror image.
Tensor rfft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});
/// The inverse of rfft: n real numbers, 2 (size - 1) unless given.
Tensor irfft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});
/// fft of a conjugate-symmetric signal, of which x is the first half: real.
Tensor hfft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});
/// The inverse of hfft.
Tensor ihfft(const Tensor& x, Length n = {}, int64_t dim = -1, Norm norm = {});

// The same over several dims; the last of them is the one that is halved.
Tensor fftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});
Tensor ifftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});
Tensor rfftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});
Tensor irfftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});
Tensor hfftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});
Tensor ihfftn(const Tensor& x, Dims s = {}, Dims dim = {}, Norm norm = {});

/// Rolled so that the frequency 0 comes to the middle of each dim, and back.
Tensor fftshift(const Tensor& x, Dims dim = {});
Tensor ifftshift(const Tensor& x, Dims dim = {});

/// The frequencies of fft's (rfft's) results for n samples, d apart.
Tensor fftfreq(int64_t n, double d = 1, const TensorOptions& options = {});
Tensor rfftfreq(int64_t n, double d = 1, const TensorOptions& options = {});

}  // namespace ember::fft
