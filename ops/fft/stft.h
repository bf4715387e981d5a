// The short-time Fourier transform and its inverse.
#pragma once

#include <optional>
#include <string_view>

#include "ember/ops/tensor.h"

namespace ember {

/// What stft and istft share.
struct StftOptions {
  std::optional<int64_t> hop_length = {};  ///< between frames; n_fft / 4
  std::optional<int64_t> win_length = {};  ///< n_fft
  Tensor window = {};                      ///< [win_length], centred in the frame; ones when undefined
  bool center = true;                      ///< frames are centred at their times, so the signal is padded by n_fft / 2
  std::string_view pad_mode = "reflect";
  bool normalized = false;            ///< transforms scaled by 1/sqrt(n_fft)
  std::optional<bool> onesided = {};  ///< only the first half of a real signal's spectrum; true for real signals
};

/// The short-time Fourier transform of [L] or [B, L]: complex [(B,) frequencies, frames].
Tensor stft(const Tensor& x, int64_t n_fft, const StftOptions& options = {});
/// Its inverse by least squares: [(B,) L], cut or padded to `length`; complex when `return_complex`.
Tensor istft(const Tensor& x, int64_t n_fft, const StftOptions& options = {}, std::optional<int64_t> length = {},
             bool return_complex = false);

}  // namespace ember
