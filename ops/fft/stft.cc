// The short-time Fourier transform and its inverse: frames are gathered from the signal, or added to it, by their positions.
#include "ember/ops/fft/stft.h"

#include <algorithm>
#include <cmath>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/fft/fft.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The options with their defaults resolved and checked.
struct Frames {
  int64_t n_fft, hop;
  Tensor window;  ///< [n_fft]; undefined for all ones

  Frames(const char* op, const Tensor& x, int64_t n_fft, const StftOptions& options) : n_fft(n_fft) {
    check(n_fft > 0, op, ": n_fft is ", n_fft, " but must be positive");
    hop = options.hop_length.value_or(n_fft / 4);
    const int64_t length = options.win_length.value_or(n_fft);
    check(hop > 0, op, ": hop_length is ", hop, " but must be positive");
    check(length > 0 && length <= n_fft, op, ": win_length is ", length, " but must be from 1 to n_fft, ", n_fft);
    window = options.window;
    check(!window.defined() || window.sizes() == Shape(length), op, ": window is ", describe(window),
          " but must have shape [", length, "]");
    if (length == n_fft) return;
    if (!window.defined()) window = ones(length, TensorOptions(real_dtype(x.dtype())).device(x.device()));
    const int64_t left = (n_fft - length) / 2;
    window = cat({zeros(left, window.options()), window, zeros(n_fft - length - left, window.options())});
  }

  /// Where the elements of each frame lie in the signal: int64 [frames n_fft].
  Tensor positions(int64_t frames, Device device) const {
    const TensorOptions options = TensorOptions(kInt64).device(device);
    return reshape(add(unsqueeze(mul(arange(frames, options), hop), 1), arange(n_fft, options)), -1);
  }
};

/// The signal [B, L] with `pad` more elements at each end.
Tensor padded(const Tensor& x, int64_t pad, std::string_view mode) {
  const int64_t size = x.size(1);
  check<ValueError>(mode == "reflect" || mode == "constant" || mode == "replicate" || mode == "circular",
                    "stft: pad_mode is \"", std::string(mode),
                    "\" but must be \"reflect\", \"constant\", \"replicate\" or \"circular\"");
  if (mode == "constant") {
    const Tensor edge = zeros({x.size(0), pad}, x.options());
    return cat({edge, x, edge}, 1);
  }
  check(mode == "replicate" ? size > 0 : pad <= size - (mode == "reflect"), "stft: the signal has length ", size,
        ", which is too short for ", std::string(mode), " padding by ", pad, " elements");
  const Tensor index = empty_tensor(size + 2 * pad, kInt64);
  for (int64_t i = 0; i < size + 2 * pad; ++i) {
    int64_t at = i - pad;
    if (mode == "replicate") at = std::clamp<int64_t>(at, 0, size - 1);
    if (mode == "circular") at = (at + size) % size;
    if (mode == "reflect") at = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
    index.data_ptr<int64_t>()[i] = at;
  }
  return index_select(x, 1, to(index, x.device()));
}

constexpr std::string_view norm_of(const StftOptions& options) { return options.normalized ? "ortho" : "backward"; }

}  // namespace

Tensor stft(const Tensor& x, int64_t n_fft, const StftOptions& options) {
  kernel::check_defined("stft", "input", x);
  check<TypeError>(x.is_differentiable(), "stft: input is ", describe(x), " but must be floating-point or complex");
  check(x.dim() == 1 || x.dim() == 2, "stft: input has shape ", x.sizes(), " but must have 1 or 2 dimensions");
  const Frames frames("stft", x, n_fft, options);
  Tensor signal = x.dim() == 1 ? unsqueeze(x, 0) : x;
  if (options.center) signal = padded(signal, n_fft / 2, options.pad_mode);
  check(n_fft <= signal.size(1), "stft: n_fft is ", n_fft, " but must be at most the signal's length, ",
        signal.size(1));
  const int64_t count = 1 + (signal.size(1) - n_fft) / frames.hop, batch = signal.size(0);
  Tensor pieces = reshape(index_select(signal, 1, frames.positions(count, x.device())), {batch, count, n_fft});
  if (frames.window.defined()) pieces = pieces * frames.window;
  const bool onesided = options.onesided.value_or(!pieces.is_complex());
  check(!onesided || !pieces.is_complex(), "stft: onesided spectra are those of real signals and windows, not complex");
  const Tensor y = transpose(
      onesided ? fft::rfft(pieces, {}, -1, norm_of(options)) : fft::fft(pieces, {}, -1, norm_of(options)), 1, 2);
  return x.dim() == 1 ? squeeze(y, 0) : y;
}
Tensor Tensor::stft(int64_t n_fft) const { return ember::stft(*this, n_fft); }
Tensor Tensor::stft(int64_t n_fft, const StftOptions& options) const { return ember::stft(*this, n_fft, options); }

