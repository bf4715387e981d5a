#include <dnnl.hpp>
#include <optional>

#include "core/cpu/dnnl_cache.h"
#include "core/cpu/dnnl_errors.h"
#include "core/cpu/dnnl_kernels.h"
#include "core/cpu/staging.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/parallel.h"
#include "ember/core/spare_memory.h"

namespace ember::dnnl {

namespace {

/// Batches of matrices below this many multiplications each are shared out whole.
constexpr int64_t kWholeWork = int64_t{1} << 21;
constexpr int64_t kTaskWork = int64_t{1} << 17;
/// Rows up to which sgemm keeps on the thread's own stack: 84 with AVX-512, more with AVX2.
constexpr int64_t kStackRows = 84;

/// One operand as sgemm takes it: row-major, or the transpose of a row-major matrix.
struct Operand {
  TensorBase tensor;  ///< keeps a copy alive
  char transposed = 'N';
  int64_t leading = 1, batch = 0;

  explicit Operand(const TensorBase& x) : tensor(x) {
    if (!fits()) {
      tensor = cpu::read_as(x, x.dtype());
      fits();
    }
    if (x.dim() == 3) batch = tensor.strides()[0];
  }

 private:
  bool fits() {
    const size_t rank = tensor.sizes().size();
    const int64_t rows = tensor.sizes()[rank - 2], columns = tensor.sizes()[rank - 1];
    const int64_t row = tensor.strides()[rank - 2], column = tensor.strides()[rank - 1];
    // The stride of a dim of size 1 says nothing.
    if ((column == 1 || columns == 1) && (row >= columns || rows == 1)) {
      transposed = 'N';
      leading = rows == 1 ? columns : row;
    } else if ((row == 1 || rows == 1) && (column >= rows || columns == 1)) {
      transposed = 'T';
      leading = columns == 1 ? rows : column;
    } else {
      return false;
    }
    return leading >= 1;
  }
};

/// sgemm generates its code when it first needs it, in whichever thread of the pool that is: one that glibc may have no heap for near a limit,
/// where each small block takes a page, and whose exceptions end the process. So this thread does it before, alone.
void generate_code() {
  constexpr int64_t kSize = 128;
  require_memory_for_code("matmul");
  const SerialGuard alone;
  const std::vector<float> zeros(kSize * kSize);
  std::vector<float> product(kSize * kSize);
  const auto status =
      dnnl_sgemm('N', 'N', kSize, kSize, kSize, 1, zeros.data(), kSize, zeros.data(), kSize, 0, product.data(), kSize);
  if (status != dnnl_success) fail_status("matmul", status, "generating code");
}

/// sgemm packs its operands, a part of them at a time in each thread. Where one thread is refused memory, the others wait for it for ever.
void require_workspace(int64_t elements) {
  if (!memory_may_be_refused()) return;
  static const bool has_code = (generate_code(), true);  // again after it was refused memory
  (void)has_code;
  constexpr size_t kMost = size_t{8} << 20, kLeast = size_t{256} << 10;
  const auto threads = static_cast<size_t>(num_threads()), operands = static_cast<size_t>(elements) * sizeof(float);
  require_memory(std::min(operands, threads * kMost) + threads * kLeast, "matmul: oneDNN's work space");
}

void multiply_floats(const TensorBase& out, const TensorBase& a, const TensorBase& b, float beta) {
  const Operand left(a), right(b);
  const size_t rank = out.sizes().size();
  const int64_t m = out.sizes()[rank - 2], n = out.sizes()[rank - 1], k = a.sizes()[rank - 1];
  const int64_t count = rank == 3 ? out.sizes()[0] : 1;
  auto* c = out.data_ptr<float>();
  auto run = [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const auto status = dnnl_sgemm(
          left.transposed, right.transposed, m, n, k, 1, left.tensor.data_ptr<float>() + i * left.batch, left.leading,
          right.tensor.data_ptr<float>() + i * right.batch, right.leading, beta, c + i * m * n, n);
      if (status != dnnl_success) fail_status("matmul", status, concat(describe(a), " and ", describe(b)));
    }
  };
  require_workspace(m * n + m * k + k * n);
  std::optional<SignalGuard> guard;
  if (k > kStackRows) guard.emplace();
  const int64_t work = m * n * k;
  if (count == 1 || work >= kWholeWork)
    run(0, count);
  else
    parallel_for(0, count, kTaskWork / work + 1, run);
}

/// Whether the processor multiplies bfloat16 itself: Zen 4 2.1 times as fast as in float32 (256 x 256). Others are faster in float32.
bool has_bfloat16_products() {
  static const bool has = [] {
    switch (::dnnl::get_effective_cpu_isa()) {
      case ::dnnl::cpu_isa::avx512_core_bf16:
      case ::dnnl::cpu_isa::avx512_core_fp16:
      case ::dnnl::cpu_isa::avx512_core_amx:
      case ::dnnl::cpu_isa::avx512_core_amx_fp16:
        return true;
      default:
        return false;
    }
  }();
  return has;
}

/// oneDNN's product of matrices or batches of bfloat16, summed in float32. Strides must be those of an Operand.
void multiply_bfloat16(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  using Memory = ::dnnl::memory;
  static const ::dnnl::engine engine(::dnnl::engine::kind::cpu, 0);
  static Cache<::dnnl::matmul> products(256);
  const Operand left(a), right(b);
  CacheKey key;
  for (const TensorBase* x : {&left.tensor, &right.tensor}) {
    key.insert(key.end(), x->sizes().begin(), x->sizes().end());
    key.insert(key.end(), x->strides().begin(), x->strides().end());
  }
  key.push_back(num_threads());
  const auto describe_memory = [](const TensorBase& x) {
    return Memory::desc(x.sizes().vec(), Memory::data_type::bf16, x.strides().vec());
  };
  const auto product = products.get(key, [&] {
    require_memory_for_code("matmul");
    return std::make_shared<const ::dnnl::matmul>(::dnnl::matmul::primitive_desc(
        engine, describe_memory(left.tensor), describe_memory(right.tensor), describe_memory(out)));
  });
  const auto memory = [&](const TensorBase& x) { return Memory(describe_memory(x), engine, x.raw_data()); };
  ::dnnl::stream stream(engine);
  product->execute(
      stream,
      {{DNNL_ARG_SRC, memory(left.tensor)}, {DNNL_ARG_WEIGHTS, memory(right.tensor)}, {DNNL_ARG_DST, memory(out)}});
  stream.wait();
}

}  // namespace

void matmul(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias) {
  prepare_library_call();
  // oneDNN has no batches that repeat one matrix.
  const auto repeats = [](const TensorBase& x) { return x.dim() == 3 && x.strides()[0] == 0; };
  if (out.dtype() == kBFloat16 && !bias.defined() && out.is_contiguous() && !repeats(a) && !repeats(b) &&
      has_bfloat16_products())
    return translated("matmul", [&] { multiply_bfloat16(out, a, b); });
  const cpu::WriteAs sum(out, kFloat32);
  if (bias.defined() && !bias.is_same(sum.tensor())) kernels::copy[kCPU](sum.tensor(), bias);
  if (out.dtype() == kFloat32)
    multiply_floats(sum.tensor(), a, b, bias.defined() ? 1 : 0);  // an Operand takes strides that are not row-major
  else
    multiply_floats(sum.tensor(), cpu::read_as(a, kFloat32), cpu::read_as(b, kFloat32), bias.defined() ? 1 : 0);
  sum.finish();
}

}  // namespace ember::dnnl
