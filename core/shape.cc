#include "ember/core/shape.h"

#include <algorithm>
#include <bit>

#include "ember/core/error.h"

namespace ember {

namespace {

/// A power of two, so that growing by one element at a time copies each but a few times; known from the size, so it is not stored.
size_t heap_capacity(size_t count) { return std::bit_ceil(count); }

}  // namespace

std::optional<int64_t> Shape::counted() const {
  int64_t product = 1;
  bool has_zero = false;
  for (const int64_t size : *this) {
    has_zero |= size == 0;
    if (size != 0 && __builtin_mul_overflow(product, size, &product)) [[unlikely]]
      return std::nullopt;
  }
  return has_zero ? 0 : product;
}

void Shape::assign(const int64_t* values, size_t count) {
  if (count > kInline) heap_ = new int64_t[heap_capacity(count)];
  size_ = count;
  if (count > 0) std::memcpy(data(), values, count * sizeof(int64_t));
}

void Shape::take(Shape& other) noexcept {
  size_ = other.size_;
  if (on_heap()) {
    heap_ = other.heap_;
    other.size_ = 0;
  } else if (size_ > 0) {
    std::memcpy(inline_, other.inline_, size_ * sizeof(int64_t));
  }
}

void Shape::resize(size_t count, int64_t value) {
  const bool stays = on_heap() ? count > kInline && count <= heap_capacity(size_) : count <= kInline;
  if (stays) {
    std::fill(data() + std::min(size_, count), data() + count, value);
    size_ = count;
    return;
  }
  std::vector<int64_t> values = vec();
  values.resize(count, value);
  *this = Shape(values);
}

void Shape::insert(size_t at, int64_t value) {
  resize(size_ + 1);
  int64_t* values = data();
  std::copy_backward(values + at, values + size_ - 1, values + size_);
  values[at] = value;
}

void Shape::erase(size_t at) {
  int64_t* values = data();
  std::copy(values + at + 1, values + size_, values + at);
  resize(size_ - 1);
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  if (a == b) return a;
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& size = result[offset + i];
    if (size == 1) {
      size = shorter[i];
    } else {
      check(shorter[i] == 1 || shorter[i] == size, op, ": shapes ", a, " and ", b, " do not broadcast: sizes ", size,
            " and ", shorter[i], " at dimension ", offset + i, " differ and neither is 1");
    }
  }
  return result;
}

int64_t wrap_dim(int64_t dim, int64_t rank, const char* op) {
  const int64_t limit = std::max<int64_t>(rank, 1);
  check<IndexError>(-limit <= dim && dim < limit, op, ": dimension ", dim, " is out of range for a tensor with ", rank,
                    " dimensions; expected ", -limit, " to ", limit - 1);
  return dim < 0 ? dim + limit : dim;
}

Shape wrap_dims(const Shape& dims, int64_t rank, const char* op) {
  Shape result;
  if (dims.empty())
    for (int64_t i = 0; i < rank; ++i) result.push_back(i);
  for (const int64_t dim : dims) {
    const int64_t wrapped = wrap_dim(dim, rank, op);
    check(std::find(result.begin(), result.end(), wrapped) == result.end(), op, ": dimension ", dim,
          " appears twice in ", dims);
    result.push_back(wrapped);
  }
  return result;
}

std::optional<int64_t> extent(const Shape& sizes, const Shape& strides) {
  if (std::ranges::find(sizes, 0) != sizes.end()) return 0;
  int64_t end = 1, step = 0;
  for (size_t i = 0; i < sizes.size(); ++i)
    if (__builtin_mul_overflow(sizes[i] - 1, strides[i], &step) || __builtin_add_overflow(end, step, &end)) return {};
  return end;
}

Shape contiguous_strides(const Shape& sizes) {
  Shape strides = sizes;
  uint64_t stride = 1;  // wraps for a shape that is too large to allocate, which is found later
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = static_cast<int64_t>(stride);
    stride *= static_cast<uint64_t>(std::max<int64_t>(sizes[i], 1));
  }
  return strides;
}

}  // namespace ember
