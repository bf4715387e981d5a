// Sequences of different lengths in one batch without padding, which RNN, LSTM and GRU take in place of a padded tensor, and the
// ways between lists of sequences, padded tensors and packed ones; PyTorch's nn.utils.rnn.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember::nn::utils::rnn {

/// Step by step, what the sequences that are so long have there: data [sum of lengths, ...], the longest sequence first in each step, and
/// batch_sizes [steps], int64 on the CPU, how many they are. Sequence i of the packed order is sorted_indices[i] of the caller's,
/// and i of the caller's is unsorted_indices[i] of the packed; both are undefined where the orders are one.
class PackedSequence {
 public:
  PackedSequence() = default;
  /// Of the two orders, one gives the other.
  PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {}, Tensor unsorted_indices = {});

  const Tensor& data() const { return data_; }
  const Tensor& batch_sizes() const { return batch_sizes_; }
  const Tensor& sorted_indices() const { return sorted_indices_; }
  const Tensor& unsorted_indices() const { return unsorted_indices_; }

  PackedSequence to(DType dtype) const;
  PackedSequence to(Device device) const;

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// The permutation that undoes this one; undefined of an undefined one.
Tensor invert_permutation(const Tensor& permutation);

/// Packs input [steps, batch, ...], or [batch, steps, ...] with batch_first, of which sequence i has lengths[i] steps (int64 on the CPU).
/// Unless enforce_sorted is false, lengths must fall. Error for lengths below 1 or above the steps.
PackedSequence pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first = false,
                                    bool enforce_sorted = true);

/// The padded tensor, of as many steps as the longest sequence or total_length, and the lengths, in the caller's order.
std::pair<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first = false,
                                              double padding_value = 0, std::optional<int64_t> total_length = {});

/// Sequences [steps, ...], alike but for their steps, as one tensor [longest, batch, ...] or [batch, longest, ...]; padding_side is
/// "right" or "left".
Tensor pad_sequence(const std::vector<Tensor>& sequences, bool batch_first = false, double padding_value = 0,
                    std::string_view padding_side = "right");

/// The sequences of a padded tensor.
std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths, bool batch_first = false);

/// Packs sequences [steps, ...].
PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted = true);

/// The sequences, in the caller's order.
std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences);

}  // namespace ember::nn::utils::rnn
