#include "ember/ops/shape/joining.h"

#include <algorithm>
#include <cstring>

#include "ember/core/kernels/creation.h"
#include "ember/core/parallel.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/shape/padding.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember {

namespace {

/// An empty vector takes part in cat without a say, as in PyTorch.
bool is_skipped(const Tensor& x) { return x.dim() == 1 && x.numel() == 0; }

/// Memory for what these tensors are joined to.
Tensor empty_for(const std::vector<Tensor>& tensors, const Shape& sizes, Device device) {
  std::vector<const TensorBase*> all;
  for (const Tensor& x : tensors) all.push_back(&x);
  return empty_batched(common_batch(all), sizes, result_type(tensors), device);
}

/// Writes y, whose dim `at` joins the tensors, in one sweep on the CPU; false when they are not row-major, or when their runs are
/// short and so many that a strided copy of each tensor is faster.
bool join_runs(const Tensor& y, const std::vector<Tensor>& tensors, int64_t at) {
  constexpr int64_t kLongRun = 256;  // bytes
  constexpr int64_t kFewRows = 64;   // to copy a tensor takes as long as that many short runs
  if (y.is_batched()) return false;
  int64_t rows = 1;
  for (int64_t d = 0; d < at; ++d) rows *= y.sizes()[d];
  const int64_t row_bytes = rows == 0 ? 0 : y.numel() / rows * y.element_size();
  if (row_bytes == 0) return true;
  const bool is_fast = rows <= kFewRows || row_bytes >= kLongRun * static_cast<int64_t>(tensors.size());
  if (!y.device().is_cpu() || !is_fast) return false;
  struct Run {
    const char* data;
    int64_t bytes;
  };
  std::vector<Run> runs;
  for (const Tensor& x : tensors) {
    if (x.dtype() != y.dtype() || !x.is_contiguous()) return false;
    if (x.numel() > 0) runs.push_back({x.raw_data(), x.numel() / rows * x.element_size()});
  }
  parallel_for(0, rows, std::max<int64_t>(1, kGrain * y.element_size() / row_bytes), [&](int64_t first, int64_t last) {
    char* to = y.raw_data() + first * row_bytes;
    for (int64_t row = first; row < last; ++row) {
      for (const Run& run : runs) {
        std::memcpy(to, run.data + row * run.bytes, static_cast<size_t>(run.bytes));
        to += run.bytes;
      }
    }
  });
  return true;
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, int64_t dim) {
  check<ValueError>(!tensors.empty(), "cat: expected at least one tensor");
  for (const Tensor& x : tensors) check(views::rank("cat", x) > 0, "cat: zero-dim tensors cannot be joined; use stack");
  kernel::check_same_device("cat", tensors);
  const auto first = std::find_if_not(tensors.begin(), tensors.end(), is_skipped);
  const Tensor& model = first == tensors.end() ? tensors[0] : *first;
  const int64_t at = views::dim_of("cat", model, dim);
  Shape sizes = model.sizes();
  sizes[at] = 0;
  Shape lengths;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& x = tensors[i];
    lengths.push_back(is_skipped(x) ? 0 : x.sizes()[std::min(at, x.dim() - 1)]);
    if (is_skipped(x)) continue;
    bool fits = x.dim() == model.dim();
    for (int64_t d = 0; fits && d < x.dim(); ++d) fits = d == at || x.sizes()[d] == model.sizes()[d];
    check(fits, "cat: tensor ", i, " has shape ", x.sizes(), " but must match ", model.sizes(), " except in dimension ",
          at);
    check(!__builtin_add_overflow(sizes[at], x.sizes()[at], &sizes[at]), "cat: the sizes of dimension ", at,
          " add up to more than 64 bits count");
  }
  kernel::check_numel("cat", sizes);
  Tensor y = empty_for(tensors, sizes, model.device());
  const auto copy = kernels::copy.as("cat").on(model);
  int64_t start = 0;
  const bool is_joined = join_runs(y, tensors, at);
  for (size_t i = 0; !is_joined && i < tensors.size(); ++i) {
    if (tensors[i].numel() > 0) copy(views::narrow_alias(y, at, start, lengths[i]), tensors[i]);
    start += lengths[i];
  }
  return record("cat", y, inputs(tensors),
                [at, lengths, shapes = views::shapes_of(tensors)](const Tensor& g, const NeedsList& needs) {
                  std::vector<Tensor> grads(needs.size());
                  int64_t start = 0;
                  for (size_t i = 0; i < grads.size(); start += lengths[i++]) {
                    if (!needs[i]) continue;
                    const Tensor part = narrow(g, at, start, lengths[i]);
                    grads[i] = part.sizes() == shapes[i] ? part : zeros(shapes[i], g.options());
                  }
                  return grads;
                });
}

