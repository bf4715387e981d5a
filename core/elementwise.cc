#include "ember/core/elementwise.h"

#include <algorithm>

#include "ember/core/parallel.h"

namespace ember {

namespace {

CastKernel* registered_cast = nullptr;

/// Below this many elements a row is too short to be worth a call of the loop for itself.
constexpr int64_t kShortRow = 128;
/// Operands that lie transposed to the others are read in tiles of this many rows, so that each cache line is read once. Zen 4: 2.4 times
/// as fast as rows of 1024.
constexpr int64_t kTileRows = 16;

}  // namespace

void set_cast_kernel(CastKernel* kernel) { registered_cast = kernel; }
void cast(const CastRun& run) { registered_cast(run); }

// How the index space is cut: tiles of counts[0] by counts[1] elements of the two innermost dims. The cut depends on shapes and
// strides alone, so no element is computed in another way when the number of threads changes.
struct Elementwise::Tiling {
  enum class Access : uint8_t {
    Direct,    ///< the loop works in the operand's own memory
    Staged,    ///< copied to or from a buffer for each tile
    Constant,  ///< the same for all tiles: copied to the buffer once
    Repeated,  ///< one element for a whole row, which the loop reads once
  };

  std::array<Access, kMaxOperands> access;
  std::array<int64_t, 2> size, tile, tiles;
  int64_t total = 1;
  /// One call of the loop for a whole tile, since every direct operand runs on from row to row.
  bool joined = true;

