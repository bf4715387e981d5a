// Normalisations and the losses that start with one.
#include <cmath>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;
using List = std::vector<double>;

/// Large enough that rounding errors of equal numbers stay small.
constexpr double kEps = 0.1;

/// (x - mean) / sqrt(variance + eps), or x / sqrt(mean square + eps).
List normalized(const List& x, bool is_centred = true) {
  const double n = static_cast<double>(x.size());
  double mean = 0, squares = 0;
  for (const double value : x) mean += is_centred ? value / n : 0;
  for (const double value : x) squares += (value - mean) * (value - mean) / n;
  List y;
  for (const double value : x) y.push_back((value - mean) / std::sqrt(squares + kEps));
  return y;
}

/// x [N, C, L] normalised over all but the channels, times weight plus bias of each.
Array batch_normalized(const Arrays& in) {
  const int64_t samples = in[0].shape[0], channels = in[0].shape[1], plane = in[0].shape[2];
  Array y(in[0].shape);
  for (int64_t c = 0; c < channels; ++c) {
    const auto at = [&](int64_t n, int64_t i) { return static_cast<size_t>((n * channels + c) * plane + i); };
    List list;
    for (int64_t n = 0; n < samples; ++n)
      for (int64_t i = 0; i < plane; ++i) list.push_back(in[0].data[at(n, i)]);
    const List result = normalized(list);
    size_t next = 0;
    for (int64_t n = 0; n < samples; ++n)
      for (int64_t i = 0; i < plane; ++i)
        y.data[at(n, i)] = result[next++] * in[1].data[static_cast<size_t>(c)] + in[2].data[static_cast<size_t>(c)];
  }
  return y;
}

/// x as rows of `size`, which `parameters` lie along, each `repeat` times.
Array rows_normalized(const Arrays& in, int64_t size, int64_t repeat, bool is_centred) {
  Array y = in[0];
  const auto width = static_cast<size_t>(size);
  for (size_t first = 0; first < y.data.size(); first += width) {
    const List row = normalized(
        List(y.data.begin() + static_cast<int64_t>(first), y.data.begin() + static_cast<int64_t>(first + width)),
        is_centred);
    for (size_t i = 0; i < width; ++i) {
      const size_t parameter = (first + i) / static_cast<size_t>(repeat) % in[1].data.size();
      y.data[first + i] = row[i] * in[1].data[parameter] + (in.size() > 2 ? in[2].data[parameter] : 0);
    }
  }
  return y;
}

std::vector<Case> images() {
  std::vector<Case> cases;
  const auto add = [&](int64_t samples, int64_t channels, int64_t plane) {
    cases.push_back({{{samples, channels, plane}}, {{channels}, 0.5, 2}, {{channels}}});
  };
  for (const int64_t c : around({2, 4, 8, 16, 32})) add(3, c, 5), add(c + 4, c, 1);
  for (const int64_t n : around({2, 4, 8, 16, 32, 64, 128})) add(2, 3, n + 1);
  for (const int64_t n : around({1024, 4096})) add(2, 2, n);
  add(1, 16, 8191), add(1, 16, 8192), add(1, 15, 8192), add(2, 17, 8193);
  add(1, 17, 1030), add(2, 40, 410), add(1, 1, 16385), add(420, 40, 1);
  return cases;
}

std::vector<Case> rows(bool has_bias) {
  std::vector<Case> cases;
  const auto add = [&](int64_t count, int64_t columns) {
    cases.push_back({{{count, columns}}, {{columns}, 0.5, 2}});
    if (has_bias) cases.back().push_back({{columns}});
  };
  for (const int64_t n : around({2, 4, 8, 16, 32, 64, 128, 1024})) add(3, n + 1);
  for (const int64_t n : around({2, 32, 64})) add(n, 5);
  add(70, 65), add(1, 5000);
  return cases;
}

