// gather, scatter and scatter_add: an index for each element, along one dim.
#include <algorithm>
#include <bit>

#include "core/cpu/elements.h"
#include "core/cpu/indexing_families.h"
#include "ember/core/kernels/indexing.h"
#include "ember/core/parallel.h"
#include "ember/core/selection.h"
#include "ember/core/walk.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kWork = kGrain / 4;

/// The dim that is indexed; a zero-dim tensor has one element there.
struct IndexedDim {
  const char* op;
  int64_t dim, size, stride;  ///< stride in bytes

  IndexedDim(const char* op, const TensorBase& x, int64_t dim)
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

/// Throws for the first of these indices that is out of range; all are looked at, so that the loop uses vector units.
void check_run(const IndexedDim& indexed, const int64_t* index, int64_t count) {
  const int64_t last = indexed.size - 1;
  uint64_t outside = 0;  // the sign bit: an index is negative or beyond the last
  for (int64_t j = 0; j < count; ++j)
    outside |= static_cast<uint64_t>(index[j]) | (static_cast<uint64_t>(last) - static_cast<uint64_t>(index[j]));
  if (static_cast<int64_t>(outside) < 0) [[unlikely]]
    for (int64_t j = 0; j < count; ++j) indexed.offset(reinterpret_cast<const char*>(index + j));
}

/// Row-major elements of one row by their indices: all are checked before any is read, so that both loops use vector units.
/// Zen 4: 1.9 times as fast.
template <class Word>
void gather_row(const IndexedDim& indexed, Word* out, const Word* row, const int64_t* index, int64_t count) {
  check_run(indexed, index, count);
#pragma GCC ivdep
  for (int64_t j = 0; j < count; ++j) out[j] = row[index[j]];
}

int64_t byte_stride(const TensorBase& x, int64_t dim) {
  return x.strides()[static_cast<size_t>(dim)] * x.element_size();
}

void gather(const TensorBase& out, const TensorBase& x, int64_t dim, const TensorBase& index) {
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

/// Elements of a scatter behind one another, and how far apart they lie in bytes. Each target moves by its index besides.
struct ScatterRun {
  char* out;
  const char *index, *src;
  int64_t out_step, index_step, src_step;
};

/// Applies f(target, source) to the elements in order. Zen 4: blocks of indices that are checked first are 1.1 to 1.4 times as fast.
template <class T, class F>
void scatter_run(const IndexedDim& indexed, ScatterRun run, int64_t count, F f) {
  constexpr int64_t kWidth = sizeof(T);
  constexpr int64_t kBlock = 1024;  // indices that stay in the L1 cache between their check and their use
  const auto loop = [&](int64_t n, auto target, auto source) {
    const auto* index = reinterpret_cast<const int64_t*>(run.index);
    for (int64_t j = 0; j < n; ++j) f(target(j, index[j]), source(j));
  };
  const auto with_source = [&](int64_t n, auto target) {
    const auto* from = reinterpret_cast<const T*>(run.src);
    if (run.src_step == kWidth) return loop(n, target, [=](int64_t j) { return from[j]; });
    if (run.src_step == 0) return loop(n, target, [value = *from](int64_t) { return value; });
    loop(n, target, [&](int64_t j) { return *reinterpret_cast<const T*>(run.src + j * run.src_step); });
  };
  const bool is_dense = run.index_step == sizeof(int64_t);
  for (; count > 0; count -= kBlock) {
    const int64_t n = std::min(count, kBlock);
    auto* to = reinterpret_cast<T*>(run.out);
    if (is_dense) check_run(indexed, reinterpret_cast<const int64_t*>(run.index), n);
    if (is_dense && run.out_step == 0 && indexed.stride == kWidth)
      with_source(n, [=](int64_t, int64_t i) -> T& { return to[i]; });
    else if (is_dense && run.out_step == kWidth)
      with_source(n, [=, stride = indexed.stride](int64_t j, int64_t i) -> T& {
        return *reinterpret_cast<T*>(reinterpret_cast<char*>(to + j) + i * stride);
      });
    else
      for (int64_t j = 0; j < n; ++j)
        f(*reinterpret_cast<T*>(run.out + j * run.out_step + indexed.offset(run.index + j * run.index_step)),
          *reinterpret_cast<const T*>(run.src + j * run.src_step));
    run.out += n * run.out_step;
    run.index += n * run.index_step;
    run.src += n * run.src_step;
  }
}

/// Applies f(target, source) to each element of src. Elements that may meet lie along `dim`, which one thread takes in order.
template <class T, class F>
void scatter_all(const IndexedDim& indexed, const TensorBase& out, const TensorBase& index, const TensorBase& src,
                 F f) {
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
  // The nearer elements first, for the cache's sake.
  const bool is_dim_inner = others.rank == 0 || along_index + along_src < index_stride + src_stride;
  parallel_for(0, others.numel, std::max<int64_t>(1, kWork / length), [&](int64_t first, int64_t last) {
    for_each_run(others, first, last, [&](const Walk::Strides& at, int64_t count) {
      const ScatterRun run = {out.raw_data() + at[kOut],
                              index.raw_data() + at[kIndex],
                              src.raw_data() + at[kSource],
                              is_dim_inner ? 0 : out_stride,
                              is_dim_inner ? along_index : index_stride,
                              is_dim_inner ? along_src : src_stride};
      const int64_t runs = is_dim_inner ? count : length;
      for (int64_t k = 0; k < runs; ++k) {
        ScatterRun next = run;
        next.out += is_dim_inner ? k * out_stride : 0;
        next.index += k * (is_dim_inner ? index_stride : along_index);
        next.src += k * (is_dim_inner ? src_stride : along_src);
        scatter_run<T>(indexed, next, is_dim_inner ? length : count, f);
      }
    });
  });
}

void scatter(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src) {
  const IndexedDim indexed("scatter", out, dim);
  visit_word(out.element_size(), [&]<class Word>() {
    scatter_all<Word>(indexed, out, index, src, [](Word& to, Word from) { to = from; });
  });
}

void scatter_add(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src) {
  const IndexedDim indexed("scatter_add", out, dim);
  visit_addable(out.dtype(), [&]<class T>() {
    scatter_all<T>(indexed, out, index, src, [](T& to, T from) { to = plus(to, from); });
  });
}

/// b or a by their bits: a choice between the two, which cannot be foreseen, would become a branch around the store.
template <class T>
T choose(bool take_b, T b, T a) {
  using Bits = std::conditional_t<
      sizeof(T) == 1, uint8_t,
      std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;
  const auto of_a = std::bit_cast<Bits>(a), of_b = std::bit_cast<Bits>(b);
  return std::bit_cast<T>(static_cast<Bits>(of_a ^ ((of_a ^ of_b) & (Bits{0} - Bits{take_b}))));
}

/// The larger (smaller) of both; NaN wins.
template <class T>
T larger(T a, T b) {
  return choose((b > a) | (b != b), b, a);
}
template <class T>
T smaller(T a, T b) {
  return choose((b < a) | (b != b), b, a);
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
void combine(const IndexedDim& indexed, const TensorBase& out, const TensorBase& index, const TensorBase& src, F f) {
  using Compute = std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>;
  scatter_all<T>(indexed, out, index, src,
                 [f](T& to, T from) { to = T(f(static_cast<Compute>(to), static_cast<Compute>(from))); });
}

void scatter_reduce(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src,
                    ScatterReduce how) {
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

void register_gather() {
  kernels::scatter_reduce[kCPU] = scatter_reduce;
  kernels::gather[kCPU] = gather;
  kernels::scatter[kCPU] = scatter;
  kernels::scatter_add[kCPU] = scatter_add;
}

}  // namespace ember::EMBER_ISA
