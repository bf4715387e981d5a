// The table of kernels that every device has: what tensors, the tape and the first layers need. Families that came later have tables of
// their own (core/kernels/); see core/kernel_table.h.
#pragma once

#include <optional>

#include "core/kernel_table.h"

namespace ember {

class Generator;

/// Window geometry of convolution and pooling: one entry for each spatial dimension.
struct Window {
  Shape kernel, stride, padding, dilation;
  int64_t groups = 1;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::optional<int64_t> divisor;
};

/// One optimizer step over many parameters; the lists run in parallel, unused ones are empty. All tensors are contiguous. Step 1
/// starts the momentum buffers of sgd, whatever is in them. Sgd: `first` are the momentum
/// buffers, empty without momentum; at step 1 they hold nothing yet and become the gradient. Adam: `first` and `second` start at
/// zero, as does `max_second`, which is empty unless amsgrad; `step` is the count for the bias corrections, from 1.
struct OptimizerStep {
  std::vector<Tensor> params, grads, first, second, max_second;
  double lr = 0, beta1 = 0, beta2 = 0, eps = 0, weight_decay = 0, momentum = 0, dampening = 0;
  bool nesterov = false, maximize = false, decoupled = false, amsgrad = false;
  int64_t step = 1;
};

/// `out` has size 1 in each reduced dim.
using ReduceKernel = void(const Tensor& out, const Tensor& x);
using ReduceIndexKernel = void(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim);

/// A null entry is a kernel that the device lacks.
struct Backend {
  // Memory
  UnaryKernel* copy = nullptr;  ///< any dtypes, strides and devices; x broadcasts to out
  void (*fill)(const Tensor& out, const Scalar& value) = nullptr;

  // Pointwise: inputs broadcast to `out`; computed in the promoted dtype, float32 for 16-bit floats.
  UnaryKernel *abs = nullptr, *neg = nullptr, *exp = nullptr, *log = nullptr, *sqrt = nullptr, *rsqrt = nullptr,
              *sin = nullptr, *cos = nullptr, *tanh = nullptr, *sigmoid = nullptr, *relu = nullptr, *silu = nullptr,
              *gelu = nullptr, *gelu_tanh = nullptr, *erf = nullptr, *log1p = nullptr, *expm1 = nullptr,
              *floor = nullptr, *ceil = nullptr, *round = nullptr, *sign = nullptr, *reciprocal = nullptr,
              *logical_not = nullptr, *bitwise_not = nullptr, *isnan = nullptr, *isinf = nullptr, *softplus = nullptr;
  BinaryKernel *add = nullptr, *sub = nullptr, *mul = nullptr, *div = nullptr, *pow = nullptr, *maximum = nullptr,
               *minimum = nullptr, *floor_divide = nullptr, *remainder = nullptr, *atan2 = nullptr, *eq = nullptr,
               *ne = nullptr, *lt = nullptr, *le = nullptr, *gt = nullptr, *ge = nullptr, *logical_and = nullptr,
               *logical_or = nullptr, *logical_xor = nullptr, *bitwise_and = nullptr, *bitwise_or = nullptr,
               *bitwise_xor = nullptr;
  /// Fused derivatives: (grad, x) for the activations that keep their input, (grad, y) for those that keep their output.
  BinaryKernel *relu_backward = nullptr, *sigmoid_backward = nullptr, *tanh_backward = nullptr,
               *silu_backward = nullptr, *gelu_backward = nullptr, *gelu_tanh_backward = nullptr;
  TernaryKernel* where = nullptr;  ///< condition (bool), a, b
  void (*add_scaled)(const Tensor& out, const Tensor& a, const Tensor& b,
                     const Scalar& alpha) = nullptr;  ///< a + alpha b
  void (*clamp)(const Tensor& out, const Tensor& x, double min, double max) = nullptr;

  // Reductions
  ReduceKernel *sum = nullptr, *mean = nullptr, *prod = nullptr, *max = nullptr, *min = nullptr, *any = nullptr,
               *all = nullptr, *logsumexp = nullptr;
  void (*var)(const Tensor& out, const Tensor& x, double correction) = nullptr;
  ReduceIndexKernel *max_dim = nullptr, *min_dim = nullptr;
  void (*softmax)(const Tensor& out, const Tensor& x, int64_t dim) = nullptr;
  void (*log_softmax)(const Tensor& out, const Tensor& x, int64_t dim) = nullptr;
  void (*softmax_backward)(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim) = nullptr;
  void (*log_softmax_backward)(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim) = nullptr;

  // Linear algebra: out = a b (+ bias, broadcast to out). 2-d [m, k] [k, n] or batched 3-d; any strides.
  void (*matmul)(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& bias) = nullptr;

