// x[...] by NumPy's rules: integers, slices, None and Ellipsis give a view; index tensors and masks then pick from that view.
#include "ember/ops/indexing/tensor_index.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/indexing.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// A view of the indexed tensor and, for each of its dims, the index tensor that picks from it (undefined: all of the dim).
struct Selection {
  Tensor view;
  std::vector<Tensor> indices;

  bool has_tensors() const {
    return std::any_of(indices.begin(), indices.end(), [](const Tensor& i) { return i.defined(); });
  }
};

bool is_mask(const Tensor& x) { return x.dtype() == kBool || x.dtype() == kUInt8; }

/// The dims of x that an entry takes up.
int64_t dims_taken(const TensorIndex& entry) {
  switch (entry.kind) {
    case TensorIndex::Kind::Integer:
    case TensorIndex::Kind::Slice:
      return 1;
    case TensorIndex::Kind::Tensor:
      return is_mask(entry.tensor) ? entry.tensor.dim() : 1;
    default:
      return 0;
  }
}

/// Walks the entries from left to right; `dim` is the next dim of the view.
class Walk {
 public:
  explicit Walk(const Tensor& x) : x_(x) { result_.view = x; }

  Selection run(const std::vector<TensorIndex>& entries) {
    int64_t taken = 0, ellipses = 0;
    for (const TensorIndex& entry : entries) {
      if (entry.kind == TensorIndex::Kind::Tensor) check_tensor(entry.tensor);
      taken += dims_taken(entry);
      ellipses += entry.kind == TensorIndex::Kind::Ellipsis;
    }
    check<IndexError>(ellipses <= 1, "index: an index can only have a single ellipsis ('...')");
    check<IndexError>(taken <= x_.dim(), "index: too many indices for a tensor of shape ", x_.sizes(), ": ", taken);
    const int64_t rest = x_.dim() - taken;
    for (const TensorIndex& entry : entries) {
      if (entry.kind == TensorIndex::Kind::Ellipsis)
        dim_ += rest;
      else
        apply(entry);
    }
    result_.indices.resize(result_.view.dim());
    return std::move(result_);
  }

 private:
  void check_tensor(const Tensor& index) const {
    check<IndexError>(index.defined(), "index: an index tensor is undefined");
    check<IndexError>(!is_floating_point(index.dtype()),
                      "index: tensors used as indices must be integer, uint8 or bool tensors, this one is ",
                      index.dtype());
    if (index.dtype() == kUInt8)
      kernel::warn("indexing with a uint8 tensor as a mask is deprecated, use a bool tensor instead");
  }

  void apply(const TensorIndex& entry) {
    Tensor& view = result_.view;
    switch (entry.kind) {
      case TensorIndex::Kind::Integer:
        pick(entry.integer);
        break;
      case TensorIndex::Kind::Slice: {
        const Slice& s = entry.slice;
        check<ValueError>(s.step > 0, "index: slice step ", s.step, " must be positive; use flip to reverse");
        if (s.start || s.stop || s.step != 1) view = slice(view, dim_, s.start, s.stop, s.step);
        ++dim_;
        break;
      }
      case TensorIndex::Kind::None:
        view = unsqueeze(view, dim_++);
        break;
      case TensorIndex::Kind::Bool:
        pick_all_or_none(entry.integer != 0);
        break;
      case TensorIndex::Kind::Tensor:
        pick(entry.tensor);
        break;
      case TensorIndex::Kind::Ellipsis:
        break;
    }
  }

  void pick(int64_t index) {
    const int64_t size = result_.view.sizes()[dim_];
    check<IndexError>(index >= -size && index < size, "index: index ", index, " is out of bounds for dimension ", dim_,
                      " with size ", size);
    result_.view = select(result_.view, dim_, index);
  }

  // A single truth value stands for a new dim of size 1 that is taken or not.
  void pick_all_or_none(bool value) {
    result_.view = unsqueeze(result_.view, dim_);
    put(zeros(value ? 1 : 0, TensorOptions(kInt64).device(x_.device())));
  }

  void pick(const Tensor& index) {
    if (index.dim() == 0) {
      if (is_mask(index))
        pick_all_or_none(index.item<bool>());
      else if (index.is_batched())
        put(to(index, TensorOptions(kInt64).device(x_.device())));
      else
        pick(index.item<int64_t>());
      return;
    }
    if (!is_mask(index)) return put(to(index, TensorOptions(kInt64).device(x_.device())));
    for (int64_t d = 0; d < index.dim(); ++d)
      check<IndexError>(index.sizes()[d] == result_.view.sizes()[dim_ + d], "index: the shape of the mask ",
                        index.sizes(), " at index ", d, " does not match the shape of the indexed tensor ",
                        result_.view.sizes(), " at index ", dim_ + d);
    for (const Tensor& column : unbind(nonzero(to(index, x_.device())), 1)) put(column);
  }

