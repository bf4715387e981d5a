// The CPU's kernels. Those in *_kernels.cc are compiled once for every instruction set, in a namespace of that set's name, and
// families_kernels.cc lists them; cpu_backend.cc picks the set. oneDNN chooses instructions by itself, so its families exist once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ember/core/dtype.h"

namespace ember {

// What families_kernels.cc has for each instruction set.
namespace sse2 {
void register_kernels();
}
namespace avx2 {
void register_kernels();
}
namespace avx512 {
void register_kernels();
}

namespace cpu {

/// The instruction sets that the CPU backend knows, the best last.
enum class Isa { SSE2, AVX2, AVX512 };

/// Whether this machine can run kernels of that set.
bool is_supported(Isa isa);
/// The set of that name; a ValueError that begins with `what` when there is none or this machine lacks it.
Isa parse_isa(std::string_view what, std::string_view name);
/// The set that the environment variable EMBER_ISA (sse2, avx2, avx512) asks for at start. OneDNN and OpenBLAS keep to it too.
std::optional<Isa> isa_asked_for();
/// What is wrong with EMBER_ISA; empty when nothing is.
const std::string& start_error();
/// The set chosen at start: the one asked for, or the best supported one.
Isa isa();
/// Enters the kernels of that set, LAPACK's too; without one, what was chosen at start.
void use(std::optional<Isa> isa);

// Errors of kernels, thrown from ordinary code: a template instantiated inside a kernel file would be compiled for that file's
// instruction set, and the linker might keep that copy for the whole program.
[[noreturn]] void fail_dtype(const char* op, DType dtype);
[[noreturn]] void fail_division_by_zero(const char* op);
/// Throws Error with "op: what".
[[noreturn]] void fail_kernel(const char* op, const char* what);

}  // namespace cpu
}  // namespace ember
