// ember.fft, ember.stft and ember.istft.
#include "ember/ops/fft/fft.h"

#include "ember/ops/fft/stft.h"
#include "ember/ops/pointwise/complex.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using fft::Dims;
using fft::Norm;

template <auto f>
Tensor over_plane(const Tensor& x, Dims s, Dims dim, Norm norm) {
  return f(x, s, dim ? dim : Shape({-2, -1}), norm);
}

template <auto f>
Tensor sampled(int64_t n, double d, std::optional<DType> dtype, PyObject*, std::optional<Device> device,
               bool requires_grad) {
  TensorOptions options;
  options.dtype_ = dtype;
  return f(n, d, options.device(device.value_or(Device())).requires_grad(requires_grad));
}

/// The two dims of a function that ends in 2, by its function over any dims.
template <auto f>
void bind_plane(Ops& ops, const char* name) {
  ops.add_function((std::string(name) + "(input, s=None, dim=(-2, -1), norm=None)").c_str(), over_plane<f>,
                   "The same over two dims, the last ones unless named.");
}

Tensor bound_stft(const Tensor& x, int64_t n_fft, std::optional<int64_t> hop_length, std::optional<int64_t> win_length,
                  const Tensor& window, bool center, std::string_view pad_mode, bool normalized,
                  std::optional<bool> onesided, std::optional<bool> return_complex, std::optional<bool>) {
  const bool is_complex = (x.defined() && x.is_complex()) || (window.defined() && window.is_complex());
  check(is_complex || return_complex, "stft: return_complex must be given for real inputs; True is what you want");
  const Tensor y = stft(x, n_fft, {hop_length, win_length, window, center, pad_mode, normalized, onesided});
  return return_complex.value_or(true) ? y : view_as_real(y);
}

Tensor bound_istft(const Tensor& x, int64_t n_fft, std::optional<int64_t> hop_length, std::optional<int64_t> win_length,
                   const Tensor& window, bool center, bool normalized, std::optional<bool> onesided,
                   std::optional<int64_t> length, bool return_complex) {
  return istft(x, n_fft, {hop_length, win_length, window, center, "reflect", normalized, onesided}, length,
               return_complex);
}

}  // namespace

void bind_fft(Ops& ops, Ops& fft_ops) {
  fft_ops.add_function("fft(input, n=None, dim=-1, norm=None)", fft::fft, "The discrete Fourier transform.");
  fft_ops.add_function("ifft(input, n=None, dim=-1, norm=None)", fft::ifft, "Its inverse.");
  fft_ops.add_function("rfft(input, n=None, dim=-1, norm=None)", fft::rfft, "The first half of a real signal's fft.");
  fft_ops.add_function("irfft(input, n=None, dim=-1, norm=None)", fft::irfft, "The inverse of rfft.");
  fft_ops.add_function("hfft(input, n=None, dim=-1, norm=None)", fft::hfft,
                       "fft of a conjugate-symmetric signal, given by its first half: real.");
  fft_ops.add_function("ihfft(input, n=None, dim=-1, norm=None)", fft::ihfft, "The inverse of hfft.");
  fft_ops.add_function("fftn(input, s=None, dim=None, norm=None)", fft::fftn, "fft over several dims.");
  fft_ops.add_function("ifftn(input, s=None, dim=None, norm=None)", fft::ifftn, "ifft over several dims.");
  fft_ops.add_function("rfftn(input, s=None, dim=None, norm=None)", fft::rfftn, "rfft over several dims.");
  fft_ops.add_function("irfftn(input, s=None, dim=None, norm=None)", fft::irfftn, "irfft over several dims.");
  fft_ops.add_function("hfftn(input, s=None, dim=None, norm=None)", fft::hfftn, "hfft over several dims.");
  fft_ops.add_function("ihfftn(input, s=None, dim=None, norm=None)", fft::ihfftn, "ihfft over several dims.");
  bind_plane<fft::fftn>(fft_ops, "fft2");
  bind_plane<fft::ifftn>(fft_ops, "ifft2");
  bind_plane<fft::rfftn>(fft_ops, "rfft2");
  bind_plane<fft::irfftn>(fft_ops, "irfft2");
  bind_plane<fft::hfftn>(fft_ops, "hfft2");
  bind_plane<fft::ihfftn>(fft_ops, "ihfft2");
  fft_ops.add_function("fftshift(input, dim=None)", fft::fftshift, "The frequency 0 comes to the middle.");
  fft_ops.add_function("ifftshift(input, dim=None)", fft::ifftshift, "The inverse of fftshift.");
  const std::string on = "(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False)";
  fft_ops.add_function(("fftfreq" + on).c_str(), sampled<fft::fftfreq>, "The frequencies of fft's result.");
  fft_ops.add_function(("rfftfreq" + on).c_str(), sampled<fft::rfftfreq>, "The frequencies of rfft's result.");

  ops.add(
      "stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode='reflect', "
      "normalized=False, onesided=None, return_complex=None, align_to_window=None)",
      bound_stft, "The short-time Fourier transform: (..., frequencies, frames).");
  ops.add(
      "istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, "
      "onesided=None, length=None, return_complex=False)",
      bound_istft, "The inverse of stft, by least squares.");
}

}  // namespace ember::python
