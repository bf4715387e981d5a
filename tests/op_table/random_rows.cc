// Random numbers and dropout. Each row draws from a fixed seed and looks at what every draw has in common; whether the numbers follow their
// distributions is the matter of ops/distributions_test.cc.
#include "ember/core/random.h"
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A function of random numbers of x's dtype that is the same for all of them; `numbers` may look at x for more than that.
Row drawn(const std::string& name, std::function<Tensor(const Tensor& x)> numbers, const std::string& pytorch,
          std::function<void()> bad, const std::string& message, double low = 0.1, double high = 0.9) {
  Row row = without_gradient(op_table::row(
      name,
      [numbers](const Tensors& in) {
        manual_seed(7);
        return numbers(in[0].detach());
      },
      {{constant({3, 40}, low, high)}, {constant({}, low, high)}}, pytorch, std::move(bad), message));
  row.zero_size = {{constant({0, 3}, low, high)}};
  row.large = {constant({300, 401}, low, high)};
  return row;
}

/// An op that overwrites its argument; `test` holds for all that it may write.
Row overwritten(const std::string& name, Tensor& (*op)(Tensor&), Tensor (*test)(const Tensor&),
                std::function<void(Tensor& x)> bad, const std::string& message) {
  return drawn(
      name,
      [op, test](const Tensor& x) {
        Tensor y = clone(x);
        return to(test(op(y)), x.dtype());
      },
      "torch.ones_like(a)",
      [bad] {
        Tensor x = ones(3);
        bad(x);
      },
      message);
}

/// Dropout by p = 0.4: `keep` says in which elements of its result x survives, `back` what they were. The gradient of the others is zero.
Row dropped(const std::string& name, Tensor (*op)(const Tensor& x, double p, bool training),
            Tensor (*kept)(const Tensor& y), Tensor (*back)(const Tensor& y), Index shape, const std::string& message) {
  return {.name = name,
          .op =
              [op, kept, back](const Tensors& in) {
                manual_seed(7);
                const Tensor x = in[0], y = op(x, 0.4, true), is_kept = kept(y);
                return Tensors{where(is_kept, back(y), x), where(is_kept, 0, y - y.detach()), op(x, 0.4, false),
                               op(x, 1, true)};
              },
          .samples = {{positive(shape)}},
          .pytorch = "[a, a * 0, a, a * 0]",
          .zero_size = {{positive(with(shape, 0, 0))}},
          .bad = [op, shape] { op(ones(Shape(shape)), 1.5, true); },
          .message = message + ": p is 1.5 but must lie in [0, 1]",
          .tolerance = 8};
}

Tensor scaled_back(const Tensor& y) { return y * 0.6; }
Tensor is_kept(const Tensor& y) { return y != 0; }
/// Whole channels are kept or dropped.
Tensor is_channel_kept(const Tensor& y) {
  return expand(all(flatten(y, 2) != 0, -1, true).reshape({y.size(0), y.size(1), 1, 1}), y.sizes());
}

/// Klambauer et al., 2017: what alpha dropout makes of SELU's lower limit, and its scale.
constexpr double kLimit = -1.7580993408473766;
const double kScale = 1 / std::sqrt((kLimit * kLimit * 0.4 + 1) * 0.6);
Tensor is_alpha_kept(const Tensor& y) { return abs(y.detach() - kScale * kLimit * (1 - 0.4)) > 0.05; }
Tensor alpha_back(const Tensor& y) { return (y + kScale * kLimit * 0.4) / kScale; }

const std::string kTrue = "torch.ones_like(a)";