/// The loss of each sample of [N, C, inner] for its class.
Array class_losses(const Arrays& in) {
  const int64_t samples = in[0].shape[0], classes = in[0].shape[1], inner = in[0].rank() == 3 ? in[0].shape[2] : 1;
  Array y(in[1].shape);
  for (int64_t n = 0; n < samples; ++n)
    for (int64_t k = 0; k < inner; ++k) {
      const auto at = [&](int64_t c) { return in[0].data[static_cast<size_t>((n * classes + c) * inner + k)]; };
      double top = at(0), total = 0;
      for (int64_t c = 0; c < classes; ++c) top = std::max(top, at(c));
      for (int64_t c = 0; c < classes; ++c) total += std::exp(at(c) - top);
      const size_t sample = static_cast<size_t>(n * inner + k);
      y.data[sample] = std::log(total) + top - at(static_cast<int64_t>(in[1].data[sample]));
    }
  return y;
}

std::vector<Case> logits() {
  std::vector<Case> cases;
  const auto add = [&](int64_t samples, int64_t classes, int64_t inner) {
    const auto high = static_cast<double>(classes);
    if (inner == 1)
      cases.push_back({{{samples, classes}}, integers({samples}, 0, high)});
    else
      cases.push_back({{{samples, classes, inner}}, integers({samples, inner}, 0, high)});
  };
  for (const int64_t c : around({2, 4, 8, 16, 64, 1024})) add(3, c, 1), add(c < 100 ? 20 : 1, c, c < 100 ? 1 : 17);
  for (const int64_t n : around({2, 16, 32, 256})) add(2, 9, n), add(1, 3, n);
  return cases;
}

/// The loss of each sample of x [T, N, C], whose log-probabilities are those of a softmax, for its labels [N, S]: minus the logarithm
/// of the sum over all paths, by the sums of those that end in each state after each step.
Array alignment_losses(const Arrays& in) {
  const int64_t steps = in[0].shape[0], samples = in[0].shape[1], classes = in[0].shape[2], labels = in[1].shape[1];
  Array y({samples});
  for (int64_t n = 0; n < samples; ++n) {
    // Blanks stand between the labels and around them.
    std::vector<int64_t> states(1, 0);
    for (int64_t s = 0; s < labels; ++s) {
      states.push_back(static_cast<int64_t>(in[1].data[static_cast<size_t>(n * labels + s)]));
      states.push_back(0);
    }
    List paths(states.size(), 0);
    paths[0] = 1;
    double lost = 0;
    for (int64_t t = 0; t < steps; ++t) {
      const double* x = in[0].data.data() + (t * samples + n) * classes;
      double total = 0;
      for (int64_t c = 0; c < classes; ++c) total += std::exp(x[c]);
      List next(states.size(), 0);
      double sum = 0;
      for (size_t s = 0; s < states.size(); ++s) {
        if (t == 0 && s > 1) break;
        double before = t == 0 ? 1 : paths[s];
        if (t > 0 && s > 0) before += paths[s - 1];
        if (t > 0 && s > 1 && states[s] != 0 && states[s] != states[s - 2]) before += paths[s - 2];
        next[s] = before * std::exp(x[states[s]]) / total;
        sum += next[s];
      }
      // Scaled, or long paths would be too improbable for a double.
      for (double& value : next) value /= sum;
      lost -= std::log(sum);
      paths = next;
    }
    y.data[static_cast<size_t>(n)] = lost - std::log(paths.back() + paths[paths.size() - 2]);
  }
  return y;
}

std::vector<Case> alignments() {
  std::vector<Case> cases;
  for (const int64_t labels : around({2, 4, 8, 16, 32}))
    cases.push_back({{{2 * labels + 3, 2, 6}}, integers({2, labels}, 1, 6)});
  for (const int64_t samples : around({2, 8})) cases.push_back({{{9, samples, 3}}, integers({samples, 3}, 1, 3)});
  return cases;
}

template <class F>
Reference pairwise(F f) {
  return [f](const Arrays& in) { return zipped(in[0], in[1], f); };
}

std::vector<Case> pairs(double low, double high) {
  std::vector<Case> cases;
  for (const int64_t n : around({2, 4, 8, 16, 64, 128, 1024}))
    cases.push_back({{{n}, low + 1.0 / 32, high}, {{n}, low, high}});
  cases.push_back({{{17, 33}, low + 1.0 / 32, high}, {{17, 33}, low, high}});
  return cases;
}

