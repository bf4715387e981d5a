// Matrix products by register tiles: of all integers and float64, and of small float32 matrices, for which a library call would
// cost more than the product. Larger ones of the other floating-point dtypes go to oneDNN, unless they are to be deterministic: each
// element here is one sum in one order.
#include <cstring>
#include <type_traits>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/dnnl_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/staging.h"
#include "core/cpu/vector.h"
#include "ember/core/allocator.h"
#include "ember/core/determinism.h"
#include "ember/core/kernels/linalg.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

template <class T, int64_t Bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(Bytes)));
  /// The same anywhere in memory.
  typedef T unaligned __attribute__((vector_size(Bytes), aligned(alignof(T)), may_alias));
};
template <class T>
constexpr int64_t kLanes = kVectorBytes / static_cast<int64_t>(sizeof(T));

/// Rows of a tile; with two vectors of columns they fill the registers.
constexpr int64_t kTileRows = 6;
/// Rows for which one packed panel of b serves.
constexpr int64_t kBlockRows = 96;
/// Rows of b that are multiplied at a time: two vectors of so many stay in the L1 cache, and sums of sums keep errors small.
constexpr int64_t kDepth = 256;
/// Rows or columns of c so few that an operand which lies the wrong way is better read as the other one. Zen 4: 2.1 to 2.7 times as
/// fast for 4 and 512 x 512 of float64.
constexpr int64_t kFew = 8;
/// Elements of such an operand from which on that pays.
constexpr int64_t kTurned = 16384;
/// Products below this many multiplications are not worth a second thread.
constexpr int64_t kSerialWork = 65536;
/// Single matrices of float32 whose product takes up to this many multiplications are multiplied here.
constexpr int64_t kSmallWork = 16384;
/// The same for each of a batch, where the calls of a library run one after another.
constexpr int64_t kSmallBatchWork = 6144;

/// A matrix in memory; strides in elements, zero where it broadcasts.
template <class T>
struct Matrix {
  T* data;
  int64_t row, column;

  T* at(int64_t i, int64_t j) const { return data + i * row + j * column; }
};

template <class T>
struct MatrixProduct {
  int64_t batch, m, n, k;
  Matrix<T> c;
  Matrix<const T> a, b, bias;  ///< bias.data may be null
  int64_t c_batch, a_batch, b_batch, bias_batch;
};

/// One row of c from sums in memory, whatever the strides. Not inlined: there would be a copy in each tile.
template <class T>
[[gnu::noinline]] void write_line(const T* line, Matrix<const T> bias, Matrix<T> c, int64_t columns) {
  for (int64_t j = 0; j < columns; ++j) *c.at(0, j) = bias.data ? static_cast<T>(line[j] + *bias.at(0, j)) : line[j];
}

