// Tensor: core's handle with autograd and the ops as methods. Those that are ops are the free functions of their names with this tensor
// first; each header of ops/ declares its own beside them, as a class that Tensor derives from. Here are the methods of autograd, and
// those of ops whose headers need Tensor whole.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ember/core/promotion.h"
#include "ember/core/tensor_base.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/scatter.h"
#include "ember/ops/indexing/slices.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/linalg/cholesky.h"
#include "ember/ops/linalg/distance.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/linalg/qr.h"
#include "ember/ops/linalg/solve.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/pointwise/special.h"
#include "ember/ops/random/distributions.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/diagonal.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/resize.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/view_copies.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/sorting.h"
#include "ember/ops/sorting/unique.h"
#include "ember/ops/tensor_options.h"

namespace ember {

struct StftOptions;
struct TensorIndex;

class Tensor : public TensorBase,
               public ActivationMethods,
               public SoftmaxMethods,
               public CopyMethods,
               public IndexingMethods,
               public ScatterMethods,
               public SlicesMethods,
               public TakeMethods,
               public CholeskyMethods,
               public DistanceMethods,
               public MatmulMethods,
               public NormMethods,
               public ProductsMethods,
               public QrMethods,
               public SolveMethods,
               public ArithmeticMethods,
               public ComparisonMethods,
               public ComplexMethods,
               public ElementaryMethods,
               public RoundingMethods,
               public SpecialMethods,
               public DistributionsMethods,
               public RandomMethods,
               public ReductionMethods,
               public ScanMethods,
               public DiagonalMethods,
               public JoiningMethods,
               public RearrangeMethods,
               public ResizeMethods,
               public ShapeMethods,
               public SplitMethods,
               public ViewCopiesMethods,
               public ViewsMethods,
               public SortingMethods,
               public UniqueMethods {
 public:
  /// The undefined tensor: stands for "none" in optional arguments and for a gradient of zero.
  Tensor() = default;
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  explicit Tensor(IntrusivePtr<TensorImpl> impl) : TensorBase(std::move(impl)) {}
  /// What kernels hand out is a tensor.
  Tensor(TensorBase base) : TensorBase(std::move(base)) {}
  /// A number as a zero-dim wrapped tensor, so that `x * 2` and `maximum(x, 0)` need no overloads of their own.
  Tensor(const Scalar& value);
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value) : Tensor(Scalar(value)) {}
  Tensor(std::complex<double> value) : Tensor(Scalar(value)) {}

  /// A variable becomes another tensor.
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// What has no name is written into instead: `x[0] = y` is `x[0].copy_(y)`, and `x[0] = 1` is `x[0].fill_(1)`.
  Tensor& operator=(const Tensor& source) && { return copy_(source); }
  template <class T>
  requires std::is_convertible_v<T, Scalar> Tensor& operator=(T value) && { return fill_(Tensor(Scalar(value))); }

  TensorOptions options() const { return TensorOptions(dtype()).device(device()); }
  using TensorBase::is_contiguous;
  bool is_contiguous(MemoryFormat format) const;

  // Defined in autograd/.
  bool requires_grad() const;
  Tensor& requires_grad_(bool value = true);
  Tensor& set_requires_grad(bool value) { return requires_grad_(value); }
  bool is_leaf() const;
  /// The gradient, undefined until a backward reaches this leaf.
  Tensor grad() const;
  void set_grad(const Tensor& grad);
  void retain_grad();
  bool retains_grad() const;
  /// The same storage outside of the tape; shares the version counter.
  Tensor detach() const;
  Tensor& detach_();
  /// See autograd/backward.h.
  void backward(const Tensor& gradient = {}, bool retain_graph = false, bool create_graph = false,
                const std::vector<Tensor>& inputs = {}) const;
  /// Calls `hook` with the gradient each time it is computed; a defined result replaces it. Returns the hook's id.
  int64_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  /// Calls `hook` with the leaf after its gradient was accumulated.
  int64_t register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const;
  void remove_hook(int64_t id) const;
  /// True for a view of another tensor, as autograd tracks it.
  bool is_view() const;

  /// A number for the gradient is most likely meant as retain_graph.
  template <class T>
  requires std::is_arithmetic_v<T>
  void backward(T gradient, bool retain_graph = false, bool create_graph = false) const = delete;

  Tensor diff(int64_t n = 1, int64_t dim = -1, const Tensor& prepend = {}, const Tensor& append = {}) const;
  Tensor cov(int64_t correction = 1, const Tensor& fweights = {}, const Tensor& aweights = {}) const;
  Tensor bincount(const Tensor& weights = {}, int64_t minlength = 0) const;
  std::pair<Tensor, Tensor> histogram(const Tensor& edges, const Tensor& weight = {}, bool density = false) const;
  std::pair<Tensor, Tensor> histogram(int64_t bins, const std::vector<double>& range = {}, const Tensor& weight = {},
                                      bool density = false) const;
  Tensor new_empty(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_empty_strided(const Shape& sizes, const Shape& strides, std::optional<DType> dtype = {}) const;
  Tensor new_zeros(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_ones(const Shape& sizes, std::optional<DType> dtype = {}) const;
  Tensor new_full(const Shape& sizes, const Scalar& value, std::optional<DType> dtype = {}) const;
  Tensor histc(int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0) const;
  std::tuple<Tensor, Tensor, Tensor> svd(bool some = true, bool compute_uv = true) const;
  Tensor pinverse(double rcond = 1e-15) const;
  Tensor matrix_power(int64_t n) const;
  Tensor matrix_exp() const;
  Tensor quantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                     std::string_view interpolation = "linear") const;
  Tensor corrcoef() const;
  Tensor stft(int64_t n_fft) const;
  Tensor stft(int64_t n_fft, const StftOptions& options) const;
  Tensor istft(int64_t n_fft) const;
  Tensor istft(int64_t n_fft, const StftOptions& options, std::optional<int64_t> length = {},
               bool return_complex = false) const;
  /// `x.index({Slice(1), 3, None, mask})`, see ops/indexing/tensor_index.h.
  Tensor index(const std::vector<TensorIndex>& indices) const;
  Tensor index_put(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate = false) const;
  Tensor& index_put_(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate = false);

  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
};
static_assert(sizeof(Tensor) == sizeof(TensorBase));

DType result_type(std::span<const Tensor> tensors);

}  // namespace ember
