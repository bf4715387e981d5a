#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/normalization_families.h"

namespace ember::EMBER_ISA {

void register_normalization() {
  register_batch_norm();
  register_layer_norm();
}

}  // namespace ember::EMBER_ISA