Tensor stack(const std::vector<Tensor>& tensors, int64_t dim) {
  check<ValueError>(!tensors.empty(), "stack: expected at least one tensor");
  const int64_t at = wrap_dim(dim, views::rank("stack", tensors[0]) + 1, "stack");
  const Shape& sizes = tensors[0].sizes();
  Shape result = sizes;
  result.insert(at, static_cast<int64_t>(tensors.size()));
  for (size_t i = 0; i < tensors.size(); ++i) {
    views::rank("stack", tensors[i]);
    check(tensors[i].sizes() == sizes, "stack: tensor ", i, " has shape ", tensors[i].sizes(),
          " but must have that of the first, ", sizes);
  }
  kernel::check_same_device("stack", tensors);
  Tensor y = empty_for(tensors, result, tensors[0].device());
  const auto copy = kernels::copy.as("stack").on(y);
  if (!join_runs(y, tensors, at))
    for (size_t i = 0; i < tensors.size(); ++i) copy(views::select_alias(y, at, static_cast<int64_t>(i)), tensors[i]);
  return record("stack", y, inputs(tensors), [at](const Tensor& g) { return unbind(g, at); });
}

namespace {

std::vector<Tensor> each(const char* op, const std::vector<Tensor>& tensors, Tensor (*f)(const Tensor&)) {
  check(!tensors.empty(), op, ": expected at least one tensor");
  std::vector<Tensor> result;
  for (const Tensor& x : tensors) {
    kernel::check_defined(op, "tensors", x);
    result.push_back(f(x));
  }
  return result;
}

/// A vector as a column, more dims as they are.
Tensor as_column(const Tensor& x) { return x.dim() < 2 ? reshape(x, {x.numel(), 1}) : x; }

void check_vectors(const char* op, const std::vector<Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i)
    check(views::rank(op, tensors[i]) <= 1, op, ": tensor ", i, " has shape ", tensors[i].sizes(),
          " but must be a vector or a number");
}

}  // namespace

