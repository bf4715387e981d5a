// The families of CPU kernels. Each is compiled once for every instruction set, in a namespace of that set's name, and fills its
// slots of the backend table; cpu_backend.cc picks the set. oneDNN chooses instructions by itself, so its families exist once.
#pragma once

#include "core/dtype.h"

namespace ember {

struct Backend;

namespace sse2 {
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
void register_matmul(Backend& table);
}  // namespace sse2

namespace avx2 {
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
void register_matmul(Backend& table);
}  // namespace avx2

namespace avx512 {
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
void register_matmul(Backend& table);
}  // namespace avx512

namespace dnnl {
void register_convolution(Backend& table);
}  // namespace dnnl

namespace cpu {

void register_loss(Backend& table);

/// The instruction sets that the CPU backend knows, the best last.
enum class Isa { SSE2, AVX2, AVX512 };

/// Whether this machine can run kernels of that set.
bool is_supported(Isa isa);
/// The set in use: the best supported one, or what the environment variable EMBER_ISA (sse2, avx2, avx512) asks for.
Isa isa();
/// Fills the table with the kernels of that set.
void register_all(Isa isa, Backend& table);

// Errors of kernels, thrown from ordinary code: a template instantiated inside a kernel file would be compiled for that file's
// instruction set, and the linker might keep that copy for the whole program.
[[noreturn]] void fail_dtype(const char* op, DType dtype);
[[noreturn]] void fail_division_by_zero(const char* op);
/// Throws Error with "op: what".
[[noreturn]] void fail_kernel(const char* op, const char* what);

}  // namespace cpu
}  // namespace ember
