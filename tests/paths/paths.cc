#include "tests/paths/paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

#include "core/cpu/cpu_kernels.h"
#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/core/determinism.h"
#include "tests/paths/guarded_memory.h"
#include "tests/paths/operands.h"

namespace paths {

using namespace ember;

namespace {

std::vector<Paths>& table() {
  static std::vector<Paths> rows;
  return rows;
}

struct InstructionSet {
  cpu::Isa isa;
  const char* name;
};
constexpr InstructionSet kSets[] = {{cpu::Isa::SSE2, "sse2"}, {cpu::Isa::AVX2, "avx2"}, {cpu::Isa::AVX512, "avx512"}};

/// Well-mixed bits of two numbers, as in SplitMix64.
uint64_t mixed(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15 + b + 0x632BE59BD9B4E019;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}
double unit(uint64_t a, uint64_t b) { return static_cast<double>(mixed(a, b) >> 11) * 0x1p-53; }

bool is_real(DType dtype) { return is_floating_point(dtype) || is_complex(dtype); }

Tensor filled(const Operand& operand, DType dtype, Layout layout, uint64_t seed) {
  const Tensor x = laid_out(operand.shape, dtype, layout);
  const double step = is_real(dtype) ? operand.step : 1;
  uint64_t next = 0;
  for_each_element(x, [&](char* at) {
    for (int part = 0; part <= is_complex(dtype); ++part) {
      const double steps = std::floor((operand.high - operand.low) / step * unit(seed, next++));
      set_element(at, dtype, (is_real(dtype) ? operand.low : std::floor(operand.low)) + steps * step, part);
    }
  });
  return x;
}

double epsilon_of(DType dtype) {
  switch (dtype) {
    case DType::Float16:
      return 0x1p-10;
    case DType::BFloat16:
      return 0x1p-7;
    case DType::Float32:
    case DType::Complex64:
      return 0x1p-23;
    case DType::Float64:
    case DType::Complex128:
      return 0x1p-44;  // the plain loop rounds too
    default:
      return 0;
  }
}

/// From so many elements on a case is tried in fewer layouts and dtypes, and without gradients.
constexpr int64_t kLarge = 8192;

/// The value that integers of this dtype wrap to; others stay.
double held(double value, DType dtype) {
  if (!is_integral(dtype, /*include_bool=*/false)) return value;
  char bytes[8];
  set_element(bytes, dtype, value);
  return element(bytes, dtype);
}

int64_t total_size(const Case& sizes) {
  int64_t total = 0;
  for (const Operand& operand : sizes) total += op_table::numel(operand.shape);
  return total;
}

/// One layout for each operand.
std::vector<std::vector<Layout>> layouts_of(const Case& sizes, bool is_in_place, bool is_first_dtype) {
  constexpr size_t kCount = std::size(kLayouts);
  std::vector<std::vector<Layout>> chosen;
  const bool is_large = total_size(sizes) > kLarge;
  for (size_t shift = 0; shift < (sizes.size() > 1 ? 4 : 1); shift += 3) {
    for (size_t l = 0; l < kCount; ++l) {
      // Large operands and further dtypes: aligned, and some of the others in turn.
      if ((is_large || !is_first_dtype) && (l + shift) % 3 != 0) continue;
      std::vector<Layout> layouts;
      for (size_t i = 0; i < sizes.size(); ++i) layouts.push_back(kLayouts[(l + i * shift) % kCount]);
      if (is_in_place && is_expanded(layouts[0])) continue;
      chosen.push_back(std::move(layouts));
    }
  }
  return chosen;
}

/// What the plain loop says about operands of one shape and dtype, whatever their layouts, unless some are expanded.
struct Expectation {
  Arrays inputs;
  std::vector<Arrays> outputs;  ///< for each part of complex numbers
  std::optional<double> slope;
};

/// One row with operands of one shape, dtype and layout.
class Trial {
 public:
  Trial(const Paths& row, const Case& sizes, DType dtype, std::vector<Layout> layouts, uint64_t seed,
        std::shared_ptr<Expectation>& known)
      : row_(row), sizes_(sizes), dtype_(dtype), layouts_(std::move(layouts)), seed_(seed) {
    bool repeats = false;
    for (size_t i = 0; i < sizes.size(); ++i) {
      inputs_.push_back(filled(sizes[i], sizes[i].dtype.value_or(dtype), layouts_[i], mixed(seed, i)));
      repeats = repeats || is_expanded(layouts_[i]);
    }
    if (!repeats && known) {
      expected_ = known;
      return;
    }
    expected_ = std::make_shared<Expectation>();
    for (int part = 0; part < parts(dtype); ++part) {
      Arrays arrays;
      for (const Tensor& x : inputs_) arrays.push_back(values(x, is_complex(x.dtype()) ? part : 0));
      expected_->outputs.push_back(row.reference(arrays));
      if (part == 0) expected_->inputs = std::move(arrays);
    }
    if (!repeats) known = expected_;
  }

