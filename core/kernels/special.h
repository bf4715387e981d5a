// Special functions, elementwise. Computed in double, whatever the dtype, but for erfinv of float32.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

inline constinit PointwiseKernel<UnaryKernel> digamma{"digamma"}, trigamma{"trigamma"}, lgamma{"lgamma"},
    erfinv{"erfinv"}, erfcx{"erfcx"}, ndtri{"ndtri"}, log_ndtr{"log_ndtr"};
inline constinit PointwiseKernel<UnaryKernel> i0{"i0"}, i0e{"i0e"}, i1{"i1"}, i1e{"i1e"}, k0{"k0"}, k0e{"k0e"},
    k1{"k1"}, k1e{"k1e"}, j0{"j0"}, j1{"j1"}, y0{"y0"}, y1{"y1"}, airy_ai{"airy_ai"}, spherical_j0{"spherical_j0"};
inline constinit PointwiseKernel<BinaryKernel> zeta{"zeta"}, igamma{"igamma"}, igammac{"igammac"};
/// Orthogonal polynomials of x and the degree n, which is rounded toward zero.
inline constinit PointwiseKernel<BinaryKernel> chebyshev_t{"chebyshev_t"}, chebyshev_u{"chebyshev_u"},
    chebyshev_v{"chebyshev_v"}, chebyshev_w{"chebyshev_w"}, shifted_chebyshev_t{"shifted_chebyshev_t"},
    shifted_chebyshev_u{"shifted_chebyshev_u"}, shifted_chebyshev_v{"shifted_chebyshev_v"},
    shifted_chebyshev_w{"shifted_chebyshev_w"}, hermite_h{"hermite_h"}, hermite_he{"hermite_he"}, laguerre{"laguerre"},
    legendre{"legendre"};

}  // namespace ember::kernels
