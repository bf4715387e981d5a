// Tables of vectors beyond indexing.h's embedding: rows kept below a norm, gradients scaled by frequency, and bags of rows.
#pragma once

#include <optional>
#include <string_view>

#include "ember/core/kernels/embedding.h"
#include "ember/ops/tensor.h"

namespace ember {

struct EmbeddingLookup {
  std::optional<int64_t> padding_idx = {};  ///< this row gets no gradient; negative counts from the end
  std::optional<double> max_norm = {};      ///< rows that are looked up are first scaled down to this norm, in place
  double norm_type = 2;
  bool scale_grad_by_freq = false;  ///< a row's gradient is divided by how often it was looked up
};

/// The rows of weight [V, D] that indices (int64 or int32, any shape) name: [*indices, D].
Tensor embedding(const Tensor& weight, const Tensor& indices, const EmbeddingLookup& lookup);
/// Scales the rows of weight that indices name down to norm max_norm where they exceed it; outside of the tape.
Tensor& embedding_renorm_(Tensor& weight, const Tensor& indices, double max_norm, double norm_type = 2);

/// Parses "sum", "mean" or "max"; ValueError otherwise.
BagMode bag_mode(std::string_view name);

struct EmbeddingBagOptions {
  BagMode mode = BagMode::Mean;
  EmbeddingLookup lookup = {};       ///< rows of padding_idx count nothing
  Tensor per_sample_weights = {};    ///< of indices' shape, for sums
  bool include_last_offset = false;  ///< the last offset is the end of the last bag, not the start of another one
};

/// The sum, mean or elementwise maximum of the rows in each bag: the rows of indices [B, L], or the parts of 1-d indices that start at
/// `offsets` [B], which rise from 0. Empty bags give zeros. [B, D].
Tensor embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets = {},
                     const EmbeddingBagOptions& options = {});

}  // namespace ember
