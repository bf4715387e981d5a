// The families of kernels of one instruction set. A family fills its slots of the backend table, or a table of its own
// (core/kernel_table.h); one that is added gets a line here and one in families_kernels.cc.
#pragma once

namespace ember {

struct Backend;

namespace EMBER_ISA {

void register_memory(Backend& table);
void register_unary(Backend& table);
void register_binary(Backend& table);
void register_ternary(Backend& table);
void register_activation(Backend& table);
void register_random(Backend& table);
void register_optimizer(Backend& table);
void register_reduction(Backend& table);
void register_softmax(Backend& table);
void register_indexing(Backend& table);
void register_normalization(Backend& table);
void register_pooling(Backend& table);
void register_average_pooling(Backend& table);
void register_matmul(Backend& table);
void register_complex();

void register_elementary();
void register_shaped_activation();

void register_indexing_table();

void register_sorting();
void register_scan();
void register_distance();

void register_adaptive_max_pooling();
void register_adaptive_average_pooling();
void register_resampling();
void register_grid_sampling();
void register_folding();
void register_group_norm();

void register_attention();
void register_cross_entropy();
void register_elementwise_loss();
void register_ctc();
void register_distributions();
void register_embedding_bag();

}  // namespace EMBER_ISA
}  // namespace ember
