// The constants of Philox4x32-10 (Salmon et al., SC 2011, table 2), for the scalar generator and for the vector kernels.
#pragma once

#include <cstdint>

namespace ember {

inline constexpr int kPhiloxRounds = 10;
inline constexpr uint32_t kPhiloxMultiplier0 = 0xD2511F53, kPhiloxMultiplier1 = 0xCD9E8D57;
inline constexpr uint32_t kPhiloxKeyStep0 = 0x9E3779B9, kPhiloxKeyStep1 = 0xBB67AE85;

}  // namespace ember
