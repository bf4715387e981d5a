// Tensors of given values in every layout, and their elements, read and written without any kernel.
#pragma once

#include <vector>

#include "ember/ops/tensor.h"
#include "tests/op_table/array.h"

namespace paths {

enum class Layout {
  Contiguous,
  Offset,         ///< not at the storage's start, so that vectors are not aligned
  Padded,         ///< gaps behind each row
  Stepped,        ///< every second element
  Reversed,       ///< the first dim is innermost
  ChannelsInner,  ///< the second dim is innermost; as Reversed below three dims
  ExpandedFirst,  ///< one in memory along the first dim
  ExpandedLast,   ///< one in memory along the last dim
};
inline constexpr Layout kLayouts[] = {Layout::Contiguous,    Layout::Offset,      Layout::Padded,
                                      Layout::Stepped,       Layout::Reversed,    Layout::ChannelsInner,
                                      Layout::ExpandedFirst, Layout::ExpandedLast};
inline bool is_expanded(Layout layout) { return layout >= Layout::ExpandedFirst; }

/// A tensor of uninitialised memory.
ember::Tensor laid_out(const op_table::Index& shape, ember::DType dtype, Layout layout);

/// Of complex numbers, the real (0) or the imaginary (1) part.
double element(const char* at, ember::DType dtype, int part = 0);
void set_element(char* at, ember::DType dtype, double value, int part = 0);

/// Calls f(address) for each element in row-major order.
template <class F>
void for_each_element(const ember::Tensor& x, F f) {
  const auto rank = x.sizes().size();
  std::vector<int64_t> at(rank, 0);
  int64_t offset = 0;
  for (int64_t i = 0, n = x.numel(); i < n; ++i) {
    f(x.raw_data() + offset * x.element_size());
    for (size_t d = rank; d-- > 0;) {
      offset += x.strides()[d];
      if (++at[d] < x.sizes()[d]) break;
      offset -= x.strides()[d] * x.sizes()[d];
      at[d] = 0;
    }
  }
}

op_table::Array values_of(const ember::Tensor& x, int part = 0);
/// Both parts of complex numbers, in a further dim.
op_table::Array joined_values_of(const ember::Tensor& x);

/// The bytes of a tensor's storage, to be compared with later ones.
class Snapshot {
 public:
  explicit Snapshot(const ember::Tensor& x);
  /// Whether nothing changed; of a tensor that may be `written`, between its elements.
  bool holds(bool written) const;

 private:
  ember::Tensor tensor_;
  std::vector<char> bytes_;
};

}  // namespace paths
