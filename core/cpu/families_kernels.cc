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
  register_average_pooling(table);
  register_matmul(table);
}

void register_tables() {
  register_complex();
  register_elementary();
  register_shaped_activation();
  register_indexing_table();
  register_sorting();
  register_scan();
  register_distance();
  register_adaptive_max_pooling();
  register_adaptive_average_pooling();
  register_resampling();
  register_grid_sampling();
  register_folding();
  register_group_norm();
  register_attention();
  register_cross_entropy();
  register_elementwise_loss();
  register_ctc();
  register_distributions();
  register_embedding_bag();
}

}  // namespace ember::EMBER_ISA