const bool registered = add_rows({
    drawn(
        "rand",
        [](const Tensor& x) {
          const Tensor y = rand(x.sizes(), x.options());
          return to((y >= 0) & (y < 1), x.dtype());
        },
        kTrue, [] { rand(2, kInt64); }, "rand: needs a floating-point dtype, not int64"),
    drawn(
        "randn", [](const Tensor& x) { return to(isfinite(randn(x.sizes(), x.options())), x.dtype()); }, kTrue,
        [] { randn(2, kInt64); }, "randn: needs a floating-point dtype, not int64"),
    drawn(
        "rand_like",
        [](const Tensor& x) {
          const Tensor y = rand_like(x);
          return to((y >= 0) & (y < 1), x.dtype());
        },
        kTrue, [] { rand_like(Tensor()); }, "undefined"),
    drawn(
        "randn_like", [](const Tensor& x) { return to(isfinite(randn_like(x)), x.dtype()); }, kTrue,
        [] { randn_like(Tensor()); }, "undefined"),
    drawn(
        "randint",
        [](const Tensor& x) {
          const Tensor y = randint(-2, 3, x.sizes(), x.options());
          return to((y >= -2) & (y <= 2) & (y == round(y)), x.dtype());
        },
        kTrue, [] { randint(2, 2, 3); }, "randint: low is 2 but must be less than high, which is 2"),
    drawn(
        "randperm",
        [](const Tensor& x) { return reshape(sort(randperm(x.numel(), TensorOptions(kInt64)), 0).first, x.sizes()); },
        "torch.arange(a.numel()).reshape(a.shape)", [] { randperm(-1); }, "randperm: n is -1 but must not be negative"),
    drawn(
        "bernoulli", [](const Tensor& x) { return bernoulli(to(x > 0.5, x.dtype())); }, "(a > 0.5).to(a.dtype)",
        [] { bernoulli(full(2, 1.5)); }, "bernoulli: probabilities must lie in [0, 1]"),
    drawn(
        "bernoulli_of_number",
        [](const Tensor& x) {
          return bernoulli(x, 0.0) + 2 * bernoulli(x, 1.0) + 4 * square(bernoulli(x, 0.5) * 2 - 1);
        },
        "torch.full_like(a, 6)", [] { bernoulli(ones(2), 1.5); }, "p is 1.5 but must lie in [0, 1]"),
    drawn(
        "multinomial",
        [](const Tensor& x) {
          // All classes once each, then the only one that is possible.
          const Tensor rows = reshape(x, {-1, x.dim() ? x.size(-1) : 1});
          const Tensor first = to(arange(rows.size(-1)) == 0, x.dtype()) * rows;
          return cat({sort(multinomial(rows, rows.size(-1)), 1).first, multinomial(first, 3, true)}, 1);
        },
        "(lambda n, rows: torch.cat([torch.arange(n), torch.zeros(3)]).long().expand(rows, n + 3))(a.shape[-1] if "
        "a.dim() else 1, a.numel() // a.shape[-1] if a.dim() else 1)",
        [] { multinomial(ones(2), 3); }, "multinomial: cannot draw 3 of 2"),
    drawn(
        "normal",
        [](const Tensor& x) {
          return cat({reshape(normal(x, zeros_like(x)), -1), reshape(to(isfinite(normal(x, x)), x.dtype()), -1)});
        },
        "torch.cat([a.reshape(-1), torch.ones_like(a).reshape(-1)])", [] { normal(ones(2), full(2, -1.0)); },
        "normal: std must not be negative"),
    drawn(
        "poisson",
        [](const Tensor& x) {
          const Tensor y = poisson(x * 5);
          return poisson(x * 0) + to((y >= 0) & (y == round(y)), x.dtype());
        },
        kTrue, [] { poisson(full(2, -1.0)); }, "poisson: rates must not be negative"),
    drawn(
        "binomial",
        [](const Tensor& x) {
          const Tensor count = round(x * 9), y = binomial(count, x);
          return binomial(count, ones_like(x)) + binomial(count, zeros_like(x)) +
                 to((y >= 0) & (y <= count), x.dtype());
        },
        "(a * 9).round() + 1", [] { binomial(ones(2), ones(2, kFloat64)); }, "binomial: prob is float64 [2]"),

    overwritten(
        "uniform_", [](Tensor& x) -> Tensor& { return uniform_(x, -2, 3); },
        [](const Tensor& y) { return (y >= -2) & (y <= 3); }, [](Tensor& x) { uniform_(x, 1, 0); },
        "uniform_: from is 1 but must not exceed to, which is 0"),
    overwritten(
        "normal_", [](Tensor& x) -> Tensor& { return normal_(x, 3, 0); }, [](const Tensor& y) { return y == 3; },
        [](Tensor& x) { normal_(x, 0, -1); }, "normal_: std is -1 but must not be negative"),
    overwritten(
        "bernoulli_", [](Tensor& x) -> Tensor& { return bernoulli_(x, 0.3); },
        [](const Tensor& y) { return (y == 0) | (y == 1); }, [](Tensor& x) { bernoulli_(x, 1.5); },
        "bernoulli_: p is 1.5 but must lie in [0, 1]"),
    overwritten(
        "bernoulli_of_tensor_",
        [](Tensor& x) -> Tensor& {
          const Tensor p = to(x > 0.5, x.dtype());
          return sub_(bernoulli_(x, p), p);
        },
        [](const Tensor& y) { return y == 0; }, [](Tensor& x) { bernoulli_(x, ones(3, kInt64)); },
        "bernoulli_: needs a floating-point tensor, not int64 [3]"),
    overwritten(
        "exponential_", [](Tensor& x) -> Tensor& { return exponential_(x, 2); },
        [](const Tensor& y) { return (y >= 0) & isfinite(y); }, [](Tensor& x) { exponential_(x, 0); },
        "exponential_: lambd is 0 but must be positive"),
    overwritten(
        "cauchy_", [](Tensor& x) -> Tensor& { return cauchy_(x, 1, 0.01); }, [](const Tensor& y) { return ~isnan(y); },
        [](Tensor& x) { cauchy_(x, 0, 0); }, "cauchy_: sigma is 0 but must be positive"),
    overwritten(
        "log_normal_", [](Tensor& x) -> Tensor& { return log_normal_(x, 0, 0.5); },
        [](const Tensor& y) { return (y > 0) & isfinite(y); }, [](Tensor& x) { log_normal_(x, 0, 0); },
        "log_normal_: std is 0 but must be positive"),
    overwritten(
        "geometric_", [](Tensor& x) -> Tensor& { return geometric_(x, 0.5); },
        [](const Tensor& y) { return (y >= 1) & (y == round(y)); }, [](Tensor& x) { geometric_(x, 1); },
        "geometric_: p is 1 but must lie between 0 and 1"),
    overwritten(
        "random_", [](Tensor& x) -> Tensor& { return random_(x, -3, 4); },
        [](const Tensor& y) { return (y >= -3) & (y <= 3) & (y == round(y)); }, [](Tensor& x) { random_(x, 2, 2); },
        "random_: from is 2 but must be less than to, which is 2"),

    dropped("dropout", dropout, is_kept, scaled_back, {3, 20}, "dropout"),
    dropped("feature_dropout", feature_dropout, is_channel_kept, scaled_back, {2, 6, 2, 2}, "feature_dropout"),
    dropped(
        "dropout1d",
        [](const Tensor& x, double p, bool training) { return unsqueeze(dropout1d(squeeze(x, 3), p, training), 3); },
        is_channel_kept, scaled_back, {2, 6, 3, 1}, "dropout1d"),
    dropped("dropout2d", dropout2d, is_channel_kept, scaled_back, {2, 6, 2, 2}, "feature_dropout"),
    dropped(
        "dropout3d",
        [](const Tensor& x, double p, bool training) { return squeeze(dropout3d(unsqueeze(x, 4), p, training), 4); },
        is_channel_kept, scaled_back, {2, 6, 2, 2}, "dropout3d"),
    dropped("alpha_dropout", alpha_dropout, is_alpha_kept, alpha_back, {3, 20}, "alpha_dropout"),
    dropped(
        "feature_alpha_dropout", feature_alpha_dropout,
        [](const Tensor& y) {
          const Tensor kept = flatten(is_alpha_kept(y), 2);
          return expand(reshape(all(kept, -1, true), {y.size(0), y.size(1), 1, 1}), y.sizes());
        },
        alpha_back, {2, 6, 2, 2}, "feature_alpha_dropout"),
});

}  // namespace
}  // namespace op_table
