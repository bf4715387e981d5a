// Fused attention. A task is a block of queries (forward) or one head (backward); inside, products of small blocks run on register
// tiles, and a block's scores stay in the L1 cache.
#include <algorithm>
#include <limits>
#include <memory>

#include "core/cpu/families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/attention.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

/// Queries and keys of a block.
constexpr int64_t kQueries = 24, kKeys = 128;
/// Queries of a task, for which the keys are packed once.
constexpr int64_t kTaskQueries = 192;

template <class T>
constexpr int64_t kPanel = 2 * Vector<T>::kLanes;

/// A matrix whose element (i, j) lies at data + i row + j column.
template <class T>
struct View {
  const T* data;
  int64_t row, column;
};

/// c[Rows, one panel] = (or +=) a[Rows, k] b[k, one panel]
template <int Rows, bool accumulate, class T>
inline void multiply_tile(T* c, int64_t c_row, View<T> a, const T* b, int64_t b_row, int64_t k) {
  using V = Vector<T>;
  typename V::Type sums[Rows][2];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < 2; ++v) sums[r][v] = accumulate ? V::load(c + r * c_row + v * V::kLanes) : V::broadcast(T(0));
  for (int64_t p = 0; p < k; ++p) {
    const auto first = V::load(b + p * b_row), second = V::load(b + p * b_row + V::kLanes);
    for (int r = 0; r < Rows; ++r) {
      const T factor = a.data[r * a.row + p * a.column];
      sums[r][0] += first * factor;
      sums[r][1] += second * factor;
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < 2; ++v) V::store(c + r * c_row + v * V::kLanes, sums[r][v]);
}

/// c[m, n] = (or +=) a[m, k] b[k, n] for n in whole panels; rows of b lie behind one another.
template <bool accumulate, class T>
void multiply(T* c, int64_t c_row, View<T> a, const T* b, int64_t b_row, int64_t m, int64_t n, int64_t k) {
  for (int64_t j = 0; j < n; j += kPanel<T>) {
    int64_t i = 0;
    const auto rows = [&](int64_t at) { return View<T>{a.data + at * a.row, a.row, a.column}; };
    for (; i + 6 <= m; i += 6) multiply_tile<6, accumulate>(c + i * c_row + j, c_row, rows(i), b + j, b_row, k);
    for (; i + 2 <= m; i += 2) multiply_tile<2, accumulate>(c + i * c_row + j, c_row, rows(i), b + j, b_row, k);
    for (; i < m; ++i) multiply_tile<1, accumulate>(c + i * c_row + j, c_row, rows(i), b + j, b_row, k);
  }
}

template <class T>
int64_t padded(int64_t columns) {
  return (columns + kPanel<T> - 1) / kPanel<T> * kPanel<T>;
}

/// x [rows, columns] with zeros behind each row.
template <class T>
void pack(T* to, const T* x, int64_t rows, int64_t columns) {
  const int64_t width = padded<T>(columns);
  for (int64_t i = 0; i < rows; ++i) {
    std::copy_n(x + i * columns, columns, to + i * width);
    std::fill_n(to + i * width + columns, width - columns, T(0));
  }
}

/// Its transpose [columns, rows], rows padded to `width`.
template <class T>
void pack_transposed(T* to, int64_t width, const T* x, int64_t rows, int64_t columns) {
  constexpr int64_t kBlock = 16;
  for (int64_t first = 0; first < rows; first += kBlock) {
    const int64_t last = std::min(rows, first + kBlock);
    for (int64_t j = 0; j < columns; ++j)
      for (int64_t i = first; i < last; ++i) to[j * width + i] = x[i * columns + j];
  }
  for (int64_t j = 0; j < columns; ++j) std::fill_n(to + j * width + rows, width - rows, T(0));
}

template <class T>
const T* data_of(const TensorBase& x) {
  return reinterpret_cast<const T*>(x.raw_data());
}

template <class T>
using Buffer = std::unique_ptr<T[]>;
template <class T>
Buffer<T> buffer(int64_t count) {
  return Buffer<T>(new T[static_cast<size_t>(count)]);
}

struct Extents {
  int64_t heads, queries, keys, features, values;

  explicit Extents(const AttentionInputs& in)
      : heads(in.query.sizes()[0]),
        queries(in.query.sizes()[1]),
        keys(in.key.sizes()[1]),
        features(in.query.sizes()[2]),
        values(in.value.sizes()[2]) {}
};