/// c[Rows, columns] = a[Rows, k] b (+ bias) where b has rows of Vectors whole vectors of Bytes, `b_row` elements apart.
template <int Rows, int Vectors, int64_t Bytes, class T>
inline void multiply_tile(int64_t k, Matrix<const T> a, const T* b, int64_t b_row, Matrix<const T> bias, Matrix<T> c,
                          int64_t columns) {
  using Vector = typename VectorOf<T, Bytes>::type;
  // One vector at a time: whole arrays copied would keep the sums in memory instead of registers.
  using Unaligned = typename VectorOf<T, Bytes>::unaligned;
  constexpr int64_t kWide = Bytes / static_cast<int64_t>(sizeof(T)), kWidth = Vectors * kWide;
  const auto load = [](const T* from, int v) -> Vector {
    return *reinterpret_cast<const Unaligned*>(from + v * kWide);
  };
  const auto store = [](T* to, int v, Vector value) { *reinterpret_cast<Unaligned*>(to + v * kWide) = value; };
  Vector sums[Rows][Vectors] = {};
  for (int64_t p = 0; p < k; ++p) {
    Vector row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = load(b + p * b_row, v);
    for (int r = 0; r < Rows; ++r) {
      const T factor = *a.at(r, p);
      for (int v = 0; v < Vectors; ++v) sums[r][v] += row[v] * factor;
    }
  }
  const bool is_plain = columns == kWidth && c.column == 1 && (!bias.data || bias.column == 1);
  // More than half the columns: two stores that overlap, the second one of lanes that move down. Zen 4: 1.05 to 1.2 times as fast.
  constexpr int64_t kHalf = kWidth > 1 ? kWidth / 2 : 1;
  const bool is_cut = columns >= kHalf && c.column == 1 && !bias.data;
  using Half = typename VectorOf<T, kHalf* static_cast<int64_t>(sizeof(T))>::unaligned;
  using Lanes = decltype(Vector{} == Vector{});
  Lanes behind = {};
  for (int64_t j = 0; j < kWide; ++j)
    behind[j] = static_cast<std::remove_cvref_t<decltype(behind[0])>>(j + columns - kHalf);
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
    if (is_plain) {
      for (int v = 0; v < Vectors; ++v)
        store(c.at(r, 0), v, bias.data ? sums[r][v] + load(bias.at(r, 0), v) : sums[r][v]);
    } else if (is_cut) {
      const Vector moved = __builtin_shuffle(sums[r][0], sums[r][Vectors - 1], behind);
      if constexpr (Vectors == 2) {
        store(c.at(r, 0), 0, sums[r][0]);
        store(c.at(r, columns - kHalf), 0, moved);
      } else {
        *reinterpret_cast<Half*>(c.at(r, 0)) = reinterpret_cast<const Half&>(sums[r][0]);
        *reinterpret_cast<Half*>(c.at(r, columns - kHalf)) = reinterpret_cast<const Half&>(moved);
      }
    } else {
      T line[kWidth];
      for (int v = 0; v < Vectors; ++v) store(line, v, sums[r][v]);
      write_line(line, {bias.data ? bias.at(r, 0) : nullptr, bias.row, bias.column}, {c.at(r, 0), c.row, c.column},
                 columns);
    }
  }
}

template <int Rows, int Vectors, int64_t Bytes, class T>
inline int64_t multiply_tiles(int64_t first, int64_t last, int64_t k, Matrix<const T> a, const T* b, int64_t b_row,
                              Matrix<const T> bias, Matrix<T> c, int64_t columns) {
  for (; last - first >= Rows; first += Rows) {
    multiply_tile<Rows, Vectors, Bytes, T>(k, {a.at(first, 0), a.row, a.column}, b, b_row,
                                           {bias.data ? bias.at(first, 0) : nullptr, bias.row, bias.column},
                                           {c.at(first, 0), c.row, c.column}, columns);
  }
  return first;
}

template <int Vectors, int64_t Bytes, class T>
void multiply_rows(int64_t first, int64_t last, int64_t k, Matrix<const T> a, const T* b, int64_t b_row,
                   Matrix<const T> bias, Matrix<T> c, int64_t columns) {
  first = multiply_tiles<kTileRows, Vectors, Bytes>(first, last, k, a, b, b_row, bias, c, columns);
  first = multiply_tiles<4, Vectors, Bytes>(first, last, k, a, b, b_row, bias, c, columns);
  first = multiply_tiles<2, Vectors, Bytes>(first, last, k, a, b, b_row, bias, c, columns);
  multiply_tiles<1, Vectors, Bytes>(first, last, k, a, b, b_row, bias, c, columns);
}

/// Room for one packed panel, on the stack unless it is large.
template <class T>
class Panel {
 public:
  explicit Panel(int64_t count) : bytes_(static_cast<size_t>(count) * sizeof(T)) {
    data_ = bytes_ <= sizeof small_ ? static_cast<void*>(small_) : allocator(kCPU).allocate(bytes_);
  }
  ~Panel() {
    if (data_ != small_) allocator(kCPU).release(data_, bytes_);
  }
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;
  T* data() const { return static_cast<T*>(data_); }

