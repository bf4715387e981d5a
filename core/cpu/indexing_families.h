// The files that together make the indexing family; register_indexing calls them.
#pragma once

#include "core/tensor.h"

namespace ember {

struct Backend;

namespace EMBER_ISA {

/// gather, scatter and scatter_add.
void register_gather(Backend& table);
/// scatter_reduce.
void register_gather_table();
/// pick and unpick.
void register_pick_table();
Tensor nonzero_positions(const Tensor& x);

}  // namespace EMBER_ISA
}  // namespace ember