Tensor istft(const Tensor& x, int64_t n_fft, const StftOptions& options, std::optional<int64_t> length,
             bool return_complex) {
  kernel::check_defined("istft", "input", x);
  check<TypeError>(x.is_complex(), "istft: input is ", describe(x), " but must be complex");
  check(x.dim() == 2 || x.dim() == 3, "istft: input has shape ", x.sizes(), " but must have 2 or 3 dimensions");
  check(x.numel() > 0, "istft: input, ", describe(x), ", is empty");
  const Frames frames("istft", x, n_fft, options);
  const Tensor spectra = transpose(x.dim() == 2 ? unsqueeze(x, 0) : x, 1, 2);
  const int64_t batch = spectra.size(0), count = spectra.size(1);
  const bool onesided = options.onesided.value_or(spectra.size(2) != n_fft);
  const int64_t bins = onesided ? n_fft / 2 + 1 : n_fft;
  check(spectra.size(2) == bins, "istft: input has ", spectra.size(2), " frequencies but must have ", bins,
        onesided ? ", n_fft / 2 + 1" : ", n_fft");
  check(!return_complex || !onesided, "istft: onesided spectra are those of real signals; pass onesided=False");
  const DType real = real_dtype(x.dtype());
  const Tensor window = frames.window.defined() ? frames.window : ones(n_fft, TensorOptions(real).device(x.device()));

  // A real signal's spectrum is read from its first half, whatever the other one holds.
  Tensor pieces =
      return_complex ? fft::ifft(spectra, {}, -1, norm_of(options)) : fft::irfft(spectra, n_fft, -1, norm_of(options));
  pieces = pieces * window;
  const int64_t full_length = n_fft + frames.hop * (count - 1);
  const Tensor positions = frames.positions(count, x.device());
  const auto overlap = [&](const Tensor& parts) {
    return index_add(zeros({parts.size(0), full_length}, parts.options()), 1, positions,
                     reshape(parts, {parts.size(0), -1}));
  };
  Tensor y = overlap(pieces);
  Tensor weight = overlap(expand(square(window), {1, count, n_fft}));
  const int64_t start = options.center ? n_fft / 2 : 0;
  const int64_t end = length ? start + *length : full_length - (options.center ? n_fft / 2 : 0);
  const int64_t last = std::min(end, full_length);
  check(start < last, "istft: no sample is left of ", full_length, " between ", start, " and ", end);
  y = narrow(y, 1, start, last - start);
  weight = narrow(weight, 1, start, last - start);
  const double least = min(abs(with_samples_in_front(weight))).item<double>();
  check(least > 1e-11, "istft: the windows do not overlap everywhere: their squares add up to ", least);
  y = y / weight;
  if (end > last) y = cat({y, zeros({batch, end - last}, y.options())}, 1);
  return x.dim() == 2 ? squeeze(y, 0) : y;
}
Tensor Tensor::istft(int64_t n_fft) const { return ember::istft(*this, n_fft); }
Tensor Tensor::istft(int64_t n_fft, const StftOptions& options, std::optional<int64_t> length,
                     bool return_complex) const {
  return ember::istft(*this, n_fft, options, length, return_complex);
}

}  // namespace ember