  /// What is wrong with the op on the present instruction set; empty when nothing is.
  std::string run() const {
    std::vector<Snapshot> before;
    for (const Tensor& x : inputs_) before.emplace_back(x);
    Tensors inputs = inputs_;
    if (row_.is_in_place) inputs[0] = refilled();
    Tensors outputs;
    {
      NoGradGuard no_grad;
      outputs = row_.op(inputs);
    }
    std::string wrong = compare(outputs);
    for (size_t i = 0; wrong.empty() && i < before.size(); ++i)
      if (!before[i].holds(row_.is_in_place && i == 0)) wrong = "operand " + std::to_string(i) + " was written";
    if (wrong.empty()) wrong = GuardedMemory::installed().damage();
    return wrong;
  }

  bool has_gradient() const {
    const bool is_exact = dtype_ == kFloat32 || dtype_ == kFloat64 || (row_.joins_parts && is_complex(dtype_));
    const bool is_turn = real_dtype(dtype_) == kFloat64 || seed_ % 2 == 0;  // less precise, less often
    return row_.has_gradient && is_exact && is_turn && total_size(sizes_) <= kLarge / 2;
  }

  /// The same for its gradients, by their product with a random direction.
  std::string run_backward() {
    Tensors leaves, inputs;
    for (const Tensor& x : inputs_) {
      inputs.push_back(x.alias());
      if (is_real(x.dtype())) leaves.push_back(inputs.back().requires_grad_());
    }
    Tensors roots, weights;
    std::vector<size_t> places;
    const Tensors outputs = row_.op(inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].requires_grad()) continue;
      places.push_back(i);
      roots.push_back(outputs[i]);
      // All layouts but the expanded ones see the same numbers.
      weights.push_back(filled({outputs[i].sizes().vec()}, outputs[i].dtype(), layouts_[0], mixed(seed_, 100 + i)));
    }
    const Tensors gradients = autograd::grad(roots, leaves, weights, false, false, true, true);
    double along = 0, scale = 1;
    Arrays ahead, behind;
    constexpr double kStep = 1e-5;
    size_t leaf = 0;
    auto& slope = expected_->slope;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      Array direction = expected_->inputs[i];
      ahead.push_back(expected_->inputs[i]);
      behind.push_back(expected_->inputs[i]);
      if (!is_real(inputs_[i].dtype())) continue;
      const Array gradient = values(gradients[leaf++], 0);
      if (gradient.shape != expected_->inputs[i].shape)
        return "the gradient of operand " + std::to_string(i) + " has another shape";
      for (size_t k = 0; k < gradient.data.size(); ++k) {
        const double v = 2 * unit(seed_ + 1000 + i, k) - 1, product = gradient.data[k] * v;
        along += product;
        scale += std::abs(product);
        ahead[i].data[k] += kStep * v;
        behind[i].data[k] -= kStep * v;
      }
    }
    if (!slope) {
      const Arrays high = row_.reference(ahead), low = row_.reference(behind);
      slope = 0;
      for (size_t n = 0; n < places.size(); ++n) {
        const Array weight = values(weights[n], 0);
        for (size_t k = 0; k < weight.data.size(); ++k)
          *slope += weight.data[k] * (high[places[n]].data[k] - low[places[n]].data[k]) / (2 * kStep);
      }
    }
    const double allowed = (real_dtype(dtype_) == kFloat32 ? 3e-5 : 1e-7) * scale;
    if (std::abs(along - *slope) <= allowed) return GuardedMemory::installed().damage();
    std::ostringstream text;
    text << "the gradient along a direction is " << along << " but the plain loop's slope is " << *slope;
    return text.str();
  }

  std::string description() const {
    std::ostringstream text;
    text << to_string(dtype_);
    for (size_t i = 0; i < sizes_.size(); ++i)
      text << " " << ember::to_string(Shape(sizes_[i].shape)) << " strides " << ember::to_string(inputs_[i].strides());
    return text.str();
  }

 private:
  int parts(DType dtype) const { return is_complex(dtype) && !row_.joins_parts ? 2 : 1; }
  Array values(const Tensor& x, int part) const { return row_.joins_parts ? joined_values_of(x) : values_of(x, part); }

  /// A fresh copy of operand 0, which the op writes.
  Tensor refilled() const {
    size_t next = 0;
    for_each_element(inputs_[0], [&](char* at) {
      for (int part = 0; part <= is_complex(dtype_); ++part)
        set_element(at, inputs_[0].dtype(), first_values(part).data[next], part);
      ++next;
    });
    return inputs_[0].alias();
  }
  const Array& first_values(int part) const {
    auto& kept = first_[static_cast<size_t>(part)];
    if (kept.shape.empty() && kept.data.empty()) kept = values_of(inputs_[0], part);
    return kept;
  }

  std::string compare(const Tensors& outputs) const {
    std::ostringstream text;
    if (outputs.size() != expected_->outputs[0].size())
      return "the op gave " + std::to_string(outputs.size()) + " results";
    for (size_t i = 0; i < outputs.size(); ++i) {
      for (int part = 0; part < parts(outputs[i].dtype()); ++part) {
        const Array actual = values(outputs[i], part);
        const Array& expected = expected_->outputs[static_cast<size_t>(part)][i];
        if (actual.shape != expected.shape) {
          text << "result " << i << " has shape " << ember::to_string(Shape(actual.shape)) << " but should have "
               << ember::to_string(Shape(expected.shape));
          return text.str();
        }
        double scale = 1;
        for (const double value : expected.data)
          if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
        const double allowed = epsilon_of(outputs[i].dtype()) * row_.tolerance * scale;
        for (size_t k = 0; k < expected.data.size(); ++k) {
          const double a = actual.data[k], e = held(expected.data[k], outputs[i].dtype());
          if (a == e || (std::isnan(a) && std::isnan(e)) || std::abs(a - e) <= allowed) continue;
          text << "element " << k << " of result " << i << " is " << a << " but should be " << e;
          return text.str();
        }
      }
    }
    return "";
  }

  const Paths& row_;
  const Case& sizes_;
  DType dtype_;
  std::vector<Layout> layouts_;
  uint64_t seed_;
  Tensors inputs_;
  std::shared_ptr<Expectation> expected_;
  mutable std::array<Array, 2> first_;
};

}  // namespace

