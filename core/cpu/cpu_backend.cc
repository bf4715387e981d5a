#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/backend.h"
#include "core/cpu/cpu_kernels.h"

namespace ember::cpu {

bool is_supported(Isa isa) {
  __builtin_cpu_init();
  // Every CPU with AVX2 has F16C too, for which Clang 14 has no name.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  switch (isa) {
    case Isa::SSE2:
      return true;
    case Isa::AVX2:
      return avx2;
    case Isa::AVX512:
      return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512cd");
  }
  return false;
}

namespace {

Isa choose() {
  Isa best = Isa::SSE2;
  for (Isa candidate : {Isa::AVX2, Isa::AVX512})
    if (is_supported(candidate)) best = candidate;
  const char* wanted = std::getenv("EMBER_ISA");
  if (!wanted) return best;
  const std::string_view name = wanted;
  for (auto [isa, its_name] :
       {std::pair{Isa::SSE2, "sse2"}, std::pair{Isa::AVX2, "avx2"}, std::pair{Isa::AVX512, "avx512"}}) {
    if (name == its_name && is_supported(isa)) return isa;
  }
  std::fprintf(stderr, "ember: EMBER_ISA=%s is unknown or not supported here; ignored\n", wanted);
  return best;
}

}  // namespace

Isa isa() {
  static const Isa chosen = choose();
  return chosen;
}

void register_all(Isa isa, Backend& table) {
  static constexpr void (*kRegister[])(Backend&) = {sse2::register_kernels, avx2::register_kernels,
                                                    avx512::register_kernels};
  kRegister[static_cast<int>(isa)](table);
  dnnl::register_convolution(table);
  register_loss(table);
}

void fail_dtype(const char* op, DType dtype) { fail<NotImplementedError>(op, ": not implemented for dtype ", dtype); }
void fail_division_by_zero(const char* op) { fail(op, ": division by zero"); }
void fail_kernel(const char* op, const char* what) { fail(op, ": ", what); }

namespace {

[[maybe_unused]] const bool registered = [] {
  Backend table;
  register_all(isa(), table);
  register_backend(kCPU, table);
  static constexpr void (*kRegister[])() = {sse2::register_tables, avx2::register_tables, avx512::register_tables};
  kRegister[static_cast<int>(isa())]();
  return true;
}();

}  // namespace

}  // namespace ember::cpu
