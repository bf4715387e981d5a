#include <cstring>

#include "core/cpu/cast.h"
#include "core/cpu/complex.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "ember/core/kernels/creation.h"

namespace ember::EMBER_ISA {

namespace {

void copy(const TensorBase& out, const TensorBase& x) {
  Elementwise({{out, out.dtype()}}, {{x, x.dtype()}}).run_cast();
}

template <class Word>
void fill_words(const TensorBase& out, Word value) {
  const DType dtype = out.dtype();
  Elementwise({{out, dtype}}, {}).run([&](char* const* pointers, int64_t count) {
    if (value == 0) {
      std::memset(pointers[0], 0, count * sizeof(Word));
      return;
    }
    auto* words = reinterpret_cast<Word*>(pointers[0]);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) words[i] = value;
  });
}

template <class T>
void fill_complex(const TensorBase& out, std::complex<double> value) {
  const Complex<T> element{static_cast<T>(value.real()), static_cast<T>(value.imag())};
  Elementwise({{out, out.dtype()}}, {}).run([=](char* const* pointers, int64_t count) {
    auto* elements = reinterpret_cast<Complex<T>*>(pointers[0]);
    for (int64_t i = 0; i < count; ++i) elements[i] = element;
  });
}

void fill(const TensorBase& out, const Scalar& value) {
  switch (out.dtype()) {
    case DType::Bool:
      return fill_words<uint8_t>(out, value.to<bool>());
    case DType::UInt8:
    case DType::Int8:
      return fill_words(out, static_cast<uint8_t>(value.to<int64_t>()));
    case DType::Int16:
      return fill_words(out, static_cast<uint16_t>(value.to<int64_t>()));
    case DType::Int32:
      return fill_words(out, static_cast<uint32_t>(value.to<int64_t>()));
    case DType::Int64:
      return fill_words(out, static_cast<uint64_t>(value.to<int64_t>()));
    case DType::Float16:
      return fill_words(out, value.to<Half>().bits);
    case DType::BFloat16:
      return fill_words(out, value.to<BFloat16>().bits);
    case DType::Float32:
      return fill_words(out, std::bit_cast<uint32_t>(value.to<float>()));
    case DType::Float64:
      return fill_words(out, std::bit_cast<uint64_t>(value.to<double>()));
    case DType::Complex64:
      return fill_complex<float>(out, value.to<std::complex<double>>());
    case DType::Complex128:
      return fill_complex<double>(out, value.to<std::complex<double>>());
  }
}

}  // namespace

void register_memory() {
  set_cast_kernel(cast_run);
  kernels::copy[kCPU] = copy;
  kernels::fill[kCPU] = fill;
}

}  // namespace ember::EMBER_ISA
