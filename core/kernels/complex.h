// Kernels that only complex numbers have. Arithmetic on them is in the table of core/backend.h for complex numbers.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct ComplexKernels {
  UnaryKernel* conj = nullptr;  ///< the imaginary part negated
};

}  // namespace ember
