#include "tests/paths/operands.h"

#include <algorithm>
#include <complex>
#include <cstring>

#include "ember/core/half.h"

namespace paths {

using namespace ember;

namespace {

/// Elements between a storage's start and a tensor that does not begin there.
constexpr int64_t kOffset = 3;

Shape strides_of(const Shape& sizes, Layout layout) {
  const size_t rank = sizes.size();
  Shape strides = Shape::filled(rank, 1);
  std::vector<size_t> order;  // the innermost dim first
  for (size_t d = rank; d-- > 0;) order.push_back(d);
  if (layout == Layout::Reversed || (layout == Layout::ChannelsInner && rank < 3)) {
    std::reverse(order.begin(), order.end());
  } else if (layout == Layout::ChannelsInner) {
    order.erase(std::find(order.begin(), order.end(), size_t{1}));
    order.insert(order.begin(), 1);
  }
  int64_t step = layout == Layout::Stepped ? 2 : 1;
  for (const size_t d : order) {
    strides[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
    if (layout == Layout::Padded) step += 3;
  }
  if (rank > 0 && layout == Layout::ExpandedFirst) strides[0] = 0;
  if (rank > 0 && layout == Layout::ExpandedLast) strides[rank - 1] = 0;
  return strides;
}

template <class T>
T converted(double value) {
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<int64_t>(value));
  else if constexpr (std::is_same_v<T, double>)
    return value;
  else
    return T(static_cast<float>(value));
}

/// Calls f.operator()<T>() with the type of an element, or of a complex one's parts.
template <class F>
auto visit_part(DType dtype, F f) {
  if (dtype == kComplex64) return f.template operator()<float>();
  if (dtype == kComplex128) return f.template operator()<double>();
  return visit_dtype(dtype, [&]<class T>() {
    if constexpr (is_complex(dtype_of<T>))
      return f.template operator()<double>();
    else
      return f.template operator()<T>();
  });
}

}  // namespace

Tensor laid_out(const op_table::Index& shape, DType dtype, Layout layout) {
  const Shape sizes(shape), strides = strides_of(sizes, layout);
  const int64_t offset = layout == Layout::Contiguous ? 0 : kOffset;
  int64_t span = offset;
  if (sizes.numel() > 0) {
    ++span;
    for (size_t d = 0; d < sizes.size(); ++d) span += (sizes[d] - 1) * strides[d];
  }
  return empty_tensor({span}, dtype).alias(sizes, strides, offset);
}

double element(const char* at, DType dtype, int part) {
  return visit_part(dtype, [&]<class T>() {
    T value;
    std::memcpy(&value, at + static_cast<size_t>(part) * sizeof(T), sizeof(T));
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return static_cast<double>(static_cast<float>(value));
    else
      return static_cast<double>(value);
  });
}

void set_element(char* at, DType dtype, double value, int part) {
  visit_part(dtype, [&]<class T>() {
    const T stored = converted<T>(value);
    std::memcpy(at + static_cast<size_t>(part) * sizeof(T), &stored, sizeof(T));
    return 0;
  });
}

op_table::Array values_of(const Tensor& x, int part) {
  op_table::Array array(x.sizes().vec());
  size_t next = 0;
  for_each_element(x, [&](const char* at) { array.data[next++] = element(at, x.dtype(), part); });
  return array;
}

op_table::Array joined_values_of(const Tensor& x) {
  if (!is_complex(x.dtype())) return values_of(x);
  op_table::Index shape = x.sizes().vec();
  shape.push_back(2);
  op_table::Array array(shape);
  size_t next = 0;
  for_each_element(x, [&](const char* at) {
    for (const int part : {0, 1}) array.data[next++] = element(at, x.dtype(), part);
  });
  return array;
}

Snapshot::Snapshot(const Tensor& x) : tensor_(x) {
  const auto* data = static_cast<const char*>(x.storage()->data());
  bytes_.assign(data, data + x.storage()->bytes());
}

bool Snapshot::holds(bool written) const {
  const auto* now = static_cast<const char*>(tensor_.storage()->data());
  if (!written) return std::memcmp(bytes_.data(), now, bytes_.size()) == 0;
  std::vector<bool> is_element(bytes_.size(), false);
  for_each_element(tensor_, [&](const char* at) {
    for (int64_t i = 0; i < tensor_.element_size(); ++i) is_element[static_cast<size_t>(at - now + i)] = true;
  });
  for (size_t i = 0; i < bytes_.size(); ++i)
    if (!is_element[i] && bytes_[i] != now[i]) return false;
  return true;
}

}  // namespace paths