 private:
  size_t bytes_;
  void* data_;
  alignas(64) unsigned char small_[16384];
};

/// `columns` columns of b as rows of `width` elements, zeros behind.
template <class T>
void pack(T* panel, int64_t width, Matrix<const T> b, int64_t k, int64_t columns) {
  if (b.column == 1 || columns == 1) {
    for (int64_t p = 0; p < k; ++p) {
      const T* row = b.at(p, 0);
      for (int64_t j = 0; j < columns; ++j) panel[p * width + j] = row[j];
      for (int64_t j = columns; j < width; ++j) panel[p * width + j] = 0;
    }
    return;
  }
  for (int64_t j = 0; j < columns; ++j) {
    const T* column = b.at(0, j);
    for (int64_t p = 0; p < k; ++p) panel[p * width + j] = column[p * b.row];
  }
  if (columns < width)
    for (int64_t p = 0; p < k; ++p)
      for (int64_t j = columns; j < width; ++j) panel[p * width + j] = 0;
}

/// Rows [first, last) of the columns from `column` on, as many as two vectors hold.
template <class T>
void multiply_block(const MatrixProduct<T>& p, int64_t batch, int64_t first, int64_t last, int64_t column) {
  const int64_t columns = p.n - column < 2 * kLanes<T> ? p.n - column : 2 * kLanes<T>;
  constexpr int64_t kHalf = kLanes<T> / 2;
  // Narrow panels for few columns. Zen 4: 1.3 to 2.8 times as fast for 4 to 14 columns.
  const int64_t width = columns <= kHalf ? kHalf : columns <= kLanes<T> ? kLanes<T> : 2 * kLanes<T>;
  const Matrix<const T> a = {p.a.data + batch * p.a_batch, p.a.row, p.a.column};
  const Matrix<const T> b = {p.b.data + batch * p.b_batch + column * p.b.column, p.b.row, p.b.column};
  const Matrix<T> c = {p.c.data + batch * p.c_batch + column * p.c.column, p.c.row, p.c.column};
  const Matrix<const T> bias = {p.bias.data ? p.bias.data + batch * p.bias_batch + column * p.bias.column : nullptr,
                                p.bias.row, p.bias.column};
  const auto multiply = [&](int64_t at, int64_t depth, const T* rows, int64_t row) {
    const Matrix<const T> left = {a.data + at * a.column, a.row, a.column};
    const Matrix<const T> added = at == 0 ? bias : Matrix<const T>{c.data, c.row, c.column};
    if (width == kHalf)
      multiply_rows<1, kVectorBytes / 2>(first, last, depth, left, rows, row, added, c, columns);
    else if (width == kLanes<T>)
      multiply_rows<1, kVectorBytes>(first, last, depth, left, rows, row, added, c, columns);
    else
      multiply_rows<2, kVectorBytes>(first, last, depth, left, rows, row, added, c, columns);
  };
  // For few rows packing does not pay. Zen 4: 1.2 times as fast for 8 and 16 rows.
  const bool is_read_in_place = columns == width && b.column == 1 && p.m <= 4 * kTileRows;
  if (is_read_in_place && p.k <= kDepth) return multiply(0, p.k, b.data, b.row);
  const Panel<T> panel(is_read_in_place ? 0 : (p.k < kDepth ? p.k : kDepth) * width);
  int64_t at = 0;
  do {
    const int64_t depth = p.k - at < kDepth ? p.k - at : kDepth;
    const T* rows = b.data + at * b.row;
    if (!is_read_in_place) pack(panel.data(), width, Matrix<const T>{rows, b.row, b.column}, depth, columns);
    multiply(at, depth, is_read_in_place ? rows : panel.data(), is_read_in_place ? b.row : width);
    at += kDepth;
  } while (at < p.k);
}

