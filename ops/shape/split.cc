#include "ember/ops/shape/split.h"

#include <algorithm>
#include <cstring>

#include "ember/core/kernels/creation.h"
#include "ember/core/parallel.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember {

using views::dim_of;

namespace {

/// Puts several views of x on the tape as the outputs of one node.
template <class F>
std::vector<Tensor> record_parts(const char* name, std::vector<Tensor> parts, const Tensor& x, F&& pullback) {
  for (const Tensor& part : parts) autograd::track_view(part, x, autograd::ViewKind::MultiOutput);
  return record(name, std::move(parts), inputs(x), std::forward<F>(pullback));
}

/// The gradients, with zeros for the parts that got none.
std::vector<Tensor> filled(std::span<const Tensor> grads, const std::vector<Shape>& sizes) {
  TensorOptions options;
  for (const Tensor& g : grads)
    if (g.defined()) options = g.options();
  std::vector<Tensor> all(grads.begin(), grads.end());
  for (size_t i = 0; i < all.size(); ++i)
    if (!all[i].defined()) all[i] = zeros(sizes[i], options);
  return all;
}

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& x : tensors) shapes.push_back(x.sizes());
  return shapes;
}

void check_parts(const char* op, int64_t count) {
  constexpr int64_t kMost = int64_t{1} << 24;
  check<OutOfMemoryError>(count <= kMost, op, ": ", count, " parts are too many");
}

/// An empty vector takes part in cat without a say, as in PyTorch.
bool is_skipped(const Tensor& x) { return x.dim() == 1 && x.numel() == 0; }

}  // namespace

std::vector<Tensor> split(const Tensor& x, const Shape& sizes, int64_t dim) {
  const int64_t at = dim_of("split", x, dim);
  int64_t total = 0;
  bool fits = true;
  for (const int64_t size : sizes) {
    check(size >= 0, "split: sizes ", sizes, " must not be negative");
    fits = fits && !__builtin_add_overflow(total, size, &total);
  }
  check(fits && total == x.sizes()[at], "split: sizes ", sizes, " add up to ", total, " but dimension ", dim,
        " of input ", x.sizes(), " has ", x.sizes()[at]);
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const int64_t size : sizes) {
    parts.push_back(views::narrow_alias(x, at, start, size));
    start += size;
  }
  auto shapes = shapes_of(parts);
  return record_parts("split", std::move(parts), x, [at, shapes = std::move(shapes)](std::span<const Tensor> grads) {
    return cat(filled(grads, shapes), at);
  });
}

std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim) {
  const int64_t total = x.sizes()[dim_of("split", x, dim)];
  check(size > 0 || (size == 0 && total == 0), "split: size ", size, " must be positive");
  check_parts("split", size > 0 ? total / size : 1);
  Shape sizes;
  for (int64_t rest = total; rest > 0; rest -= size) sizes.push_back(std::min(size, rest));
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, dim);
}
std::vector<Tensor> SplitMethods::split(int64_t size, int64_t dim) const { return ember::split(self(this), size, dim); }
std::vector<Tensor> SplitMethods::split(const Shape& sizes, int64_t dim) const {
  return ember::split(self(this), sizes, dim);
}
std::vector<Tensor> SplitMethods::split_with_sizes(const Shape& sizes, int64_t dim) const {
  return ember::split(self(this), sizes, dim);
}
std::vector<Tensor> SplitMethods::unsafe_split(int64_t size, int64_t dim) const {
  return ember::split(self(this), size, dim);
}
std::vector<Tensor> SplitMethods::unsafe_split_with_sizes(const Shape& sizes, int64_t dim) const {
  return ember::split(self(this), sizes, dim);
}

std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim) {
  const int64_t total = x.sizes()[dim_of("chunk", x, dim)];
  check(chunks > 0, "chunk: the number of chunks must be positive, got ", chunks);
  if (total == 0) {
    check_parts("chunk", chunks);
    return split(x, Shape::filled(chunks, 0), dim);
  }
  return split(x, (total - 1) / chunks + 1, dim);
}
std::vector<Tensor> SplitMethods::chunk(int64_t chunks, int64_t dim) const {
  return ember::chunk(self(this), chunks, dim);
}
std::vector<Tensor> SplitMethods::unsafe_chunk(int64_t chunks, int64_t dim) const {
  return ember::chunk(self(this), chunks, dim);
}

std::vector<Tensor> unbind(const Tensor& x, int64_t dim) {
  const int64_t at = dim_of("unbind", x, dim);
  check_parts("unbind", x.sizes()[at]);
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < x.sizes()[at]; ++i) parts.push_back(views::select_alias(x, at, i));
  if (parts.empty()) return parts;
  auto shapes = shapes_of(parts);
  return record_parts("unbind", std::move(parts), x, [at, shapes = std::move(shapes)](std::span<const Tensor> grads) {
    return stack(filled(grads, shapes), at);
  });
}
std::vector<Tensor> SplitMethods::unbind(int64_t dim) const { return ember::unbind(self(this), dim); }

