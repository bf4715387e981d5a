#include "core/cpu/families.h"

namespace ember::EMBER_ISA {

void register_kernels() {
  register_memory();
  register_arithmetic();
  register_comparison();
  register_rounding();
  register_elementary();
  register_special();
  register_activation();
  register_random();
  register_optimizer();
  register_reduction();
  register_softmax();
  register_indexing();
  register_normalization();
  register_pooling();
  register_average_pooling();
  register_matmul();
  register_sorting();
  register_scan();
  register_distance();
  register_resampling();
  register_grid_sampling();
  register_folding();
  register_group_norm();
  register_attention();
  register_cross_entropy();
  register_elementwise_loss();
  register_ctc();
  register_embedding_bag();
  register_small_matrices();
  register_complex();  // last: it takes over some that serve any dtype
}

}  // namespace ember::EMBER_ISA
