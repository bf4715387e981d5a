#include "core/cpu/families.h"

namespace ember::EMBER_ISA {

void register_kernels(Backend& table) {
  register_memory(table);
  register_unary(table);
  register_binary(table);
  register_ternary(table);
  register_activation(table);
  register_random(table);
  register_optimizer(table);
  register_reduction(table);
  register_softmax(table);
  register_indexing(table);
  register_normalization(table);
  register_pooling(table);
  register_matmul(table);
}

void register_tables() {}

}  // namespace ember::EMBER_ISA
