#include "ember/core/rows.h"

#include <algorithm>
#include <array>

#include "ember/core/elementwise.h"
#include "ember/core/parallel.h"
#include "ember/core/walk.h"

namespace ember {

namespace {

/// Rows that are moved together when their elements are not neighbours but the rows are: what shares a cache line.
constexpr int64_t kTogether = 16;
/// Elements of such a block at most.
constexpr int64_t kTogetherBlock = 1 << 16;
/// Bytes of stack for a block of all operands; longer ones go to the heap.
constexpr int64_t kStackBytes = 4 * kRowBlock * 8;

struct Operand {
  char* data;
  DType dtype, loop_dtype;
  int64_t length;
  int64_t stride;  ///< along a row, in bytes
  bool is_direct;
  int64_t stage = 0;  ///< where its block lies among the staged ones

  int64_t row_bytes() const { return length * item_size(loop_dtype); }
};

/// One call: the operands, the walk over their rows and how those are cut into blocks.
struct Rows {
  std::array<Operand, Walk::kMaxOperands> operands;
  int count = 0, outputs = 0;
  Walk walk;
  int64_t length = 1, block = 1, per_call = 1, stage_bytes = 0;

  void add(const RowOperand& operand, int64_t dim) {
    const TensorBase& x = operand.tensor;
    const bool has_dims = x.dim() > 0;
    const auto at = static_cast<size_t>(dim);
    const int64_t item = x.element_size();
    operands[static_cast<size_t>(count++)] = {
        x.raw_data(), x.dtype(), operand.dtype, has_dims ? x.sizes()[at] : 1, has_dims ? x.strides()[at] * item : item,
        false};
  }
  void cut();
  void move(const Operand& operand, char* staged, char* data, int64_t row_stride, int64_t rows, bool is_output) const;
  void run(int64_t first, int64_t last, RowsLoop loop) const;
};

void Rows::cut() {
  bool is_strided = false;
  for (int i = 0; i < count; ++i) {
    Operand& x = operands[static_cast<size_t>(i)];
    length = std::max(length, x.length);
    const int64_t item = item_size(x.dtype);
    const bool is_row_dense = x.length == 1 || x.stride == item;
    const bool are_rows_dense = walk.rank == 0 || walk.strides[0][static_cast<size_t>(i)] == x.length * item;
    x.is_direct = x.dtype == x.loop_dtype && is_row_dense && are_rows_dense;
    is_strided = is_strided || (!is_row_dense && walk.stride_or_0(0, i) == item);
  }
  const int64_t in_run = walk.size_or_1(0);
  block = std::clamp<int64_t>(kRowBlock / length, 1, in_run);
  per_call = block;
  if (is_strided) block = std::max(block, std::min({kTogether, in_run, std::max<int64_t>(1, kTogetherBlock / length)}));
  for (int i = 0; i < count; ++i) {
    Operand& x = operands[static_cast<size_t>(i)];
    x.stage = stage_bytes;
    if (!x.is_direct) stage_bytes += (block * x.row_bytes() + 63) / 64 * 64;
  }
}

void Rows::move(const Operand& x, char* staged, char* data, int64_t row_stride, int64_t rows, bool is_output) const {
  const std::array<int64_t, 2> sizes = {x.length, rows}, dense = {item_size(x.loop_dtype), x.row_bytes()},
                               strides = {x.stride, row_stride};
  if (is_output)
    cast({data, staged, x.dtype, x.loop_dtype, sizes, strides, dense});
  else
    cast({staged, data, x.loop_dtype, x.dtype, sizes, dense, strides});
}

void Rows::run(int64_t first, int64_t last, RowsLoop loop) const {
  alignas(64) char small[kStackBytes];
  TensorBase large;
  char* stage = small;
  if (stage_bytes > kStackBytes) {
    large = empty_tensor({stage_bytes}, kUInt8);
    stage = large.raw_data();
  }
  const int64_t in_run = walk.size_or_1(0), blocks_per_run = (in_run + block - 1) / block;
  for (int64_t b = first; b < last; ++b) {
    const int64_t run = b / blocks_per_run, row = (b - run * blocks_per_run) * block;
    const int64_t rows = std::min(block, in_run - row);
    const Walk::Strides base = walk.offsets(run, 1);
    std::array<char*, Walk::kMaxOperands> pointers{}, data{};
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      const Operand& x = operands[at];
      data[at] = x.data + base[at] + row * walk.stride_or_0(0, i);
      pointers[at] = x.is_direct ? data[at] : stage + x.stage;
      if (!x.is_direct && i >= outputs) move(x, pointers[at], data[at], walk.stride_or_0(0, i), rows, false);
    }
    for (int64_t done = 0; done < rows; done += per_call) {
      std::array<char*, Walk::kMaxOperands> at_call = pointers;
      for (int i = 0; i < count; ++i)
        at_call[static_cast<size_t>(i)] += done * operands[static_cast<size_t>(i)].row_bytes();
      loop(at_call.data(), std::min(per_call, rows - done));
    }
    for (int i = 0; i < outputs; ++i) {
      const auto at = static_cast<size_t>(i);
      if (!operands[at].is_direct) move(operands[at], pointers[at], data[at], walk.stride_or_0(0, i), rows, true);
    }
  }
}

}  // namespace

void for_each_rows(std::span<const RowOperand> outputs, std::span<const RowOperand> inputs, int64_t dim, int64_t cost,
                   RowsLoop loop) {
  Rows rows;
  for (const RowOperand& operand : outputs) rows.add(operand, dim);
  rows.outputs = rows.count;
  for (const RowOperand& operand : inputs) rows.add(operand, dim);
  const auto tensor = [&](size_t i) -> const TensorBase& {
    return i < outputs.size() ? outputs[i].tensor : inputs[i - outputs.size()].tensor;
  };
  const TensorBase& first = tensor(0);
  for (int64_t d = first.dim() - 1; d >= 0; --d) {
    if (d == dim) continue;
    const auto at = static_cast<size_t>(d);
    Walk::Strides strides{};
    for (size_t i = 0; i < static_cast<size_t>(rows.count); ++i)
      strides[i] = tensor(i).strides()[at] * tensor(i).element_size();
    rows.walk.add(first.sizes()[at], strides);
  }
  if (rows.walk.numel == 0) return;
  rows.walk.sort();
  rows.walk.merge();
  rows.cut();
  const int64_t in_run = rows.walk.size_or_1(0);
  const int64_t blocks = rows.walk.numel / in_run * ((in_run + rows.block - 1) / rows.block);
  const int64_t grain = std::max<int64_t>(1, kGrain / cost / (rows.block * rows.length));
  parallel_for(0, blocks, grain, [&](int64_t begin, int64_t end) { rows.run(begin, end, loop); });
}

void for_each_row(const TensorBase& out, std::span<const TensorBase* const> in, int64_t dim, DType loop_dtype,
                  RowLoop loop) {
  if (out.numel() == 0) return;
  check(!in.empty() && in.size() <= 3, "for_each_row: takes one to three inputs");
  // An exponential costs several times what a sum does.
  constexpr int64_t kCost = 4;
  const RowOperand outputs[] = {{out, loop_dtype}};
  const RowOperand inputs[] = {{*in[0], loop_dtype}, {*in[in.size() > 1], loop_dtype}, {*in.back(), loop_dtype}};
  for_each_rows(outputs, std::span(inputs, in.size()), dim, kCost,
                [&](char* const* pointers, int64_t rows) { loop(pointers[0], pointers + 1, rows); });
}

}  // namespace ember