std::vector<Tensor> tensor_split(const Tensor& x, int64_t sections, int64_t dim) {
  const int64_t at = dim_of("tensor_split", x, dim), total = x.sizes()[at];
  check(sections > 0, "tensor_split: the number of sections must be positive, got ", sections);
  check_parts("tensor_split", sections);
  const auto end = [&](int64_t i) { return i * (total / sections) + std::min(i, total % sections); };
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < sections; ++i) parts.push_back(slice(x, at, end(i), end(i + 1)));
  return parts;
}

std::vector<Tensor> tensor_split(const Tensor& x, const Shape& indices, int64_t dim) {
  const int64_t at = dim_of("tensor_split", x, dim);
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const int64_t end : indices) {
    parts.push_back(slice(x, at, start, end));
    start = end;
  }
  parts.push_back(slice(x, at, start));
  return parts;
}
std::vector<Tensor> SplitMethods::tensor_split(int64_t sections, int64_t dim) const {
  return ember::tensor_split(self(this), sections, dim);
}
std::vector<Tensor> SplitMethods::tensor_split(const Shape& indices, int64_t dim) const {
  return ember::tensor_split(self(this), indices, dim);
}

namespace {

/// The dim that hsplit, vsplit or dsplit cuts, after a check that there is one and that `sections` divide it.
int64_t split_dim(const char* op, const Tensor& x, int64_t dim, int64_t sections = 1) {
  const int64_t least = dim == 1 ? 1 : std::max<int64_t>(dim + 1, 2);
  check(views::rank(op, x) >= least, op, ": input has shape ", x.sizes(), " but must have at least ", least,
        " dimensions");
  const int64_t at = dim == 1 && x.dim() == 1 ? 0 : dim;
  check(sections > 0 && x.sizes()[at] % sections == 0, op, ": dimension ", at, " of input ", x.sizes(),
        " does not split evenly into ", sections, " sections; use tensor_split");
  return at;
}

}  // namespace

std::vector<Tensor> hsplit(const Tensor& x, int64_t sections) {
  return tensor_split(x, sections, split_dim("hsplit", x, 1, sections));
}

std::vector<Tensor> hsplit(const Tensor& x, const Shape& indices) {
  return tensor_split(x, indices, split_dim("hsplit", x, 1));
}
std::vector<Tensor> SplitMethods::hsplit(int64_t sections) const { return ember::hsplit(self(this), sections); }
std::vector<Tensor> SplitMethods::hsplit(const Shape& indices) const { return ember::hsplit(self(this), indices); }

std::vector<Tensor> vsplit(const Tensor& x, int64_t sections) {
  return tensor_split(x, sections, split_dim("vsplit", x, 0, sections));
}

std::vector<Tensor> vsplit(const Tensor& x, const Shape& indices) {
  return tensor_split(x, indices, split_dim("vsplit", x, 0));
}
std::vector<Tensor> SplitMethods::vsplit(int64_t sections) const { return ember::vsplit(self(this), sections); }
std::vector<Tensor> SplitMethods::vsplit(const Shape& indices) const { return ember::vsplit(self(this), indices); }

std::vector<Tensor> dsplit(const Tensor& x, int64_t sections) {
  return tensor_split(x, sections, split_dim("dsplit", x, 2, sections));
}

std::vector<Tensor> dsplit(const Tensor& x, const Shape& indices) {
  return tensor_split(x, indices, split_dim("dsplit", x, 2));
}
std::vector<Tensor> SplitMethods::dsplit(int64_t sections) const { return ember::dsplit(self(this), sections); }
std::vector<Tensor> SplitMethods::dsplit(const Shape& indices) const { return ember::dsplit(self(this), indices); }

namespace {

/// Writes y, whose dim `at` joins the tensors, in one sweep on the CPU; false when they are not row-major, or when their runs are
/// short and so many that a strided copy of each tensor is faster.
bool join_runs(const Tensor& y, const std::vector<Tensor>& tensors, int64_t at) {
  constexpr int64_t kLongRun = 256;  // bytes
  constexpr int64_t kFewRows = 64;   // to copy a tensor takes as long as that many short runs
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
  const int64_t at = dim_of("cat", model, dim);
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
  Tensor y = empty_tensor(std::move(sizes), result_type(tensors), model.device());
  auto* copy = kernels::copy.as("cat").on(model);
  int64_t start = 0;
  const bool is_joined = join_runs(y, tensors, at);
  for (size_t i = 0; !is_joined && i < tensors.size(); ++i) {
    if (tensors[i].numel() > 0) copy(views::narrow_alias(y, at, start, lengths[i]), tensors[i]);
    start += lengths[i];
  }
  return record("cat", y, inputs(tensors),
                [at, lengths, shapes = shapes_of(tensors)](const Tensor& g, const NeedsList& needs) {
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
  Tensor y = empty_tensor(std::move(result), result_type(tensors), tensors[0].device());
  auto* copy = kernels::copy.as("stack").on(y);
  if (!join_runs(y, tensors, at))
    for (size_t i = 0; i < tensors.size(); ++i) copy(views::select_alias(y, at, static_cast<int64_t>(i)), tensors[i]);
  return record("stack", y, inputs(tensors), [at](const Tensor& g) { return unbind(g, at); });
}

}  // namespace ember
