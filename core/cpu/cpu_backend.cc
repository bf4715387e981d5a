#include <array>
#include <cstdio>
#include <cstdlib>
#include <dnnl.hpp>
#include <utility>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/lapack.h"
#include "ember/core/error.h"

// A host that can raise an error defines this, and asks for start_error(): Python's module does. Elsewhere a bad EMBER_ISA ends the
// process with a message.
extern "C" [[gnu::weak]] void ember_host_raises_start_errors();

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

constexpr std::array<std::pair<Isa, const char*>, 3> kNames = {
    {{Isa::SSE2, "sse2"}, {Isa::AVX2, "avx2"}, {Isa::AVX512, "avx512"}}};

std::string supported_names() {
  std::string names;
  for (const auto& [isa, name] : kNames)
    if (is_supported(isa)) names += std::string(names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

Isa parse_isa(std::string_view what, std::string_view name) {
  bool is_known = false;
  for (const auto& [isa, its_name] : kNames) {
    if (name != its_name) continue;
    if (is_supported(isa)) return isa;
    is_known = true;
  }
  fail<ValueError>(what, " is \"", name, "\", which ", is_known ? "this machine lacks" : "is not an instruction set",
                   "; this machine has ", supported_names());
}

namespace {

/// What EMBER_ISA says; an empty one says nothing.
struct Start {
  std::optional<Isa> asked_for;
  std::string error;

  Start() {
    const char* name = std::getenv("EMBER_ISA");
    if (!name || !*name) return;
    try {
      asked_for = parse_isa("EMBER_ISA", name);
    } catch (const ValueError& wrong) {
      error = wrong.what();
      if (ember_host_raises_start_errors) return;
      std::fprintf(stderr, "ember: %s\n", wrong.what());
      std::_Exit(EXIT_FAILURE);
    }
  }
};

const Start& start() {
  static const Start read;
  return read;
}

}  // namespace

std::optional<Isa> isa_asked_for() { return start().asked_for; }
const std::string& start_error() { return start().error; }

Isa isa() {
  if (isa_asked_for()) return *isa_asked_for();
  return is_supported(Isa::AVX512) ? Isa::AVX512 : is_supported(Isa::AVX2) ? Isa::AVX2 : Isa::SSE2;
}

namespace {

void register_kernels(Isa isa) {
  static constexpr void (*kRegister[])() = {sse2::register_kernels, avx2::register_kernels, avx512::register_kernels};
  kRegister[static_cast<int>(isa)]();
}

/// OneDNN takes this before its first call only. Its own variables, where they are set, say it more precisely.
void limit_onednn(Isa isa) {
  if (std::getenv("ONEDNN_MAX_CPU_ISA") || std::getenv("DNNL_MAX_CPU_ISA")) return;
  static constexpr ::dnnl::cpu_isa kLimits[] = {::dnnl::cpu_isa::sse41, ::dnnl::cpu_isa::avx2,
                                                ::dnnl::cpu_isa::avx512_core};
  ::dnnl::set_max_cpu_isa(kLimits[static_cast<int>(isa)]);
}

[[maybe_unused]] const bool registered = [] {
  if (isa_asked_for()) limit_onednn(*isa_asked_for());
  register_kernels(isa());
  return true;
}();

}  // namespace

void use(std::optional<Isa> wanted) {
  static Isa current = isa();
  if (const Isa next = wanted.value_or(isa()); next != current) register_kernels(current = next);
  lapack::use(wanted);
}

void fail_dtype(const char* op, DType dtype) { fail<NotImplementedError>(op, ": not implemented for dtype ", dtype); }
void fail_division_by_zero(const char* op) { fail(op, ": division by zero"); }
void fail_kernel(const char* op, const char* what) { fail(op, ": ", what); }

}  // namespace ember::cpu
