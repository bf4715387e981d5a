// The files that together make the reduction family; register_reduction calls them.
#pragma once

namespace ember {

class TensorBase;
namespace EMBER_ISA {

void reduce_mean(const TensorBase& out, const TensorBase& x);
void reduce_max(const TensorBase& out, const TensorBase& x);

/// var and logsumexp: sums of a function of an element and of another reduction's result.
void register_moments();
/// max_dim and min_dim.
void register_extremes();

}  // namespace EMBER_ISA
}  // namespace ember