Operand integers(Index shape, double low, double high) { return {std::move(shape), low, high, 1, kInt64}; }
Operand mask(Index shape) { return {std::move(shape), 0, 2, 1, kBool}; }

std::vector<int64_t> around(std::initializer_list<int64_t> constants) {
  std::vector<int64_t> sizes;
  for (const int64_t c : constants)
    for (const int64_t size : {c - 1, c, c + 1})
      if (size > 0) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

bool add_paths(std::vector<Paths> rows) {
  for (Paths& row : rows) table().push_back(std::move(row));
  return true;
}
const std::vector<Paths>& all_paths() { return table(); }

Paths deterministic(Paths row) {
  row.name += "_deterministically";
  row.is_deterministic = true;
  row.dtypes = {kFloat32, kBFloat16};
  return row;
}

void check_paths(const Paths& row) {
  struct Guard {
    ~Guard() { use_deterministic_algorithms(false); }
  } const guard;
  GuardedMemory& memory = GuardedMemory::installed();
  constexpr int kMostFailures = 6;
  int failures = 0;
  uint64_t seed = 0;
  for (const Case& sizes : row.cases) {
    for (size_t d = 0; d < row.dtypes.size(); ++d) {
      // Further dtypes take turns.
      if (++seed % 2 == 0 && d > 1) continue;
      if (d > 1 && total_size(sizes) > kLarge) continue;
      std::shared_ptr<Expectation> known;
      for (const std::vector<Layout>& layouts : layouts_of(sizes, row.is_in_place, d == 0)) {
        // Bools know two values: each of them is once the one that must not be read.
        const bool both = row.dtypes[d] == kBool;
        for (const unsigned char poison : {0xFF, 0x00}) {
          if (poison == 0 && !both) continue;
          memory.set_poison(poison);
          Trial trial(row, sizes, row.dtypes[d], layouts, seed, known);
          for (const InstructionSet& set : kSets) {
            if (!cpu::is_supported(set.isa)) continue;
            if (row.is_deterministic)
              use_deterministic_algorithms(true, set.name);
            else
              cpu::use(set.isa);
            paint_stack(poison);
            std::string wrong = trial.run();
            if (wrong.empty() && trial.has_gradient()) {
              paint_stack(poison);
              wrong = trial.run_backward();
            }
            if (wrong.empty()) continue;
            ADD_FAILURE() << row.name << ", " << set.name << ", " << trial.description() << ": " << wrong;
            if (++failures == kMostFailures) return;
          }
        }
      }
    }
  }
}

}  // namespace paths