template <class T>
void attention_as(const TensorBase& out, const TensorBase& logsumexp, const AttentionInputs& in) {
  constexpr T kMinusInfinity = -std::numeric_limits<T>::infinity();
  const Extents n(in);
  const int64_t key_width = padded<T>(n.keys), value_width = padded<T>(n.values);
  const int64_t blocks = (n.queries + kTaskQueries - 1) / kTaskQueries;
  parallel_for(0, n.heads * blocks, 1, [&](int64_t first, int64_t last) {
    const auto keys = buffer<T>(n.features * key_width), values = buffer<T>(n.keys * value_width);
    const auto scores = buffer<T>(kQueries * kKeys), sums = buffer<T>(kQueries * value_width);
    int64_t packed = -1;
    for (int64_t task = first; task < last; ++task) {
      const int64_t head = task / blocks;
      if (head != packed) {
        pack_transposed(keys.get(), key_width, data_of<T>(in.key) + head * n.keys * n.features, n.keys, n.features);
        pack(values.get(), data_of<T>(in.value) + head * n.keys * n.values, n.keys, n.values);
        packed = head;
      }
      const int64_t begin = task % blocks * kTaskQueries, end = std::min(n.queries, begin + kTaskQueries);
      for (int64_t i = begin; i < end; i += kQueries) {
        const int64_t rows = std::min(kQueries, end - i);
        const T* query = data_of<T>(in.query) + (head * n.queries + i) * n.features;
        T top[kQueries], total[kQueries];
        std::fill_n(top, rows, kMinusInfinity);
        std::fill_n(total, rows, T(0));
        std::fill_n(sums.get(), rows * value_width, T(0));
        const int64_t seen = in.is_causal ? std::min(n.keys, i + rows) : n.keys;
        for (int64_t j = 0; j < seen; j += kKeys) {
          const int64_t columns = std::min(kKeys, seen - j);
          multiply<false, T>(scores.get(), kKeys, {query, n.features, 1}, keys.get() + j, key_width, rows,
                             padded<T>(columns), n.features);
          for (int64_t r = 0; r < rows; ++r) {
            T* row = scores.get() + r * kKeys;
            for (int64_t c = 0; c < columns; ++c) row[c] *= static_cast<T>(in.scale);
            if (in.is_causal)
              for (int64_t c = std::max<int64_t>(i + r + 1 - j, 0); c < columns; ++c) row[c] = kMinusInfinity;
            const T largest = std::max(top[r], fold<Max>(row, columns));
            // Before any key was seen there is nothing to scale.
            const T factor = top[r] == kMinusInfinity ? T(0) : math::exp(top[r] - largest);
            const T shift = largest == kMinusInfinity ? T(0) : largest;
            for (int64_t c = 0; c < columns; ++c) row[c] -= shift;
            exp_run(row, row, columns);
            total[r] = total[r] * factor + fold<Sum>(row, columns);
            top[r] = largest;
            T* sum = sums.get() + r * value_width;
            for (int64_t c = 0; c < value_width; ++c) sum[c] *= factor;
          }
          multiply<true, T>(sums.get(), value_width, {scores.get(), kKeys, 1}, values.get() + j * value_width,
                            value_width, rows, value_width, columns);
        }
        for (int64_t r = 0; r < rows; ++r) {
          T* to = reinterpret_cast<T*>(out.raw_data()) + (head * n.queries + i + r) * n.values;
          const T* sum = sums.get() + r * value_width;
          for (int64_t c = 0; c < n.values; ++c) to[c] = sum[c] / total[r];
          reinterpret_cast<T*>(logsumexp.raw_data())[head * n.queries + i + r] = math::log(total[r]) + top[r];
        }
      }
    }
  });
}

