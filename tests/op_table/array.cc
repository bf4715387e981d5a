#include "tests/op_table/array.h"

#include <algorithm>

namespace op_table {

Array::Array(Index shape, double value)
    : shape(std::move(shape)), data(static_cast<size_t>(numel(this->shape)), value) {}

double Array::broadcast_at(const Index& index) const {
  Index own(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) own[d] = shape[d] == 1 ? 0 : index[index.size() - shape.size() + d];
  return at(own);
}

size_t Array::position(const Index& index) const {
  int64_t result = 0;
  for (size_t d = 0; d < shape.size(); ++d) result = result * shape[d] + index[d];
  return static_cast<size_t>(result);
}

int64_t numel(const Index& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

Index broadcast_shape(const Index& a, const Index& b) {
  Index result(std::max(a.size(), b.size()), 1);
  for (const Index* shape : {&a, &b}) {
    for (size_t d = 0; d < shape->size(); ++d) {
      int64_t& size = result[result.size() - shape->size() + d];
      if ((*shape)[d] != 1) size = (*shape)[d];
    }
  }
  return result;
}

Index with(Index index, int64_t dim, int64_t value) {
  index[static_cast<size_t>(dim)] = value;
  return index;
}

Index without(Index index, int64_t dim) {
  index.erase(index.begin() + dim);
  return index;
}

Index insert(Index index, int64_t dim, int64_t value) {
  index.insert(index.begin() + dim, value);
  return index;
}

}  // namespace op_table
