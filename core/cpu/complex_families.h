// The files that together make the family of complex numbers; register_complex calls them.
#pragma once

namespace ember::EMBER_ISA {

void register_fft();

}  // namespace ember::EMBER_ISA
