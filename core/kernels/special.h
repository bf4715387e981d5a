// Special functions, elementwise. Computed in double, whatever the dtype, but for erfinv of float32.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct SpecialKernels {
  UnaryKernel *digamma = nullptr, *trigamma = nullptr, *lgamma = nullptr, *erfinv = nullptr, *erfcx = nullptr,
              *ndtri = nullptr, *log_ndtr = nullptr;
  UnaryKernel *i0 = nullptr, *i0e = nullptr, *i1 = nullptr, *i1e = nullptr, *k0 = nullptr, *k0e = nullptr,
              *k1 = nullptr, *k1e = nullptr, *j0 = nullptr, *j1 = nullptr, *y0 = nullptr, *y1 = nullptr,
              *airy_ai = nullptr, *spherical_j0 = nullptr;
  BinaryKernel *zeta = nullptr, *igamma = nullptr, *igammac = nullptr;
  /// Orthogonal polynomials of x and the degree n, which is rounded toward zero.
  BinaryKernel *chebyshev_t = nullptr, *chebyshev_u = nullptr, *chebyshev_v = nullptr, *chebyshev_w = nullptr,
               *shifted_chebyshev_t = nullptr, *shifted_chebyshev_u = nullptr, *shifted_chebyshev_v = nullptr,
               *shifted_chebyshev_w = nullptr, *hermite_h = nullptr, *hermite_he = nullptr, *laguerre = nullptr,
               *legendre = nullptr;
};

}  // namespace ember
