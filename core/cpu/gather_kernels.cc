// gather, scatter and scatter_add: an index for each element, along one dim.
#include <algorithm>

#include "core/backend.h"
#include "core/cpu/elements.h"
#include "core/cpu/indexing_families.h"
#include "core/kernels/indexing.h"
#include "core/parallel.h"
#include "core/selection.h"
#include "core/walk.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kWork = kGrain / 4;

/// The dim that is indexed; a zero-dim tensor has one element there.
struct IndexedDim {
  const char* op;
  int64_t dim, size, stride;  ///< stride in bytes

  IndexedDim(const char* op, const Tensor& x, int64_t dim)
      : op(op),
        dim(dim),
        size(x.dim() == 0 ? 1 : x.sizes()[static_cast<size_t>(dim)]),
        stride(x.dim() == 0 ? 0 : x.strides()[static_cast<size_t>(dim)] * x.element_size()) {}

  int64_t offset(const char* index) const {
    const int64_t i = *reinterpret_cast<const int64_t*>(index);
    if (static_cast<uint64_t>(i) >= static_cast<uint64_t>(size)) [[unlikely]]
      fail_index(op, i, dim, size);
    return i * stride;
  }
};

/// Row-major elements of one row by their indices: all are checked before any is read, so that both loops use vector units.
template <class Word>
void gather_row(const IndexedDim& indexed, Word* out, const Word* row, const int64_t* index, int64_t count) {
  uint64_t largest = 0;
  for (int64_t j = 0; j < count; ++j) largest = std::max(largest, static_cast<uint64_t>(index[j]));
  if (largest >= static_cast<uint64_t>(indexed.size)) [[unlikely]]
    for (int64_t j = 0; j < count; ++j) indexed.offset(reinterpret_cast<const char*>(index + j));
#pragma GCC ivdep
  for (int64_t j = 0; j < count; ++j) out[j] = row[index[j]];
}

int64_t byte_stride(const Tensor& x, int64_t dim) { return x.strides()[static_cast<size_t>(dim)] * x.element_size(); }

void gather(const Tensor& out, const Tensor& x, int64_t dim, const Tensor& index) {
  constexpr int kOut = 0, kIndex = 1, kX = 2;
  const IndexedDim indexed("gather", x, dim);
  Walk walk;
  for (int64_t d = index.dim() - 1; d >= 0; --d)
    walk.add(index.sizes()[static_cast<size_t>(d)],
             {byte_stride(out, d), byte_stride(index, d), d == dim || x.dim() == 0 ? 0 : byte_stride(x, d)});
  walk.sort();
  walk.merge();
  visit_word(x.element_size(), [&]<class Word>() {
    const int64_t out_stride = walk.stride_or_0(0, kOut), index_stride = walk.stride_or_0(0, kIndex);
    const int64_t x_stride = walk.stride_or_0(0, kX);
    constexpr int64_t kWidth = sizeof(Word);
    const bool is_row =
        out_stride == kWidth && index_stride == sizeof(int64_t) && x_stride == 0 && indexed.stride == kWidth;
    parallel_for(0, walk.numel, kWork, [&](int64_t first, int64_t last) {
      for_each_run(walk, first, last, [&](const Walk::Strides& at, int64_t count) {
        char* to = out.raw_data() + at[kOut];
        const char* indices = index.raw_data() + at[kIndex];
        const char* from = x.raw_data() + at[kX];
        if (is_row)
          return gather_row(indexed, reinterpret_cast<Word*>(to), reinterpret_cast<const Word*>(from),
                            reinterpret_cast<const int64_t*>(indices), count);
        for (int64_t j = 0; j < count; ++j)
          *reinterpret_cast<Word*>(to + j * out_stride) =
              *reinterpret_cast<const Word*>(from + j * x_stride + indexed.offset(indices + j * index_stride));
      });
    });
  });
}

