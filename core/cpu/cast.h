// Moving and converting runs of elements: what copies, the staging of the elementwise iterator and the 16-bit kernels stand on.
#pragma once

#include "ember/core/elementwise.h"

namespace ember::EMBER_ISA {

/// The kernel behind ember::cast() for this instruction set.
void cast_run(const CastRun& run);

/// Converts `count` contiguous elements.
void convert(char* to, DType to_dtype, const char* from, DType from_dtype, int64_t count);

}  // namespace ember::EMBER_ISA
