// The files that together make the indexing family; register_indexing calls them.
#pragma once

#include "ember/core/tensor_base.h"

namespace ember {

namespace EMBER_ISA {

void register_gather();
void register_pick();
TensorBase nonzero_positions(const TensorBase& x);

}  // namespace EMBER_ISA
}  // namespace ember
