#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/normalization_families.h"

namespace ember::EMBER_ISA {

void register_normalization(Backend& table) {
  register_batch_norm(table);
  register_layer_norm(table);
}

}  // namespace ember::EMBER_ISA
