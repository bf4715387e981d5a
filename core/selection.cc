#include "ember/core/selection.h"

#include <algorithm>

#include "ember/core/parallel.h"

namespace ember {

namespace {

/// The strides in bytes with which `x` broadcasts to `sizes`.
Shape broadcast_strides(const TensorBase& x, const Shape& sizes, const char* op) {
  Shape strides = Shape::filled(sizes.size(), 0);
  const size_t missing = sizes.size() - x.sizes().size();
  check(x.sizes().size() <= sizes.size(), op, ": shape ", x.sizes(), " does not broadcast to ", sizes);
  for (size_t d = 0; d < x.sizes().size(); ++d) {
    if (x.sizes()[d] == 1) continue;
    check(x.sizes()[d] == sizes[missing + d], op, ": shape ", x.sizes(), " does not broadcast to ", sizes);
    strides[missing + d] = x.strides()[d] * x.element_size();
  }
  return strides;
}

}  // namespace

void fail_index(const char* op, int64_t index, int64_t dim, int64_t size) {
  fail<IndexError>(op, ": index ", index, " is out of range for dimension ", dim, " with size ", size);
}

Selection::Selection(const char* op, const TensorBase& plain, const TensorBase& selected,
                     std::span<const TensorBase> indices, int64_t dim, bool from_end)
    : op_(op), from_end_(from_end), plain_(plain.raw_data()), selected_(selected.raw_data()) {
  Shape shape = indices.empty() ? Shape() : indices[0].sizes();
  for (const TensorBase& index : indices) {
    check<TypeError>(index.dtype() == kInt64, op, ": expected an int64 index but got ", index.dtype());
    if (!(index.sizes() == shape)) shape = broadcast_shapes(shape, index.sizes(), op);
  }
  const auto first = static_cast<size_t>(dim), rank = static_cast<size_t>(selected.dim());
  const size_t last = first + indices.size();
  Shape sizes;
  for (size_t d = 0; d < first; ++d) sizes.push_back(selected.sizes()[d]);
  for (const int64_t size : shape) sizes.push_back(size);
  for (size_t d = last; d < rank; ++d) sizes.push_back(selected.sizes()[d]);

  const int64_t item = selected.element_size();
  const Shape plain_strides = broadcast_strides(plain, sizes, op);
  for (size_t d = sizes.size(); d-- > 0;) {
    const bool is_position = d >= first && d < first + shape.size();
    if (is_position) {
      positions_.add(sizes[d], {plain_strides[d]});
    } else {
      const size_t at = d < first ? d : d - shape.size() + indices.size();
      rest_.add(sizes[d], {plain_strides[d], selected.strides()[at] * item});
    }
  }
  positions_.merge();
  rest_.sort();
  rest_.merge();

  indices_.reserve(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    const size_t d = first + i;
    Index& index = indices_.emplace_back();
    index.data = reinterpret_cast<const int64_t*>(indices[i].raw_data());
    index.dim = static_cast<int64_t>(d);
    index.size = selected.sizes()[d];
    index.stride = selected.strides()[d] * item;
    const Shape strides = broadcast_strides(indices[i], shape, op);
    for (size_t k = shape.size(); k-- > 0;) index.walk.add(shape[k], {strides[k]});
    index.walk.merge();
  }
}

/// Where positions [first, last) begin in both tensors; checks their indices.
void Selection::offsets(int64_t first, int64_t last, int64_t* plain, int64_t* selected) const {
  int64_t* to = plain;
  for_each_run(positions_, first, last, [&](const Walk::Strides& at, int64_t count) {
    const int64_t stride = positions_.stride_or_0(0, 0);
    for (int64_t i = 0; i < count; ++i) *to++ = at[0] + i * stride;
  });
  std::fill_n(selected, last - first, 0);
  for (const Index& index : indices_) {
    to = selected;
    for_each_run(index.walk, first, last, [&](const Walk::Strides& at, int64_t count) {
      const char* from = reinterpret_cast<const char*>(index.data) + at[0];
      const int64_t stride = index.walk.stride_or_0(0, 0);
      for (int64_t i = 0; i < count; ++i) {
        const int64_t given = *reinterpret_cast<const int64_t*>(from + i * stride);
        const int64_t value = given < 0 && from_end_ ? given + index.size : given;
        if (static_cast<uint64_t>(value) >= static_cast<uint64_t>(index.size))
          fail_index(op_, given, index.dim, index.size);
        *to++ += value * index.stride;
      }
    });
  }
}

void Selection::run_block(int64_t first, int64_t last, int64_t first_element, int64_t last_element, Loop loop) const {
  int64_t plain_offsets[kPositions], selected_offsets[kPositions];
  for (; first < last; first += kPositions) {
    const int64_t count = std::min(kPositions, last - first);
    offsets(first, first + count, plain_offsets, selected_offsets);
    for_each_run(rest_, first_element, last_element, [&](const Walk::Strides& at, int64_t length) {
      loop({plain_ + at[0], selected_ + at[1], plain_offsets, selected_offsets, count, length, rest_.stride_or_0(0, 0),
            rest_.stride_or_0(0, 1)});
    });
  }
}

void Selection::read(Loop loop) const {
  constexpr int64_t kWork = kGrain / 2;
  if (positions_.numel >= rest_.numel) {
    const int64_t grain = std::max<int64_t>(1, kWork / std::max<int64_t>(rest_.numel, 1));
    parallel_for(0, positions_.numel, grain,
                 [&](int64_t first, int64_t last) { run_block(first, last, 0, rest_.numel, loop); });
  } else {
    const int64_t grain = std::max<int64_t>(1, kWork / std::max<int64_t>(positions_.numel, 1));
    parallel_for(0, rest_.numel, grain,
                 [&](int64_t first, int64_t last) { run_block(0, positions_.numel, first, last, loop); });
  }
}

void Selection::write(Loop loop) const {
  // Threads share the elements of a position, not the positions. Sixteen float32 are a cache line.
  const int64_t grain = std::max<int64_t>(16, kGrain / 2 / std::max<int64_t>(positions_.numel, 1));
  parallel_for(0, rest_.numel, grain,
               [&](int64_t first, int64_t last) { run_block(0, positions_.numel, first, last, loop); });
}

}  // namespace ember
