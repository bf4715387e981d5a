// The files that together make the indexing family; register_indexing calls them.
#pragma once

#include "core/tensor.h"

namespace ember {

namespace EMBER_ISA {

void register_gather();
void register_pick();
Tensor nonzero_positions(const Tensor& x);

}  // namespace EMBER_ISA
}  // namespace ember