[[maybe_unused]] const bool added = add_paths({
    {.name = "batch_norm",
     .op = [](const Tensors& in) { return batch_norm(in[0], {}, {}, in[1], in[2], true, 0.1, kEps); },
     .reference = batch_normalized,
     .cases = images(),
     .tolerance = 16,
     .has_gradient = true},
    {.name = "batch_norm_evaluating",
     .op =
         [](const Tensors& in) {
           const Tensor zero = zeros(in[1].sizes(), in[1].options()), one = ones(in[1].sizes(), in[1].options());
           return batch_norm(in[0], zero, one, in[1], in[2], false, 0.1, 0);
         },
     .reference =
         [](const Arrays& in) {
           const Index along{in[1].shape[0], 1};
           const auto column = [&](Array x) { return op_table::reference::reshaped(std::move(x), along); };
           return zipped(zipped(in[0], column(in[1]), std::multiplies<>()), column(in[2]), std::plus<>());
         },
     .cases = images(),
     .dtypes = kFloats,
     .tolerance = 2,
     .has_gradient = true},
    {.name = "layer_norm",
     .op = [](const Tensors& in) { return layer_norm(in[0], in[1].sizes(), in[1], in[2], kEps); },
     .reference = [](const Arrays& in) { return rows_normalized(in, in[0].shape[1], 1, true); },
     .cases = rows(true),
     .tolerance = 16,
     .has_gradient = true},
    {.name = "rms_norm",
     .op = [](const Tensors& in) { return rms_norm(in[0], in[1].sizes(), in[1], kEps); },
     .reference = [](const Arrays& in) { return rows_normalized(in, in[0].shape[1], 1, false); },
     .cases = rows(false),
     .tolerance = 16,
     .has_gradient = true},
    {.name = "group_norm",
     .op = [](const Tensors& in) { return group_norm(in[0], in[0].size(1) % 2 == 0 ? 2 : 1, in[1], in[2], kEps); },
     .reference =
         [](const Arrays& in) {
           const int64_t channels = in[0].shape[1], plane = in[0].shape[2];
           return rows_normalized(in, channels / (channels % 2 == 0 ? 2 : 1) * plane, plane, true);
         },
     .cases = images(),
     .tolerance = 16,
     .has_gradient = true},
    {.name = "cross_entropy",
     .op = [](const Tensors& in) { return cross_entropy(in[0], in[1], {}, ember::Reduction::None); },
     .reference = class_losses,
     .cases = logits(),
     .dtypes = {kFloat32, kFloat64, kBFloat16},
     .has_gradient = true},
    {.name = "nll_loss",
     .op = [](const Tensors& in) { return nll_loss(log_softmax(in[0], 1), in[1], {}, ember::Reduction::None); },
     .reference = class_losses,
     .cases = logits(),
     .dtypes = {kFloat32, kFloat64, kBFloat16},
     .has_gradient = true},
    {.name = "ctc_loss",
     .op =
         [](const Tensors& in) {
           const auto samples = static_cast<size_t>(in[0].size(1));
           return ctc_loss(log_softmax(in[0], 2), in[1], std::vector<int64_t>(samples, in[0].size(0)),
                           std::vector<int64_t>(samples, in[1].size(1)), 0, ember::Reduction::None);
         },
     .reference = alignment_losses,
     .cases = alignments(),
     .tolerance = 32,
     .has_gradient = true},
    {.name = "smooth_l1_loss",
     .op = [](const Tensors& in) { return smooth_l1_loss(in[0], in[1], ember::Reduction::None, 0.7); },
     .reference = pairwise([](double x, double y) {
       const double d = std::abs(x - y);
       return d < 0.7 ? d * d / 1.4 : d - 0.35;
     }),
     .cases = pairs(-2, 2),
     .dtypes = kFloats,
     .has_gradient = true},
    {.name = "binary_cross_entropy_with_logits",
     .op =
         [](const Tensors& in) {
           return binary_cross_entropy_with_logits(in[0], in[1], {}, {}, ember::Reduction::None);
         },
     .reference =
         pairwise([](double x, double y) { return std::max(x, 0.0) - x * y + std::log1p(std::exp(-std::abs(x))); }),
     .cases = pairs(-2, 2),
     .dtypes = kFloats,
     .has_gradient = true},
});

}  // namespace
}  // namespace paths
