#include "ember/nn/packed_sequence.h"

#include <algorithm>
#include <numeric>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/slices.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"

namespace ember::nn::utils::rnn {
namespace {

using Numbers = std::vector<int64_t>;

Numbers numbers_of(const char* function, const char* name, const Tensor& x) {
  check(x.defined(), function, ": ", name, " is undefined");
  check(x.dim() == 1, function, ": ", name, " has shape ", x.sizes(), " but must have 1 dimension");
  check(x.dtype() == kInt64, function, ": ", name, " must be an int64 tensor but is ", x.dtype());
  const Tensor values = contiguous(to(x, Device()));
  return {values.data_ptr<int64_t>(), values.data_ptr<int64_t>() + values.numel()};
}

/// How many of the sequences, longest first, have each step.
Numbers sizes_of_steps(const Numbers& falling_lengths) {
  Numbers sizes;
  for (size_t count = falling_lengths.size(); count > 0; --count)
    while (static_cast<int64_t>(sizes.size()) < falling_lengths[count - 1])
      sizes.push_back(static_cast<int64_t>(count));
  return sizes;
}

Numbers falling_lengths(const Numbers& sizes) {
  Numbers lengths(sizes.empty() ? 0 : static_cast<size_t>(sizes[0]), 0);
  for (const int64_t size : sizes)
    for (int64_t i = 0; i < size; ++i) ++lengths[static_cast<size_t>(i)];
  return lengths;
}

Numbers counted(size_t count) {
  Numbers order(count);
  std::iota(order.begin(), order.end(), int64_t{0});
  return order;
}

/// Where the packed steps lie among the rows of a padded tensor: one number for each row of the packed data.
Numbers padded_rows(const Numbers& sizes, const Numbers& order, int64_t steps, bool batch_first) {
  const auto batch = static_cast<int64_t>(order.size());
  Numbers rows;
  for (size_t step = 0; step < sizes.size(); ++step)
    for (int64_t i = 0; i < sizes[step]; ++i) {
      const int64_t sequence = order[static_cast<size_t>(i)], time = static_cast<int64_t>(step);
      rows.push_back(batch_first ? sequence * steps + time : time * batch + sequence);
    }
  return rows;
}

Tensor index_on(const Numbers& rows, const Tensor& x) { return tensor(rows, TensorOptions().device(x.device())); }

/// The first `count` dims as `sizes`.
Tensor with_front(const Tensor& x, int64_t count, Numbers sizes) {
  for (int64_t dim = count; dim < x.dim(); ++dim) sizes.push_back(x.size(dim));
  return reshape(x, Shape(sizes));
}

}  // namespace

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices, Tensor unsorted_indices)
    : data_(std::move(data)),
      batch_sizes_(std::move(batch_sizes)),
      sorted_indices_(std::move(sorted_indices)),
      unsorted_indices_(std::move(unsorted_indices)) {
  check<ValueError>(batch_sizes_.device() == Device(),
                    "PackedSequence: batch_sizes should always be on CPU, which it is not: ", batch_sizes_.device());
  if (!unsorted_indices_.defined()) unsorted_indices_ = invert_permutation(sorted_indices_);
  if (!sorted_indices_.defined()) sorted_indices_ = invert_permutation(unsorted_indices_);
}

PackedSequence PackedSequence::to(DType dtype) const {
  return {ember::to(data_, dtype), batch_sizes_, sorted_indices_, unsorted_indices_};
}

PackedSequence PackedSequence::to(Device device) const {
  const auto move = [&](const Tensor& x) { return x.defined() ? ember::to(x, device) : x; };
  return {move(data_), batch_sizes_, move(sorted_indices_), move(unsorted_indices_)};
}

Tensor invert_permutation(const Tensor& permutation) {
  if (!permutation.defined()) return {};
  const Numbers order = numbers_of("invert_permutation", "permutation", permutation);
  Numbers inverse(order.size(), -1);
  for (size_t i = 0; i < order.size(); ++i) {
    check(order[i] >= 0 && order[i] < static_cast<int64_t>(order.size()), "invert_permutation: ", order[i],
          " is no index of ", order.size(), " elements");
    inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  }
  check(std::ranges::find(inverse, -1) == inverse.end(), "invert_permutation: ", permutation.sizes(),
        " numbers with repetitions are no permutation");
  return index_on(inverse, permutation);
}

