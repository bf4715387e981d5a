#include "tests/op_table/complex_numbers.h"

namespace op_table {
namespace {

using namespace ember;

/// A transform of complex numbers; `call` is how PyTorch writes it, of x.
Row of_complex(const std::string& name, Tensor (*op)(const Tensor&), const std::string& call,
               std::vector<Sample> samples) {
  return {.name = name,
          .op = [op](const Tensors& in) { return shown(op(number(in[0]))); },
          .samples = std::move(samples),
          .pytorch = torch_shown("(lambda x: " + call + ")(" + torch_number("a") + ")"),
          .bad =
              [op] {
                op(ones({3, 4}, kFloat16));
              },
          .message = "input is float16 [3, 4] but must be float32, float64, complex, or integers",
          .supports_half = false,
          .tolerance = 8};
}

/// A transform of real numbers.
Row of_reals(const std::string& name, Tensor (*op)(const Tensor&), const std::string& call,
             std::vector<Sample> samples) {
  return {.name = name,
          .op = [op](const Tensors& in) { return shown(op(in[0])); },
          .samples = std::move(samples),
          .pytorch = torch_shown("(lambda x: " + call + ")(a)"),
          .bad =
              [op] {
                op(ones({3, 4}, kComplex64));
              },
          .message = "input is complex64 [3, 4] but must be real",
          .supports_half = false,
          .tolerance = 8};
}

Row changed(Row row, Sample large, std::function<void()> bad, const std::string& message) {
  row.large = std::move(large);
  row.bad = std::move(bad);
  row.message = message;
  return row;
}

/// A window of the signal's length, times the signal.
Row window(const std::string& name, Tensor (*make)(const TensorOptions&), const std::string& call,
           std::function<void()> bad, const std::string& message) {
  return {.name = name,
          .op = [make](const Tensors& in) { return in[0] * make(in[0].options()); },
          .samples = {{real({7})}},
          .pytorch = "a * " + call,
          .bad = std::move(bad),
          .message = message,
          .tolerance = 2};
}

using Options = const TensorOptions&;

[[maybe_unused]] const bool added = add_rows({
    changed(
        of_complex("fft", [](const Tensor& x) { return fft::fft(x); }, "torch.fft.fft(x)",
                   {{real({2, 12, 2})}, {real({1, 2})}, {real({3, 7, 2})}, {real({37, 2})}, {real({9, 16, 2})}}),
        {real({70, 480, 2})}, [] { fft::fft(ones(3), 0); }, "fft: the signal has 0 data points"),
    of_complex("fft_cut", [](const Tensor& x) { return fft::fft(x, 4, 0, "ortho"); }, "torch.fft.fft(x, 4, 0, 'ortho')",
               {{real({6, 2, 2})}}),
    changed(
        of_complex("fft_padded", [](const Tensor& x) { return fft::fft(x, 10, 0, "forward"); },
                   "torch.fft.fft(x, 10, 0, 'forward')", {{real({6, 2, 2})}}),
        {}, [] { fft::fft(ones(3), {}, -1, "best"); }, "fft: norm is \"best\" but must be"),
    of_complex("ifft", [](const Tensor& x) { return fft::ifft(x, {}, -1); }, "torch.fft.ifft(x)",
               {{real({2, 6, 2})}, {real({41, 2})}}),
    of_reals("rfft", [](const Tensor& x) { return fft::rfft(x); }, "torch.fft.rfft(x)",
             {{real({3, 6})}, {real({5})}, {real({1})}, {real({9, 8})}}),
    of_complex("irfft", [](const Tensor& x) { return fft::irfft(x); }, "torch.fft.irfft(x)",
               {{real({3, 4, 2})}, {real({2, 2})}}),
    of_complex("irfft_odd", [](const Tensor& x) { return fft::irfft(x, 7); }, "torch.fft.irfft(x, 7)",
               {{real({3, 4, 2})}, {real({2, 3, 2})}}),
    of_complex("hfft", [](const Tensor& x) { return fft::hfft(x); }, "torch.fft.hfft(x)", {{real({3, 4, 2})}}),
    of_reals("ihfft", [](const Tensor& x) { return fft::ihfft(x); }, "torch.fft.ihfft(x)", {{real({3, 6})}}),

    changed(
        of_complex("fftn", [](const Tensor& x) { return fft::fftn(x); }, "torch.fft.fftn(x)",
                   {{real({3, 4, 2})}, {real({2, 2, 3, 2})}}),
        {real({40, 30, 20, 2})},
        [] {
          fft::fftn(ones({2, 3}), {}, Shape({0, 0}));
        },
        "fftn: dimension 0 is named twice in dim"),
    of_complex("ifftn", [](const Tensor& x) { return fft::ifftn(x, Shape({5}), Shape({0})); },
               "torch.fft.ifftn(x, (5,), (0,))", {{real({3, 4, 2})}}),
    of_reals("rfftn", [](const Tensor& x) { return fft::rfftn(x); }, "torch.fft.rfftn(x)", {{real({3, 4})}}),
    of_complex("irfftn", [](const Tensor& x) { return fft::irfftn(x); }, "torch.fft.irfftn(x)", {{real({3, 4, 2})}}),
    of_complex("hfftn", [](const Tensor& x) { return fft::hfftn(x); }, "torch.fft.hfftn(x)", {{real({3, 4, 2})}}),
    of_reals("ihfftn", [](const Tensor& x) { return fft::ihfftn(x); }, "torch.fft.ihfftn(x)", {{real({3, 4})}}),
    changed(
        of_reals("fftshift", [](const Tensor& x) { return fft::fftshift(x); }, "torch.fft.fftshift(x)",
                 {{real({3, 4})}}),
        {}, [] { fft::fftshift(ones(3), Shape({1})); }, "fftshift"),
    changed(
        of_reals("ifftshift", [](const Tensor& x) { return fft::ifftshift(x, Shape({0})); },
                 "torch.fft.ifftshift(x, 0)", {{real({3, 4})}}),
        {}, [] { fft::ifftshift(ones(3), Shape({1})); }, "ifftshift"),
    window(
        "fftfreq", [](Options o) { return fft::fftfreq(7, 0.5, o); }, "torch.fft.fftfreq(7, 0.5, dtype=torch.float64)",
        [] { fft::fftfreq(0); }, "fftfreq: n is 0"),
    window(
        "rfftfreq", [](Options o) { return fft::rfftfreq(13, 0.5, o); },
        "torch.fft.rfftfreq(13, 0.5, dtype=torch.float64)", [] { fft::rfftfreq(0); }, "rfftfreq: n is 0"),

    {.name = "stft",
     .op =
         [](const Tensors& in) {
           return shown(stft(in[0], 6, {.hop_length = 2, .win_length = 5, .window = in[1], .normalized = true}));
         },
     .samples = {{real({2, 11}), positive({5})}, {real({9}), positive({5})}},
     .pytorch = "torch.view_as_real(torch.stft(a, 6, 2, 5, b, normalized=True, return_complex=True))",
     .bad = [] { stft(ones(9), 0); },
     .message = "stft: n_fft is 0 but must be positive",
     .supports_half = false,
     .tolerance = 16},
    {.name = "istft",
     .op =
         [](const Tensors& in) {
           return istft(number(in[0]), 6, {.hop_length = 2, .win_length = 5, .window = in[1]}, 7);
         },
     .samples = {{real({2, 4, 5, 2}), positive({5})}, {real({4, 5, 2}), positive({5})}},
     .pytorch = "torch.istft(" + torch_number("a") + ", 6, 2, 5, b, length=7)",
     .bad =
         [] {
           istft(ones({4, 5}), 6);
         },
     .message = "istft: input is float32 [4, 5] but must be complex",
     .supports_half = false,
     .tolerance = 64},

    window(
        "bartlett", [](Options o) { return windows::bartlett(7, true, o); },
        "torch.signal.windows.bartlett(7, dtype=torch.float64)", [] { windows::bartlett(-1); },
        "bartlett: the window length is -1"),
    window(
        "blackman", [](Options o) { return windows::blackman(7, false, o); },
        "torch.signal.windows.blackman(7, sym=False, dtype=torch.float64)", [] { windows::blackman(-1); }, "blackman"),
    window(
        "cosine", [](Options o) { return windows::cosine(7, false, o); },
        "torch.signal.windows.cosine(7, sym=False, dtype=torch.float64)", [] { windows::cosine(-1); }, "cosine"),
    window(
        "exponential", [](Options o) { return windows::exponential(7, 2, 3, false, o); },
        "torch.signal.windows.exponential(7, center=2, tau=3, sym=False, dtype=torch.float64)",
        [] { windows::exponential(7, {}, -1); }, "exponential: tau is -1"),
    window(
        "gaussian", [](Options o) { return windows::gaussian(7, 1.5, true, o); },
        "torch.signal.windows.gaussian(7, std=1.5, dtype=torch.float64)", [] { windows::gaussian(7, 0); },
        "gaussian: std is 0"),
    window(
        "general_cosine",
        [](Options o) {
          return windows::general_cosine(7, {0.5, 0.3, 0.2}, true, o);
        },
        "torch.signal.windows.general_cosine(7, a=[0.5, 0.3, 0.2], dtype=torch.float64)",
        [] { windows::general_cosine(7, {}); }, "general_cosine: a is empty"),
    window(
        "general_hamming", [](Options o) { return windows::general_hamming(7, 0.7, true, o); },
        "torch.signal.windows.general_hamming(7, alpha=0.7, dtype=torch.float64)",
        [] { windows::general_hamming(7, 0.5, true, kInt64); }, "general_hamming: dtype is int64"),
    window(
        "hamming", [](Options o) { return windows::hamming(7, true, o); },
        "torch.signal.windows.hamming(7, dtype=torch.float64)", [] { windows::hamming(-1); }, "hamming"),
    window(
        "hann", [](Options o) { return windows::hann(7, false, o); },
        "torch.signal.windows.hann(7, sym=False, dtype=torch.float64)", [] { windows::hann(-1); }, "hann"),
    window(
        "kaiser", [](Options o) { return windows::kaiser(7, 5, true, o); },
        "torch.signal.windows.kaiser(7, beta=5, dtype=torch.float64)", [] { windows::kaiser(7, -1); },
        "kaiser: beta is -1"),
    window(
        "nuttall", [](Options o) { return windows::nuttall(7, true, o); },
        "torch.signal.windows.nuttall(7, dtype=torch.float64)", [] { windows::nuttall(-1); }, "nuttall"),
});

}  // namespace
}  // namespace op_table
