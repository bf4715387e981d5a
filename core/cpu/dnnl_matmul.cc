#include <oneapi/dnnl/dnnl.h>

#include "core/backend.h"
#include "core/cpu/dnnl_kernels.h"
#include "core/parallel.h"

namespace ember::dnnl {

namespace {

/// Batches of matrices below this many multiplications each are shared out whole.
constexpr int64_t kWholeWork = int64_t{1} << 21;
constexpr int64_t kTaskWork = int64_t{1} << 17;

Tensor cast(const Tensor& x, DType dtype) {
  const Tensor y = empty_tensor(x.sizes(), dtype);
  backend(kCPU).copy(y, x);
  return y;
}

/// One operand as sgemm takes it: row-major, or the transpose of a row-major matrix.
struct Operand {
  Tensor tensor;  ///< keeps a copy alive
  char transposed = 'N';
  int64_t leading = 1, batch = 0;

  explicit Operand(const Tensor& x) : tensor(x) {
    if (!fits()) {
      tensor = cast(x, x.dtype());
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

void multiply_floats(const Tensor& out, const Tensor& a, const Tensor& b, float beta) {
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
      check(status == dnnl_success, "matmul: oneDNN failed with status ", static_cast<int>(status), " on ", describe(a),
            " and ", describe(b));
    }
  };
  const int64_t work = m * n * k;
  if (count == 1 || work >= kWholeWork)
    run(0, count);
  else
    parallel_for(0, count, kTaskWork / work + 1, run);
}

}  // namespace

void matmul(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& bias) {
  use_own_thread_count();
  const bool is_direct = out.dtype() == kFloat32 && out.is_contiguous();
  const Tensor sum = is_direct ? out : empty_tensor(out.sizes(), kFloat32);
  if (bias.defined() && !bias.is_same(sum)) backend(kCPU).copy(sum, bias);
  if (out.dtype() == kFloat32)
    multiply_floats(sum, a, b, bias.defined() ? 1 : 0);
  else
    multiply_floats(sum, cast(a, kFloat32), cast(b, kFloat32), bias.defined() ? 1 : 0);
  if (!is_direct) backend(kCPU).copy(out, sum);
}

}  // namespace ember::dnnl
