// What each *_kernels.cc has for one instruction set: a function that enters its kernels. A file that is added gets a line here and one in
// families_kernels.cc.
#pragma once

namespace ember::EMBER_ISA {

void register_memory();
void register_arithmetic();
void register_comparison();
void register_rounding();
void register_elementary();
void register_special();
void register_activation();
void register_random();
void register_optimizer();
void register_reduction();
void register_softmax();
void register_indexing();
void register_normalization();
void register_pooling();
void register_average_pooling();
void register_matmul();
void register_sorting();
void register_scan();
void register_distance();
void register_resampling();
void register_grid_sampling();
void register_folding();
void register_group_norm();
void register_attention();
void register_cross_entropy();
void register_elementwise_loss();
void register_ctc();
void register_embedding_bag();
void register_small_matrices();
void register_complex();

}  // namespace ember::EMBER_ISA