  /// Tiles of about kGrain elements.
  int64_t grain() const { return std::max<int64_t>(1, kGrain / (tile[0] * tile[1])); }
};

Elementwise::Elementwise(std::span<const Operand> outputs, std::span<const Operand> inputs) {
  check(!outputs.empty() && outputs.size() + inputs.size() <= kMaxOperands, "elementwise: too many operands");
  numel_ = outputs[0].tensor.numel();
  rank_ = 1;
  sizes_[0] = numel_;
  for (const Operand& operand : outputs) add_operand(operand);
  outputs_ = inputs_;
  inputs_ = 0;
  for (const Operand& operand : inputs) add_operand(operand);
  if (rank_ != 1) set_dims(outputs, inputs);
}

// Settles the common case, where each operand is contiguous or a single number, without looking at shapes; leaves a rank of 0
// behind when this operand needs more than that.
void Elementwise::add_operand(const Operand& operand) {
  const int k = operands();
  const TensorImpl& tensor = *operand.tensor.impl();
  data_[k] = operand.tensor.raw_data();
  storage_dtype_[k] = tensor.dtype;
  loop_dtype_[k] = operand.dtype;
  if (tensor.numel == numel_ && tensor.is_contiguous) {
    strides_[0][k] = item_size(tensor.dtype);
  } else if (tensor.numel == 1) {
    strides_[0][k] = 0;
  } else {
    rank_ = 0;
  }
  ++inputs_;
}

void Elementwise::set_dims(std::span<const Operand> outputs, std::span<const Operand> inputs) {
  const Shape& shape = outputs[0].tensor.sizes();
  const int64_t dims = static_cast<int64_t>(shape.size());
  check(dims <= kMaxRank, "elementwise: more than ", kMaxRank, " dimensions");
  if (numel_ == 0) {
    rank_ = 1;
    return;
  }
  for (int64_t dim = dims - 1; dim >= 0; --dim) {
    if (shape[dim] == 1) continue;
    sizes_[rank_] = shape[dim];
    for (int k = 0; k < operands(); ++k) {
      const TensorBase& x = k < outputs_ ? outputs[k].tensor : inputs[k - outputs_].tensor;
      const int64_t own = dim - (dims - x.dim());
      const bool repeats = own < 0 || x.sizes()[own] == 1;
      check(repeats ? k >= outputs_ : x.sizes()[own] == shape[dim], "elementwise: operand of shape ", x.sizes(),
            " does not broadcast to ", shape);
      strides_[rank_][k] = repeats ? 0 : x.strides()[own] * x.element_size();
    }
    ++rank_;
  }
  // The innermost dim is the one along which the first output lies densest.
  for (int i = 1; i < rank_; ++i) {
    for (int j = i; j > 0 && strides_[j][0] < strides_[j - 1][0]; --j) {
      std::swap(strides_[j], strides_[j - 1]);
      std::swap(sizes_[j], sizes_[j - 1]);
    }
  }
  merge_dims();
}

void Elementwise::merge_dims() {
  int kept = 0;
  for (int dim = 1; dim < rank_; ++dim) {
    bool joins = true;
    for (int k = 0; k < operands() && joins; ++k) joins = strides_[dim][k] == strides_[kept][k] * sizes_[kept];
    if (joins) {
      sizes_[kept] *= sizes_[dim];
    } else {
      ++kept;
      strides_[kept] = strides_[dim];
      sizes_[kept] = sizes_[dim];
    }
  }
  rank_ = std::max(kept + 1, 1);
}

bool Elementwise::repeat(int operand) {
  if (storage_dtype_[operand] != loop_dtype_[operand] || strides_[0][operand] != 0 || sizes_[0] < kShortRow)
    return false;
  repeated_ = operand;
  return true;
}

bool Elementwise::is_direct(int operand) const {
  return storage_dtype_[operand] == loop_dtype_[operand] && strides_[0][operand] == item_size(storage_dtype_[operand]);
}

/// Elements of a tile whose operands all fit the staging buffers.
int64_t Elementwise::block() const {
  for (int k = 0; k < operands(); ++k)
    if (item_size(loop_dtype_[k]) > 8) return kBlock / 2;
  return kBlock;
}

Elementwise::Tiling Elementwise::tiling() const {
  using Access = Tiling::Access;
  Tiling t;
  t.size = {sizes_[0], rank_ > 1 ? sizes_[1] : 1};

  bool transposed = false, staged = false;
  for (int k = 0; k < operands(); ++k) {
    t.access[k] = k == repeated_ ? Access::Repeated : is_direct(k) ? Access::Direct : Access::Staged;
    if (t.access[k] != Access::Staged) continue;
    staged = true;
    transposed |= rank_ > 1 && strides_[1][k] != 0 && strides_[0][k] > strides_[1][k];
  }

  const int64_t most = block();
  t.tile = {std::min(t.size[0], staged ? most : kGrain), 1};
  if (transposed && t.size[0] > kTileRows) {
    t.tile[0] = std::min(t.size[0], most / kTileRows);
    t.tile[1] = std::min(t.size[1], kTileRows);
  } else if (t.size[0] < kShortRow && repeated_ < 0) {
    t.tile[1] = std::min(t.size[1], most / t.size[0]);
  }

  for (int k = 0; k < operands(); ++k) {
    if (t.access[k] == Access::Staged) continue;
    t.joined &= t.tile[1] == 1 || (t.access[k] == Access::Direct && t.tile[0] == t.size[0] &&
                                   strides_[1][k] == strides_[0][k] * sizes_[0]);
  }
  // A short row that no operand continues into the next: stage it, to have one long loop.
  if (!t.joined && t.tile[0] == t.size[0] && t.size[0] < kShortRow) {
    for (int k = 0; k < operands(); ++k) {
      if (strides_[1][k] != strides_[0][k] * sizes_[0]) t.access[k] = Access::Staged;
    }
    t.joined = true;
  }
  for (int k = outputs_; k < operands(); ++k) {
    if (t.access[k] != Access::Staged) continue;
    bool same = strides_[0][k] == 0 || t.tile[0] == t.size[0];
    for (int dim = 1; dim < rank_; ++dim) same &= strides_[dim][k] == 0;
    if (same) t.access[k] = Access::Constant;
  }

  for (int dim = 0; dim < 2; ++dim) {
    t.tiles[dim] = (t.size[dim] + t.tile[dim] - 1) / t.tile[dim];
    t.total *= t.tiles[dim];
  }
  for (int dim = 2; dim < rank_; ++dim) t.total *= sizes_[dim];
  return t;
}

void Elementwise::run(Loop loop) const {
  if (numel_ == 0) return;
  bool direct = rank_ == 1;
  for (int k = 0; k < operands(); ++k) direct = direct && is_direct(k);
  if (direct) {
    if (numel_ <= kGrain) return loop(data_.data(), numel_);
    parallel_for(0, numel_, kGrain, [&](int64_t first, int64_t last) {
      std::array<char*, kMaxOperands> pointers;
      for (int k = 0; k < operands(); ++k) pointers[k] = data_[k] + first * strides_[0][k];
      loop(pointers.data(), last - first);
    });
    return;
  }
  const Tiling t = tiling();
  if (numel_ <= kGrain) return run_tiles(t, loop, 0, t.total);
  parallel_for(0, t.total, t.grain(), [&](int64_t first, int64_t last) { run_tiles(t, loop, first, last); });
}

void Elementwise::run_cast() const {
  if (numel_ == 0) return;
  if (rank_ == 1 && numel_ <= kGrain) {
    return registered_cast({.to = data_[0],
                            .from = data_[1],
                            .to_dtype = storage_dtype_[0],
                            .from_dtype = storage_dtype_[1],
                            .count = {numel_, 1},
                            .to_stride = {strides_[0][0], 0},
                            .from_stride = {strides_[0][1], 0}});
  }
  Tiling t = tiling();
  // Rows need no staging between them, so one call moves many.
  if (is_direct(0) && t.tile[0] == t.size[0] && t.tile[1] == 1) {
    t.total /= t.tiles[1];
    t.tile[1] = std::min(t.size[1], std::max<int64_t>(1, kGrain / t.tile[0]));
    t.tiles[1] = (t.size[1] + t.tile[1] - 1) / t.tile[1];
    t.total *= t.tiles[1];
  }
  parallel_for(0, t.total, t.grain(), [&](int64_t first, int64_t last) {
    walk(t, first, last, [&](const int64_t* offsets, std::array<int64_t, 2> count) {
      registered_cast({.to = data_[0] + offsets[0],
                       .from = data_[1] + offsets[1],
                       .to_dtype = storage_dtype_[0],
                       .from_dtype = storage_dtype_[1],
                       .count = count,
                       .to_stride = {strides_[0][0], rank_ > 1 ? strides_[1][0] : 0},
                       .from_stride = {strides_[0][1], rank_ > 1 ? strides_[1][1] : 0}});
    });
  });
}

void Elementwise::run_tiles(const Tiling& t, Loop loop, int64_t first, int64_t last) const {
  using Access = Tiling::Access;
  alignas(64) char buffers[kMaxOperands][kBlock * 8];

  const auto load = [&](int k, int64_t offset, std::array<int64_t, 2> count) {
    const int64_t item = item_size(loop_dtype_[k]);
    registered_cast({.to = buffers[k],
                     .from = data_[k] + offset,
                     .to_dtype = loop_dtype_[k],
                     .from_dtype = storage_dtype_[k],
                     .count = count,
                     .to_stride = {item, item * count[0]},
                     .from_stride = {strides_[0][k], rank_ > 1 ? strides_[1][k] : 0}});
  };
  const auto store = [&](int k, int64_t offset, std::array<int64_t, 2> count) {
    const int64_t item = item_size(loop_dtype_[k]);
    registered_cast({.to = data_[k] + offset,
                     .from = buffers[k],
                     .to_dtype = storage_dtype_[k],
                     .from_dtype = loop_dtype_[k],
                     .count = count,
                     .to_stride = {strides_[0][k], rank_ > 1 ? strides_[1][k] : 0},
                     .from_stride = {item, item * count[0]}});
  };

  for (int k = outputs_; k < operands(); ++k)
    if (t.access[k] == Access::Constant) load(k, 0, t.tile);

  walk(t, first, last, [&](const int64_t* offsets, std::array<int64_t, 2> count) {
    std::array<char*, kMaxOperands> pointers;
    for (int k = 0; k < operands(); ++k) {
      const bool in_place = t.access[k] == Access::Direct || t.access[k] == Access::Repeated;
      pointers[k] = in_place ? data_[k] + offsets[k] : buffers[k];
      if (k >= outputs_ && t.access[k] == Access::Staged) load(k, offsets[k], count);
    }
    if (t.joined) {
      loop(pointers.data(), count[0] * count[1]);
    } else {
      for (int64_t row = 0; row < count[1]; ++row) {
        loop(pointers.data(), count[0]);
        for (int k = 0; k < operands(); ++k) {
          const bool in_place = t.access[k] == Access::Direct || t.access[k] == Access::Repeated;
          pointers[k] += in_place ? strides_[1][k] : count[0] * item_size(loop_dtype_[k]);
        }
      }
    }
    for (int k = 0; k < outputs_; ++k)
      if (t.access[k] != Access::Direct) store(k, offsets[k], count);
  });
}

// Calls `body` for the tiles [first, last) with the byte offset of each operand.
void Elementwise::walk(const Tiling& t, int64_t first, int64_t last, Tile body) const {
  std::array<int64_t, kMaxRank> at, limit, step;
  std::array<int64_t, kMaxOperands> offsets{};
  const int dims = std::max(rank_, 2);
  int64_t rest = first;
  for (int dim = 0; dim < dims; ++dim) {
    limit[dim] = dim < 2 ? t.tiles[dim] : sizes_[dim];
    step[dim] = dim < 2 ? t.tile[dim] : 1;
    at[dim] = rest % limit[dim];
    rest /= limit[dim];
    if (dim < rank_) {
      for (int k = 0; k < operands(); ++k) offsets[k] += at[dim] * step[dim] * strides_[dim][k];
    }
  }
  for (int64_t index = first;;) {
    body(offsets.data(),
         {std::min(t.tile[0], t.size[0] - at[0] * t.tile[0]), std::min(t.tile[1], t.size[1] - at[1] * t.tile[1])});
    if (++index == last) return;
    int dim = 0;
    for (; at[dim] + 1 == limit[dim]; ++dim) {
      if (dim < rank_) {
        for (int k = 0; k < operands(); ++k) offsets[k] -= at[dim] * step[dim] * strides_[dim][k];
      }
      at[dim] = 0;
    }
    ++at[dim];
    for (int k = 0; k < operands(); ++k) offsets[k] += step[dim] * strides_[dim][k];
  }
}

}  // namespace ember