Tensor hstack(const std::vector<Tensor>& tensors) {
  const auto all = each("hstack", tensors, atleast_1d);
  return cat(all, all[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(const std::vector<Tensor>& tensors) { return cat(each("vstack", tensors, atleast_2d), 0); }
Tensor dstack(const std::vector<Tensor>& tensors) { return cat(each("dstack", tensors, atleast_3d), 2); }
Tensor column_stack(const std::vector<Tensor>& tensors) { return cat(each("column_stack", tensors, as_column), 1); }

Tensor block_diag(const std::vector<Tensor>& tensors) {
  if (tensors.empty()) return empty({1, 0});
  std::vector<Tensor> rows = each("block_diag", tensors, atleast_2d);
  int64_t left = 0, right = 0;
  for (const Tensor& x : rows) {
    check(x.dim() == 2, "block_diag: a tensor of shape ", x.sizes(), " has more than 2 dimensions");
    check(!__builtin_add_overflow(right, x.sizes()[1], &right),
          "block_diag: the columns add up to more than 64 bits count");
  }
  for (Tensor& x : rows) {
    const int64_t columns = x.sizes()[1];
    right -= columns;
    x = constant_pad_nd(x, {left, right});
    left += columns;
  }
  return cat(rows, 0);
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, std::string_view indexing) {
  check<ValueError>(!tensors.empty(), "meshgrid: expected at least one tensor");
  check(indexing == "ij" || indexing == "xy", "meshgrid: indexing must be \"ij\" or \"xy\", not \"", indexing, "\"");
  check_vectors("meshgrid", tensors);
  for (const Tensor& x : tensors)
    check(x.dtype() == tensors[0].dtype(), "meshgrid: tensors must have one dtype, not ", tensors[0].dtype(), " and ",
          x.dtype());
  const size_t count = tensors.size();
  const bool swaps = indexing == "xy" && count > 1;
  const auto dim_of_tensor = [swaps](size_t i) { return swaps && i < 2 ? 1 - i : i; };
  Shape grid = Shape::filled(count, 1);
  for (size_t i = 0; i < count; ++i) grid[dim_of_tensor(i)] = tensors[i].numel();
  std::vector<Tensor> result;
  for (size_t i = 0; i < count; ++i) {
    Shape along = Shape::filled(count, 1);
    along[dim_of_tensor(i)] = tensors[i].numel();
    result.push_back(expand(reshape(tensors[i], along), grid));
  }
  return result;
}

Tensor cartesian_prod(const std::vector<Tensor>& tensors) {
  check<ValueError>(!tensors.empty(), "cartesian_prod: expected at least one tensor");
  check_vectors("cartesian_prod", tensors);
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns = meshgrid(tensors);
  for (Tensor& column : columns) column = reshape(column, -1);
  return stack(columns, 1);
}

Tensor combinations(const Tensor& x, int64_t r, bool with_replacement) {
  check(views::rank("combinations", x) == 1, "combinations: input has shape ", x.sizes(), " but must be a vector");
  check(r >= 0, "combinations: r must not be negative, got ", r);
  if (r == 0) return empty(0, x.options());
  const int64_t size = x.numel(), step = with_replacement ? 0 : 1;
  if (size == 0 || (r > size && !with_replacement)) return reshape(narrow(x, 0, 0, 0), {0, r});
  constexpr double kMostRows = 1e12;
  constexpr int64_t kMostColumns = int64_t{1} << 20;
  double rows = 1;
  for (int64_t i = 0; i < std::min(r, kMostColumns); ++i)
    rows *= static_cast<double>(with_replacement ? size + i : size - i) / static_cast<double>(i + 1);
  check<OutOfMemoryError>(r <= kMostColumns && rows < kMostRows, "combinations: the choices of ", r, " of ", size,
                          " elements are too many");
  std::vector<int64_t> chosen, all;
  // Counts upwards like an odometer whose wheels never fall below their left neighbours.
  for (int64_t i = 0; i < r; ++i) chosen.push_back(i * step);
  while (chosen.back() < size) {
    all.insert(all.end(), chosen.begin(), chosen.end());
    int64_t wheel = r - 1;
    while (wheel > 0 && chosen[wheel] == size - 1 - (r - 1 - wheel) * step) --wheel;
    ++chosen[wheel];
    for (int64_t i = wheel + 1; i < r; ++i) chosen[i] = chosen[i - 1] + step;
  }
  return reshape(index_select(x, 0, to(tensor(all), x.device())), {static_cast<int64_t>(all.size()) / r, r});
}

Tensor kron(const Tensor& a, const Tensor& b) {
  const int64_t rank = std::max(views::rank("kron", a), views::rank("kron", b));
  if (rank == 0) return mul(a, b);
  if (are_16_bit(a, b)) return in_float32([](const auto&... wide) { return kron(wide...); }, a, b);
  const auto product = [&](int64_t of_a, int64_t of_b) {
    kernel::check_numel("kron", {of_a, of_b});
    return of_a * of_b;
  };
  Shape split_a, split_b, joined;
  for (int64_t d = -rank; d < -1; ++d) {
    const int64_t of_a = -d <= a.dim() ? a.size(d) : 1, of_b = -d <= b.dim() ? b.size(d) : 1;
    split_a.push_back(of_a);
    split_a.push_back(1);
    split_b.push_back(1);
    split_b.push_back(of_b);
    joined.push_back(product(of_a, of_b));
  }
  // The last dim is repeated in each operand beforehand: the product then runs over whole rows, not over those of b.
  const int64_t columns_a = a.dim() > 0 ? a.size(-1) : 1, columns_b = b.dim() > 0 ? b.size(-1) : 1;
  const auto with = [](Shape sizes, std::initializer_list<int64_t> more) {
    for (const int64_t size : more) sizes.push_back(size);
    return sizes;
  };
  const auto repeated = [&](const Tensor& x, const Shape& split, std::initializer_list<int64_t> own) {
    const Tensor wide = expand(reshape(x, with(split, own)), with(split, {columns_a, columns_b}));
    return reshape(wide, with(split, {product(columns_a, columns_b)}));
  };
  return reshape(mul(repeated(a, split_a, {columns_a, 1}), repeated(b, split_b, {1, columns_b})),
                 with(joined, {columns_a * columns_b}));
}
Tensor JoiningMethods::kron(const Tensor& other) const { return ember::kron(self(this), other); }

}  // namespace ember
