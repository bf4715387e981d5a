// Window functions of signal processing, computed in double whatever the dtype. A symmetric window (`sym`) serves filter design; a
// periodic one, which leaves out the last point of the symmetric window that is one longer, spectral analysis.
#pragma once

#include <optional>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

namespace windows {

/// 1 - |2 i / n - 1|.
Tensor bartlett(int64_t length, bool sym = true, const TensorOptions& options = {});
Tensor blackman(int64_t length, bool sym = true, const TensorOptions& options = {});
/// sin(pi (i + 1/2) / n).
Tensor cosine(int64_t length, bool sym = true, const TensorOptions& options = {});
/// exp(-|i - center| / tau); the middle unless `center` is given, which only a periodic window may have.
Tensor exponential(int64_t length, std::optional<double> center = {}, double tau = 1, bool sym = true,
                   const TensorOptions& options = {});
/// exp(-(i - center)^2 / (2 std^2)).
Tensor gaussian(int64_t length, double std = 1, bool sym = true, const TensorOptions& options = {});
/// sum_j (-1)^j a_j cos(2 pi i j / n).
Tensor general_cosine(int64_t length, const std::vector<double>& a, bool sym = true, const TensorOptions& options = {});
/// alpha - (1 - alpha) cos(2 pi i / n).
Tensor general_hamming(int64_t length, double alpha = 0.54, bool sym = true, const TensorOptions& options = {});
Tensor hamming(int64_t length, bool sym = true, const TensorOptions& options = {});
Tensor hann(int64_t length, bool sym = true, const TensorOptions& options = {});
/// I0(beta sqrt(1 - (2 i / n - 1)^2)) / I0(beta), of the modified Bessel function.
Tensor kaiser(int64_t length, double beta = 12, bool sym = true, const TensorOptions& options = {});
Tensor nuttall(int64_t length, bool sym = true, const TensorOptions& options = {});

/// alpha - beta cos(2 pi i / n): the older hamming_window, whose two factors are free.
Tensor two_term_cosine(int64_t length, double alpha, double beta, bool sym, const TensorOptions& options);

}  // namespace windows

}  // namespace ember
