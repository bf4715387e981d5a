#include "ember/ops/shape/split.h"

#include <algorithm>

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

void check_parts(const char* op, int64_t count) {
  constexpr int64_t kMost = int64_t{1} << 24;
  check<OutOfMemoryError>(count <= kMost, op, ": ", count, " parts are too many");
}

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
  auto shapes = views::shapes_of(parts);
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
  auto shapes = views::shapes_of(parts);
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

}  // namespace ember