  // Indexing. `index` is int64; a negative or too large entry throws IndexError.
  void (*gather)(const Tensor& out, const Tensor& x, int64_t dim, const Tensor& index) = nullptr;
  void (*scatter)(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) = nullptr;
  void (*scatter_add)(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) = nullptr;
  void (*index_select)(const Tensor& out, const Tensor& x, int64_t dim, const Tensor& index) = nullptr;
  void (*index_add)(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) = nullptr;
  /// out[i...] = x[i0[i], i1[i], ..., rest]: index arrays (broadcast to one shape) for the leading dims of x.
  void (*index)(const Tensor& out, const Tensor& x, std::span<const Tensor> indices) = nullptr;
  void (*index_put)(const Tensor& out, std::span<const Tensor> indices, const Tensor& value, bool accumulate) = nullptr;
  /// The positions where x is not zero: [count, x.dim()].
  Tensor (*nonzero)(const Tensor& x) = nullptr;

  // Layers. `bias`, `weight` and gradients that are not wanted may be undefined.
  void (*conv)(const Tensor& out, const Tensor& x, const Tensor& weight, const Tensor& bias,
               const Window& window) = nullptr;
  void (*conv_backward_input)(const Tensor& grad_x, const Tensor& grad, const Tensor& weight,
                              const Window& window) = nullptr;
  void (*conv_backward_weight)(const Tensor& grad_weight, const Tensor& grad_bias, const Tensor& grad, const Tensor& x,
                               const Window& window) = nullptr;
  void (*max_pool)(const Tensor& out, const Tensor& indices, const Tensor& x, const Window& window) = nullptr;
  void (*max_pool_backward)(const Tensor& grad_x, const Tensor& grad, const Tensor& indices) = nullptr;
  void (*avg_pool)(const Tensor& out, const Tensor& x, const Window& window) = nullptr;
  void (*avg_pool_backward)(const Tensor& grad_x, const Tensor& grad, const Window& window) = nullptr;
  /// x [N, C, ...]; mean and rstd [C] are written when training and read otherwise.
  void (*batch_norm)(const Tensor& out, const Tensor& mean, const Tensor& rstd, const Tensor& x, const Tensor& weight,
                     const Tensor& bias, double eps, bool training) = nullptr;
  void (*batch_norm_backward)(const Tensor& grad_x, const Tensor& grad_weight, const Tensor& grad_bias,
                              const Tensor& grad, const Tensor& x, const Tensor& mean, const Tensor& rstd,
                              const Tensor& weight, bool training) = nullptr;
  /// x as [rows, columns]; mean and rstd [rows].
  void (*layer_norm)(const Tensor& out, const Tensor& mean, const Tensor& rstd, const Tensor& x, const Tensor& weight,
                     const Tensor& bias, double eps) = nullptr;
  void (*layer_norm_backward)(const Tensor& grad_x, const Tensor& grad_weight, const Tensor& grad_bias,
                              const Tensor& grad, const Tensor& x, const Tensor& mean, const Tensor& rstd,
                              const Tensor& weight) = nullptr;

  /// losses = -weight[target] x[n, target, d]; total_weight (zero-dim) is the sum of the weights used. x [N, C, d...] or [C].
  void (*nll_loss)(const Tensor& losses, const Tensor& total_weight, const Tensor& x, const Tensor& target,
                   const Tensor& weight, int64_t ignore_index) = nullptr;
  /// grad_x is -weight[target] grad[n, d] at the targets and 0 elsewhere; grad broadcasts to target's shape.
  void (*nll_loss_backward)(const Tensor& grad_x, const Tensor& grad, const Tensor& target, const Tensor& weight,
                            int64_t ignore_index) = nullptr;

  // Random numbers: element i is a function of the generator's seed and position, whatever the number of threads.
  void (*uniform)(const Tensor& out, double from, double to, Generator& generator) = nullptr;
  void (*normal)(const Tensor& out, double mean, double std, Generator& generator) = nullptr;
  void (*random_integers)(const Tensor& out, int64_t low, int64_t high, Generator& generator) = nullptr;
  void (*bernoulli)(const Tensor& out, double p, Generator& generator) = nullptr;

  // Optimizers, in place over all parameters at once.
  void (*sgd)(const OptimizerStep& step) = nullptr;
  void (*adam)(const OptimizerStep& step) = nullptr;
};

/// The table of a device; throws Error when nothing has registered one.
const Backend& backend(Device device);
/// Called once at start by each device's library.
void register_backend(DeviceType type, const Backend& table);
bool has_backend(DeviceType type);

}  // namespace ember