  void put(Tensor index) {
    result_.indices.resize(dim_ + 1);
    result_.indices[dim_++] = std::move(index);
  }

  const Tensor& x_;
  Selection result_;
  int64_t dim_ = 0;
};

Tensor reordered(const Tensor& x, const Shape& order) {
  for (size_t d = 0; d < order.size(); ++d)
    if (order[d] != static_cast<int64_t>(d)) return permute(x, order);
  return x;
}

/// The order of dims that brings the picked ones to the front, and where their result belongs.
struct Layout {
  std::vector<Tensor> indices;  ///< broadcast to one shape
  Shape order;                  ///< of the view's dims
  Shape result_order;           ///< of the result's dims [broadcast shape, other dims]; empty when they stay
  Shape result_sizes;           ///< before result_order
};

Layout layout(const Selection& selection) {
  Layout l;
  Shape others, picked, shape;
  for (int64_t d = 0; d < selection.view.dim(); ++d) {
    const Tensor& index = selection.indices[d];
    (index.defined() ? picked : others).push_back(d);
    if (!index.defined()) continue;
    try {
      shape = broadcast_shapes(shape, index.sizes(), "index");
    } catch (const Error&) {
      fail<IndexError>("index: index tensors of shapes ", shape, " and ", index.sizes(), " do not broadcast");
    }
  }
  for (const int64_t d : picked) {
    l.indices.push_back(expand(selection.indices[d], shape));
    l.order.push_back(d);
  }
  for (const int64_t d : others) l.order.push_back(d);
  l.result_sizes = shape;
  for (const int64_t d : others) l.result_sizes.push_back(selection.view.sizes()[d]);

  // Picked dims that stand together leave their result in their place; else it comes first.
  const int64_t first = picked[0], count = static_cast<int64_t>(picked.size());
  if (first > 0 && picked.back() - first == count - 1) {
    const int64_t rank = static_cast<int64_t>(shape.size()), total = static_cast<int64_t>(l.result_sizes.size());
    for (int64_t d = 0; d < first; ++d) l.result_order.push_back(rank + d);
    for (int64_t d = 0; d < rank; ++d) l.result_order.push_back(d);
    for (int64_t d = rank + first; d < total; ++d) l.result_order.push_back(d);
  }
  return l;
}

std::vector<SavedTensor> saved_all(const std::vector<Tensor>& tensors) {
  std::vector<SavedTensor> all;
  for (const Tensor& x : tensors) all.push_back(saved(x));
  return all;
}

std::vector<Tensor> unpacked(const std::vector<SavedTensor>& saved) {
  std::vector<Tensor> all;
  for (const SavedTensor& x : saved) all.push_back(x());
  return all;
}

std::vector<TensorBase> bases(const std::vector<Tensor>& tensors) { return {tensors.begin(), tensors.end()}; }

Tensor read_backward(const Tensor& g, const Shape& sizes, const std::vector<Tensor>& indices);

Shape read_sizes(const Tensor& x, const std::vector<Tensor>& indices) {
  Shape sizes = indices[0].sizes();
  for (size_t d = indices.size(); d < x.sizes().size(); ++d) sizes.push_back(x.sizes()[d]);
  return sizes;
}

/// x[i0, i1, ...] for index tensors of one shape on the leading dims.
Tensor read(const Tensor& x, const std::vector<Tensor>& indices) {
  Tensor y = empty_tensor(read_sizes(x, indices), x.dtype(), x.device());
  kernels::index.on(x)(y, x, bases(indices));
  return record("index", y, inputs(x), [sizes = x.sizes(), indices = saved_all(indices)](const Tensor& g) {
    return read_backward(g, sizes, unpacked(indices));
  });
}

/// Zeros of `sizes` to which g has been added where `read` looked.
Tensor read_backward(const Tensor& g, const Shape& sizes, const std::vector<Tensor>& indices) {
  if (are_16_bit(g)) return in_float32([&](const Tensor& wide) { return read_backward(wide, sizes, indices); }, g);
  Tensor y = zeros(sizes, g.options());
  kernels::index_put.as("index_backward").on(y)(y, bases(indices), g, true);
  return record("index_backward", y, inputs(g),
                [indices = saved_all(indices)](const Tensor& gg) { return read(gg, unpacked(indices)); });
}