/// grad_score = P (grad_P - rows' grad . out), P = exp(score - logsumexp), for blocks of queries and keys.
template <class T>
void attention_backward_as(const TensorBase& grad_query, const TensorBase& grad_key, const TensorBase& grad_value,
                           const TensorBase& grad, const TensorBase& out, const TensorBase& logsumexp,
                           const AttentionInputs& in) {
  const Extents n(in);
  const int64_t key_width = padded<T>(n.keys), value_width = padded<T>(n.values), width = padded<T>(n.features);
  parallel_for(0, n.heads, 1, [&](int64_t first, int64_t last) {
    const auto keys_t = buffer<T>(n.features * key_width), values_t = buffer<T>(n.values * key_width);
    const auto keys = buffer<T>(n.keys * width), queries = buffer<T>(n.queries * width);
    const auto grads = buffer<T>(n.queries * value_width);
    const auto d_keys = buffer<T>(n.keys * width), d_queries = buffer<T>(n.queries * width);
    const auto d_values = buffer<T>(n.keys * value_width);
    const auto weights = buffer<T>(kQueries * kKeys), d_weights = buffer<T>(kQueries * kKeys);
    for (int64_t head = first; head < last; ++head) {
      const T* query = data_of<T>(in.query) + head * n.queries * n.features;
      const T* key = data_of<T>(in.key) + head * n.keys * n.features;
      const T* value = data_of<T>(in.value) + head * n.keys * n.values;
      const T* g = data_of<T>(grad) + head * n.queries * n.values;
      const T* y = data_of<T>(out) + head * n.queries * n.values;
      const T* log_sum = data_of<T>(logsumexp) + head * n.queries;
      pack_transposed(keys_t.get(), key_width, key, n.keys, n.features);
      pack_transposed(values_t.get(), key_width, value, n.keys, n.values);
      pack(keys.get(), key, n.keys, n.features);
      pack(queries.get(), query, n.queries, n.features);
      pack(grads.get(), g, n.queries, n.values);
      std::fill_n(d_keys.get(), n.keys * width, T(0));
      std::fill_n(d_queries.get(), n.queries * width, T(0));
      std::fill_n(d_values.get(), n.keys * value_width, T(0));
      for (int64_t i = 0; i < n.queries; i += kQueries) {
        const int64_t rows = std::min(kQueries, n.queries - i);
        T dots[kQueries];
        for (int64_t r = 0; r < rows; ++r) {
          T dot = 0;
          for (int64_t c = 0; c < n.values; ++c) dot += g[(i + r) * n.values + c] * y[(i + r) * n.values + c];
          dots[r] = dot;
        }
        const int64_t seen = in.is_causal ? std::min(n.keys, i + rows) : n.keys;
        for (int64_t j = 0; j < seen; j += kKeys) {
          const int64_t columns = std::min(kKeys, seen - j), panels = padded<T>(columns);
          multiply<false, T>(weights.get(), kKeys, {query + i * n.features, n.features, 1}, keys_t.get() + j, key_width,
                             rows, panels, n.features);
          multiply<false, T>(d_weights.get(), kKeys, {g + i * n.values, n.values, 1}, values_t.get() + j, key_width,
                             rows, panels, n.values);
          for (int64_t r = 0; r < rows; ++r) {
            T* p = weights.get() + r * kKeys;
            T* d = d_weights.get() + r * kKeys;
            const T scale = static_cast<T>(in.scale), shift = log_sum[i + r], dot = dots[r];
            for (int64_t c = 0; c < columns; ++c) p[c] = p[c] * scale - shift;
            exp_run(p, p, columns);
            if (in.is_causal)
              for (int64_t c = std::max<int64_t>(i + r + 1 - j, 0); c < columns; ++c) p[c] = T(0);
            for (int64_t c = 0; c < columns; ++c) d[c] = p[c] * (d[c] - dot) * scale;
          }
          multiply<true, T>(d_values.get() + j * value_width, value_width, {weights.get(), 1, kKeys},
                            grads.get() + i * value_width, value_width, columns, value_width, rows);
          multiply<true, T>(d_keys.get() + j * width, width, {d_weights.get(), 1, kKeys}, queries.get() + i * width,
                            width, columns, width, rows);
          multiply<true, T>(d_queries.get() + i * width, width, {d_weights.get(), kKeys, 1}, keys.get() + j * width,
                            width, rows, width, columns);
        }
      }
      const auto unpack = [](const TensorBase& to, int64_t at, const T* from, int64_t count, int64_t columns) {
        T* data = reinterpret_cast<T*>(to.raw_data()) + at * count * columns;
        for (int64_t i = 0; i < count; ++i) std::copy_n(from + i * padded<T>(columns), columns, data + i * columns);
      };
      unpack(grad_query, head, d_queries.get(), n.queries, n.features);
      unpack(grad_key, head, d_keys.get(), n.keys, n.features);
      unpack(grad_value, head, d_values.get(), n.keys, n.values);
    }
  });
}

void attention(const TensorBase& out, const TensorBase& logsumexp, const AttentionInputs& in) {
  if (out.dtype() == kFloat64) return attention_as<double>(out, logsumexp, in);
  attention_as<float>(out, logsumexp, in);
}

void attention_backward(const TensorBase& grad_query, const TensorBase& grad_key, const TensorBase& grad_value,
                        const TensorBase& grad, const TensorBase& out, const TensorBase& logsumexp,
                        const AttentionInputs& in) {
  if (out.dtype() == kFloat64)
    return attention_backward_as<double>(grad_query, grad_key, grad_value, grad, out, logsumexp, in);
  attention_backward_as<float>(grad_query, grad_key, grad_value, grad, out, logsumexp, in);
}

}  // namespace

void register_attention() {
  kernels::attention[kCPU] = attention;
  kernels::attention_backward[kCPU] = attention_backward;
}

}  // namespace ember::EMBER_ISA