PackedSequence pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first, bool enforce_sorted) {
  check(input.dim() >= 2, "pack_padded_sequence: input has shape ", input.sizes(),
        " but must have at least 2 dimensions");
  Numbers sorted = numbers_of("pack_padded_sequence", "lengths", lengths);
  const int64_t batch = input.size(batch_first ? 0 : 1), steps = input.size(batch_first ? 1 : 0);
  check(batch > 0 && steps > 0, "Cannot pack empty tensors: pack_padded_sequence's input has shape ", input.sizes());
  check(static_cast<int64_t>(sorted.size()) == batch, "Expected `len(lengths)` to be equal to batch_size, but got ",
        sorted.size(), " (batch_size=", batch, ")");
  for (const int64_t length : sorted) {
    check(length > 0, "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
    check(length <= steps, "pack_padded_sequence: a length of ", length, " exceeds the ", steps, " steps of input ",
          input.sizes());
  }
  Numbers order = counted(sorted.size());
  Tensor sorted_indices;
  if (!enforce_sorted) {
    std::ranges::stable_sort(order, std::greater(), [&](int64_t i) { return sorted[static_cast<size_t>(i)]; });
    std::ranges::sort(sorted, std::greater());
    sorted_indices = index_on(order, input);
  }
  check(std::ranges::is_sorted(sorted, std::greater()),
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
        "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to have them sort it");
  const Numbers sizes = sizes_of_steps(sorted);
  const Tensor rows = with_front(input, 2, {steps * batch});
  return {index_select(rows, 0, index_on(padded_rows(sizes, order, steps, batch_first), input)), tensor(sizes),
          sorted_indices};
}

std::pair<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first, double padding_value,
                                              std::optional<int64_t> total_length) {
  const Numbers sizes = numbers_of("pad_packed_sequence", "batch_sizes", sequence.batch_sizes());
  const auto longest = static_cast<int64_t>(sizes.size());
  check<ValueError>(!total_length || *total_length >= longest,
                    "Expected total_length to be at least the length of the longest sequence in input, but got "
                    "total_length=",
                    total_length.value_or(0), " and max sequence length being ", longest);
  const int64_t steps = total_length.value_or(longest);
  const Numbers sorted = falling_lengths(sizes);
  const auto batch = static_cast<int64_t>(sorted.size());
  const Numbers order = sequence.sorted_indices().defined()
                            ? numbers_of("pad_packed_sequence", "sorted_indices", sequence.sorted_indices())
                            : counted(sorted.size());
  check(order.size() == sorted.size(), "pad_packed_sequence: ", order.size(), " sorted_indices for ", batch,
        " sequences");
  const Tensor& data = sequence.data();
  Numbers shape = data.sizes().vec();
  shape[0] = steps * batch;
  const Tensor rows = index_copy(full(Shape(shape), padding_value, data.options()), 0,
                                 index_on(padded_rows(sizes, order, steps, batch_first), data), data);
  Numbers lengths(sorted.size());
  for (size_t i = 0; i < order.size(); ++i) lengths[static_cast<size_t>(order[i])] = sorted[i];
  return {with_front(rows, 1, batch_first ? Numbers{batch, steps} : Numbers{steps, batch}), tensor(lengths)};
}

Tensor pad_sequence(const std::vector<Tensor>& sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  check(!sequences.empty(), "pad_sequence: received an empty list of sequences");
  check(padding_side == "left" || padding_side == "right",
        "pad_sequence: padding_side should be either 'left' or "
        "'right', not '",
        padding_side, "'");
  int64_t steps = 0;
  for (const Tensor& x : sequences) {
    check(x.dim() >= 1, "pad_sequence: a sequence has no dimension of steps");
    steps = std::max(steps, x.size(0));
  }
  const auto batch = static_cast<int64_t>(sequences.size());
  Numbers rows;
  for (int64_t i = 0; i < batch; ++i) {
    const int64_t length = sequences[static_cast<size_t>(i)].size(0);
    const int64_t first = padding_side == "left" ? steps - length : 0;
    for (int64_t t = first; t < first + length; ++t) rows.push_back(batch_first ? i * steps + t : t * batch + i);
  }
  const Tensor data = cat(sequences);
  Numbers shape = data.sizes().vec();
  shape[0] = steps * batch;
  const Tensor padded = index_copy(full(Shape(shape), padding_value, data.options()), 0, index_on(rows, data), data);
  return with_front(padded, 1, batch_first ? Numbers{batch, steps} : Numbers{steps, batch});
}

std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths, bool batch_first) {
  check(padded_sequences.dim() >= 2, "unpad_sequence: padded_sequences has shape ", padded_sequences.sizes(),
        " but must have at least 2 dimensions");
  const Numbers counts = numbers_of("unpad_sequence", "lengths", lengths);
  const int64_t batch_dim = batch_first ? 0 : 1, steps = padded_sequences.size(1 - batch_dim);
  check(static_cast<int64_t>(counts.size()) == padded_sequences.size(batch_dim), "unpad_sequence: ", counts.size(),
        " lengths for padded_sequences ", padded_sequences.sizes());
  std::vector<Tensor> sequences;
  for (const int64_t length : counts) {
    const Tensor padded = select(padded_sequences, batch_dim, static_cast<int64_t>(sequences.size()));
    sequences.push_back(narrow(padded, 0, 0, std::clamp<int64_t>(length, 0, steps)));
  }
  return sequences;
}

PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted) {
  Numbers lengths;
  for (const Tensor& x : sequences) lengths.push_back(x.dim() >= 1 ? x.size(0) : 0);
  return pack_padded_sequence(pad_sequence(sequences), tensor(lengths), false, enforce_sorted);
}

std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences) {
  const auto [padded, lengths] = pad_packed_sequence(packed_sequences, true);
  return unpad_sequence(padded, lengths, true);
}

}  // namespace ember::nn::utils::rnn
