#include "core/rows.h"

#include <algorithm>
#include <vector>

#include "core/elementwise.h"
#include "core/parallel.h"
#include "core/walk.h"

namespace ember {

namespace {

struct Operand {
  char* data;
  DType dtype;
  int64_t stride;  ///< along a row, in bytes
  bool is_direct;
};

/// Enough stack for a block of each operand; longer rows go to the heap.
class Stage {
 public:
  Stage(int64_t operands, int64_t bytes) : bytes_(bytes) {
    if (operands * bytes > static_cast<int64_t>(sizeof(small_))) large_.resize(static_cast<size_t>(operands * bytes));
  }
  char* buffer(int64_t operand) { return (large_.empty() ? small_ : large_.data()) + operand * bytes_; }

 private:
  int64_t bytes_;
  alignas(64) char small_[4 * kRowBlock * 8];
  std::vector<char> large_;
};

}  // namespace

void for_each_row(const Tensor& out, std::span<const Tensor* const> in, int64_t dim, DType loop_dtype, RowLoop loop) {
  const auto count = static_cast<int>(in.size()) + 1;
  const auto tensor = [&](int i) -> const Tensor& { return i == 0 ? out : *in[static_cast<size_t>(i) - 1]; };
  if (out.numel() == 0) return;
  const bool has_dims = out.dim() > 0;
  const int64_t length = has_dims ? out.sizes()[static_cast<size_t>(dim)] : 1;
  const int64_t loop_item = item_size(loop_dtype);

  Walk rows;
  for (int64_t d = out.dim() - 1; d >= 0; --d) {
    if (d == dim) continue;
    const auto at = static_cast<size_t>(d);
    Walk::Strides strides{};
    for (int i = 0; i < count; ++i)
      strides[static_cast<size_t>(i)] = tensor(i).strides()[at] * tensor(i).element_size();
    rows.add(out.sizes()[at], strides);
  }
  rows.sort();
  rows.merge();

  std::array<Operand, Walk::kMaxOperands> operands;
  for (int i = 0; i < count; ++i) {
    const Tensor& x = tensor(i);
    const int64_t item = x.element_size();
    const int64_t stride = has_dims ? x.strides()[static_cast<size_t>(dim)] * item : item;
    const bool is_row_dense = length == 1 || stride == item;
    const bool are_rows_dense = rows.rank == 0 || rows.strides[0][static_cast<size_t>(i)] == length * item;
    operands[static_cast<size_t>(i)] = {x.raw_data(), x.dtype(), stride,
                                        x.dtype() == loop_dtype && is_row_dense && are_rows_dense};
  }

  const int64_t in_run = rows.size_or_1(0);
  const int64_t block = std::clamp<int64_t>(kRowBlock / length, 1, in_run);
  const int64_t blocks_per_run = (in_run + block - 1) / block;
  const int64_t blocks = rows.numel / in_run * blocks_per_run;
  // An exponential costs several times what a sum does.
  const int64_t grain = std::max<int64_t>(1, kGrain / 4 / (block * length));
  parallel_for(0, blocks, grain, [&](int64_t first, int64_t last) {
    Stage stage(count, block * length * loop_item);
    for (int64_t b = first; b < last; ++b) {
      const int64_t run = b / blocks_per_run, row = (b - run * blocks_per_run) * block;
      const int64_t here = std::min(block, in_run - row);
      const Walk::Strides base = rows.offsets(run, 1);
      std::array<char*, Walk::kMaxOperands> pointers{};
      std::array<CastRun, Walk::kMaxOperands> runs;
      for (int i = 0; i < count; ++i) {
        const auto at = static_cast<size_t>(i);
        const Operand& operand = operands[at];
        const int64_t row_stride = rows.stride_or_0(0, i);
        char* data = operand.data + base[at] + row * row_stride;
        pointers[at] = operand.is_direct ? data : stage.buffer(i);
        runs[at] = {pointers[at],
                    data,
                    loop_dtype,
                    operand.dtype,
                    {length, here},
                    {loop_item, length * loop_item},
                    {operand.stride, row_stride}};
        if (!operand.is_direct && i > 0) cast(runs[at]);
      }
      loop(pointers[0], pointers.data() + 1, here);
      if (!operands[0].is_direct) {
        const CastRun& read = runs[0];
        cast({const_cast<char*>(read.from), read.to, read.from_dtype, read.to_dtype, read.count, read.from_stride,
              read.to_stride});
      }
    }
  });
}

}  // namespace ember