/// c^T = b^T a^T, whose sums are the same.
template <class T>
MatrixProduct<T> transposed(const MatrixProduct<T>& p) {
  const auto turned = [](auto x) { return decltype(x){x.data, x.column, x.row}; };
  MatrixProduct<T> other = p;
  other.m = p.n, other.n = p.m;
  other.c = turned(p.c), other.a = turned(p.b), other.b = turned(p.a), other.bias = turned(p.bias);
  other.a_batch = p.b_batch, other.b_batch = p.a_batch;
  return other;
}

template <class T>
void multiply_panels(const MatrixProduct<T>& p) {
  const int64_t panels = (p.n - 1) / (2 * kLanes<T>)+1, blocks = (p.m - 1) / kBlockRows + 1;
  auto run = [&](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; ++task) {
      const int64_t rows = task / panels % blocks * kBlockRows;
      multiply_block(p, task / (panels * blocks), rows, rows + kBlockRows < p.m ? rows + kBlockRows : p.m,
                     task % panels * 2 * kLanes<T>);
    }
  };
  const int64_t tasks = p.batch * panels * blocks, work = p.batch * p.m * p.n * p.k;
  if (work <= kSerialWork)
    run(0, tasks);
  else
    parallel_for(0, tasks, kSerialWork * tasks / work + 1, run);
}

template <class T>
void multiply(const MatrixProduct<T>& p) {
  const bool few_rows = p.m <= kFew && p.n * p.k >= kTurned && p.b.row == 1 && p.b.column != 1;
  const bool few_columns = p.n <= kFew && p.m * p.k >= kTurned && p.a.row == 1 && p.a.column != 1;
  if (few_rows || few_columns) return multiply_panels(transposed(p));
  multiply_panels(p);
}

template <class T>
MatrixProduct<T> describe_product(const TensorBase& out, const TensorBase& a, const TensorBase& b,
                                  const TensorBase& bias) {
  const size_t rank = out.sizes().size(), row = rank - 2, column = rank - 1;
  auto matrix = [&](const TensorBase& x) {
    return Matrix<T>{reinterpret_cast<T*>(x.raw_data()), x.strides()[row], x.strides()[column]};
  };
  auto constant = [&](const TensorBase& x) {
    const Matrix<T> m = matrix(x);
    return Matrix<const T>{m.data, m.row, m.column};
  };
  MatrixProduct<T> p{};
  p.batch = rank == 3 ? out.sizes()[0] : 1;
  p.m = out.sizes()[row];
  p.n = out.sizes()[column];
  p.k = a.sizes()[column];
  p.c = matrix(out);
  p.a = constant(a);
  p.b = constant(b);
  if (rank == 3) {
    p.c_batch = out.strides()[0];
    p.a_batch = a.strides()[0];
    p.b_batch = b.strides()[0];
  }
  if (bias.defined()) {
    // Missing dims and dims of size 1 broadcast.
    const size_t missing = rank - bias.sizes().size();
    auto stride = [&](size_t dim) {
      return dim < missing || bias.sizes()[dim - missing] == 1 ? 0 : bias.strides()[dim - missing];
    };
    p.bias = {reinterpret_cast<const T*>(bias.raw_data()), stride(row), stride(column)};
    p.bias_batch = rank == 3 ? stride(0) : 0;
  }
  return p;
}

template <class T>
void multiply(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  multiply(describe_product<T>(out, a, b, bias));
}

/// Elements of one partial sum of a dot product: as many for any number of threads.
constexpr int64_t kDotBlock = 32768;

template <class T>
T dot_block(const T* a, const T* b, int64_t count) {
  using Vector = typename VectorOf<T, kVectorBytes>::unaligned;
  constexpr int kChains = 4;
  constexpr int64_t kStep = kChains * kLanes<T>;
  const auto load = [](const T* from) { return *reinterpret_cast<const Vector*>(from); };
  Vector sums[kChains] = {};
  int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    for (int c = 0; c < kChains; ++c) sums[c] += load(a + i + c * kLanes<T>) * load(b + i + c * kLanes<T>);
  const Vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  T total = 0;
  for (int64_t j = 0; j < kLanes<T>; ++j) total += sum[j];
  for (; i < count; ++i) total += a[i] * b[i];
  return total;
}