/// Applies f(target, source) to each element of src. Elements that may meet lie along `dim`, which one thread takes in order.
template <class T, class F>
void scatter_all(const IndexedDim& indexed, const Tensor& out, const Tensor& index, const Tensor& src, F f) {
  constexpr int kOut = 0, kIndex = 1, kSource = 2;
  if (index.numel() == 0) return;
  Walk others;
  for (int64_t d = index.dim() - 1; d >= 0; --d)
    if (d != indexed.dim)
      others.add(index.sizes()[static_cast<size_t>(d)],
                 {byte_stride(out, d), byte_stride(index, d), byte_stride(src, d)});
  others.sort();
  others.merge();
  const bool has_dims = index.dim() > 0;
  const int64_t length = has_dims ? index.sizes()[static_cast<size_t>(indexed.dim)] : 1;
  const int64_t along_index = has_dims ? byte_stride(index, indexed.dim) : 0;
  const int64_t along_src = has_dims ? byte_stride(src, indexed.dim) : 0;
  const int64_t out_stride = others.stride_or_0(0, kOut), index_stride = others.stride_or_0(0, kIndex);
  const int64_t src_stride = others.stride_or_0(0, kSource);
  const bool is_dim_inner = along_src < src_stride;  // the nearer elements first, for the cache's sake
  parallel_for(0, others.numel, std::max<int64_t>(1, kWork / length), [&](int64_t first, int64_t last) {
    for_each_run(others, first, last, [&](const Walk::Strides& at, int64_t count) {
      char* to = out.raw_data() + at[kOut];
      const char* indices = index.raw_data() + at[kIndex];
      const char* from = src.raw_data() + at[kSource];
      const auto apply = [&](int64_t i, int64_t k) {
        char* target = to + i * out_stride + indexed.offset(indices + i * index_stride + k * along_index);
        f(*reinterpret_cast<T*>(target), *reinterpret_cast<const T*>(from + i * src_stride + k * along_src));
      };
      if (is_dim_inner) {
        for (int64_t i = 0; i < count; ++i)
          for (int64_t k = 0; k < length; ++k) apply(i, k);
      } else {
        for (int64_t k = 0; k < length; ++k)
          for (int64_t i = 0; i < count; ++i) apply(i, k);
      }
    });
  });
}

void scatter(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) {
  const IndexedDim indexed("scatter", out, dim);
  visit_word(out.element_size(), [&]<class Word>() {
    scatter_all<Word>(indexed, out, index, src, [](Word& to, Word from) { to = from; });
  });
}

void scatter_add(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) {
  const IndexedDim indexed("scatter_add", out, dim);
  visit_addable(out.dtype(), [&]<class T>() {
    scatter_all<T>(indexed, out, index, src, [](T& to, T from) { to = plus(to, from); });
  });
}

/// The larger (smaller) of both; NaN wins.
template <class T>
T larger(T a, T b) {
  return b > a || b != b ? b : a;
}
template <class T>
T smaller(T a, T b) {
  return b < a || b != b ? b : a;
}

/// Integers wrap.
template <class T>
T product(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  else
    return a * b;
}

template <class T, class F>
void combine(const IndexedDim& indexed, const Tensor& out, const Tensor& index, const Tensor& src, F f) {
  using Compute = std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>;
  scatter_all<T>(indexed, out, index, src,
                 [f](T& to, T from) { to = T(f(static_cast<Compute>(to), static_cast<Compute>(from))); });
}

void scatter_reduce(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, ScatterReduce how) {
  const IndexedDim indexed("scatter_reduce", out, dim);
  visit_dtype(out.dtype(), [&]<class T>() {
    if (how == ScatterReduce::Prod)
      combine<T>(indexed, out, index, src, [](auto a, auto b) { return product(a, b); });
    else if constexpr (is_complex(dtype_of<T>))
      cpu::fail_dtype("scatter_reduce", out.dtype());
    else if (how == ScatterReduce::AMax)
      combine<T>(indexed, out, index, src, [](auto a, auto b) { return larger(a, b); });
    else
      combine<T>(indexed, out, index, src, [](auto a, auto b) { return smaller(a, b); });
  });
}

}  // namespace

void register_gather_table() { kernel_table<IndexingKernels>(kCPU).scatter_reduce = scatter_reduce; }

void register_gather(Backend& table) {
  table.gather = gather;
  table.scatter = scatter;
  table.scatter_add = scatter_add;
}

}  // namespace ember::EMBER_ISA
