#include "tests/op_table/reference.h"

namespace op_table::reference {

Array matmul(const Array& a, const Array& b) {
  const Index batch = broadcast_shape({a.shape.begin(), a.shape.end() - 2}, {b.shape.begin(), b.shape.end() - 2});
  Index shape = batch;
  shape.push_back(a.size(-2));
  shape.push_back(b.size(-1));
  const size_t row = shape.size() - 2, column = shape.size() - 1;
  return generate(shape, [&](const Index& i) {
    double total = 0;
    for (int64_t k = 0; k < a.size(-1); ++k) {
      Index left = i, right = i;
      left[column] = k;
      right[row] = k;
      total += a.broadcast_at(left) * b.broadcast_at(right);
    }
    return total;
  });
}

Array transposed(const Array& x) {
  Index shape = x.shape;
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return generate(shape, [&](Index i) {
    std::swap(i[i.size() - 1], i[i.size() - 2]);
    return x.at(i);
  });
}

Array add(const Array& a, const Array& b) {
  return pairwise([](double x, double y) { return x + y; })({a, b});
}
Array mul(const Array& a, const Array& b) {
  return pairwise([](double x, double y) { return x * y; })({a, b});
}

Array softmax(const Array& x, int64_t dim) {
  return along(x, dim, [](const std::vector<double>& list, size_t i) { return std::exp(list[i] - logsumexp(list)); });
}

Array linear(const Array& x, const Array& weight, const Array* bias) {
  const Array y = matmul(x, transposed(weight));
  return bias ? add(y, *bias) : y;
}

}  // namespace op_table::reference