/// A row by a column, each without gaps.
template <class T>
void dot(const MatrixProduct<T>& p) {
  const int64_t blocks = (p.k - 1) / kDotBlock + 1;
  const Panel<T> sums(blocks);
  parallel_for(0, blocks, 2, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t at = i * kDotBlock;
      sums.data()[i] = dot_block(p.a.data + at, p.b.data + at, p.k - at < kDotBlock ? p.k - at : kDotBlock);
    }
  });
  T total = p.bias.data ? *p.bias.data : T(0);
  for (int64_t i = 0; i < blocks; ++i) total += sums.data()[i];
  *p.c.data = total;
}

/// Whether the product is that of two long vectors without gaps.
bool is_long_dot(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  constexpr int64_t kLong = 256;
  return out.numel() == 1 && a.size(-1) >= kLong && a.strides().back() == 1 && b.strides()[b.strides().size() - 2] == 1;
}

bool is_small(const TensorBase& out, int64_t k) {
  return out.numel() * k <= kSmallWork || out.size(-2) * out.size(-1) * k <= kSmallBatchWork;
}

/// How a product of floating-point numbers is computed: tiles are the plain way.
enum class Path { Tiles, Dot, Library };

Path path_of(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  const bool is_reduced = is_reduced_floating_point(out.dtype());
  // Zen 4: for 1e5 elements 22 times as fast as tiles of float64 and as the library's float32, for 1000 5 times.
  if (!is_reduced && is_long_dot(out, a, b)) return Path::Dot;
  if (out.dtype() == kFloat64 || are_deterministic_algorithms_enabled()) return Path::Tiles;
  // Zen 4: 2.3 times as fast as the library for 8 x 8 by 8 x 8 and a batch of 12 x 12, 1.4 times for 24 x 24.
  if (!is_reduced && is_small(out, a.size(-1))) return Path::Tiles;
  return Path::Library;
}

/// With sums in float32.
void multiply_reduced(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  const cpu::WriteAs sum(out, kFloat32);
  multiply<float>(sum.tensor(), cpu::read_as(a, kFloat32), cpu::read_as(b, kFloat32), cpu::read_as(bias, kFloat32));
  sum.finish();
}

void multiply_floats(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  const bool is_double = out.dtype() == kFloat64;
  switch (path_of(out, a, b)) {
    case Path::Dot:
      return is_double ? dot(describe_product<double>(out, a, b, bias)) : dot(describe_product<float>(out, a, b, bias));
    case Path::Tiles:
      if (is_reduced_floating_point(out.dtype())) return multiply_reduced(out, a, b, bias);
      return is_double ? multiply<double>(out, a, b, bias) : multiply<float>(out, a, b, bias);
    case Path::Library:
      return dnnl::matmul(out, a, b, bias);
  }
}

void matmul(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  if (out.numel() == 0) return;
  if (is_floating_point(out.dtype())) return multiply_floats(out, a, b, bias);
  switch (out.dtype()) {
    // Sums wrap around, so the sign plays no part.
    case DType::Int8:
    case DType::UInt8:
      return multiply<uint8_t>(out, a, b, bias);
    case DType::Int16:
      return multiply<uint16_t>(out, a, b, bias);
    case DType::Int32:
      return multiply<uint32_t>(out, a, b, bias);
    case DType::Int64:
      return multiply<uint64_t>(out, a, b, bias);
    default:
      cpu::fail_dtype("matmul", out.dtype());
  }
}

}  // namespace

void register_matmul() { kernels::matmul[kCPU] = matmul; }

}  // namespace ember::EMBER_ISA