/// x[i0, i1, ...] = value in place; value has the shape that `read` gives.
void write(Tensor x, const std::vector<Tensor>& indices, const Tensor& value, bool accumulate) {
  autograd::check_in_place("index_put_", x, {&value});
  for (const Tensor& index : indices)
    if (index.is_batched()) check_holds_batch("index_put_", x, index);
  const auto put = [&](const Tensor& target, const Tensor& values) {
    kernels::index_put.as("index_put_").on(x)(target, bases(indices), values, accumulate);
  };
  if (accumulate)
    add_at_places(x, value, put, [&](const Tensor& v) { return read(v, indices); });
  else
    put(x, value);
  x.storage()->bump_version();
  record_in_place(
      "index_put_", x, inputs(x, value),
      [accumulate, indices = saved_all(indices)](const Tensor& g) {
        if (accumulate) return g;
        Tensor rest = clone(g);
        const auto at = unpacked(indices);
        for (const Tensor& index : at) rest = clone_beside(rest, {&index});
        write(rest, at, expand(zeros({}, g.options()), read_sizes(g, at)), false);
        return rest;
      },
      [indices = saved_all(indices)](const Tensor& g) { return read(g, unpacked(indices)); });
}

Shape reordered(const Shape& sizes, const Shape& order) {
  if (order.empty()) return sizes;
  Shape result;
  for (const int64_t d : order) result.push_back(sizes[d]);
  return result;
}

Shape inverse(const Shape& order) {
  Shape result = order;
  for (size_t i = 0; i < order.size(); ++i) result[order[i]] = static_cast<int64_t>(i);
  return result;
}

/// `value` broadcast to `sizes`; further dims of size 1 in front do not matter.
Tensor fitted(const Tensor& value, const Shape& sizes) {
  Tensor x = value;
  while (x.dim() > static_cast<int64_t>(sizes.size()) && x.sizes()[0] == 1) x = select(x, 0, 0);
  bool fits = x.dim() <= static_cast<int64_t>(sizes.size());
  for (int64_t d = 1; fits && d <= x.dim(); ++d) fits = x.size(-d) == 1 || x.size(-d) == sizes[sizes.size() - d];
  check(fits, "index_put_: value has shape ", value.sizes(), " but must broadcast to the indexed shape ", sizes);
  return expand(x, sizes);
}

}  // namespace

TensorIndex::TensorIndex(const char* dots) : kind(Kind::Ellipsis) {
  check<ValueError>(std::string_view(dots) == "...", "index: expected \"...\" but got \"", dots, "\"");
}

Tensor index(const Tensor& x, const std::vector<TensorIndex>& indices) {
  kernel::check_defined("index", "input", x);
  const Selection selection = Walk(x).run(indices);
  if (!selection.has_tensors()) return selection.view.is_same(x) ? view(x, x.sizes()) : selection.view;
  const Layout l = layout(selection);
  const Tensor y = read(reordered(selection.view, l.order), l.indices);
  return reordered(y, l.result_order);
}
Tensor Tensor::index(const std::vector<TensorIndex>& indices) const { return ember::index(*this, indices); }

Tensor& index_put_(Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) {
  kernel::check_defined("index_put_", "input", x);
  kernel::check_defined("index_put_", "value", value);
  const bool is_whole_mask = indices.size() == 1 && indices[0].kind == TensorIndex::Kind::Tensor && x.dim() > 0 &&
                             indices[0].tensor.defined() && indices[0].tensor.dtype() == kBool &&
                             indices[0].tensor.sizes() == x.sizes();
  if (is_whole_mask || std::any_of(indices.begin(), indices.end(),
                                   [](const TensorIndex& i) { return i.kind == TensorIndex::Kind::Tensor; }))
    kernel::check_fits("index_put_", value, x.dtype());
  if (is_whole_mask && value.dim() == 0 && !accumulate)
    return in_place("index_put_", x, [&](const Tensor& y) {
      return where(to(indices[0].tensor, x.device()), to(value, TensorOptions(x.dtype()).device(x.device())), y);
    });
  Selection selection = Walk(x).run(indices);
  const TensorOptions options = TensorOptions(x.dtype()).device(x.device());
  if (!selection.has_tensors()) {
    const Tensor source = fitted(value, selection.view.sizes());
    Tensor target = selection.view;
    if (value.impl()->is_wrapped_number && value.dtype() != x.dtype())
      kernel::check_fill("index_put_", value.item(), target);
    if (accumulate)
      target.add_(to(source, options));
    else
      copy_(target, source);
    return x;
  }
  const Layout l = layout(selection);
  Tensor source = fitted(to(value, options), reordered(l.result_sizes, l.result_order));
  source = reordered(source, inverse(l.result_order));
  if (kernel::share_memory(source, x)) source = clone(source);
  write(reordered(selection.view, l.order), l.indices, source, accumulate);
  return x;
}
Tensor& Tensor::index_put_(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) {
  return ember::index_put_(*this, indices, value, accumulate);
}

Tensor index_put(const Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) {
  kernel::check_defined("index_put", "input", x);
  Tensor y = clone_beside(x, {&value});
  for (const TensorIndex& i : indices)
    if (i.tensor.is_batched()) y = clone_beside(y, {&i.tensor});
  return index_put_(y, indices, value, accumulate);
}
Tensor Tensor::index_put(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) const {
  return ember::index_put(*this, indices, value, accumulate);
}

}  // namespace ember
