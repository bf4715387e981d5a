// Initialisers: fill a tensor in place, outside of the tape, with numbers of `generator` or the default one. Names, formulas and the
// order of draws are PyTorch's. Each returns its tensor.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "ember/core/random.h"
#include "ember/ops/tensor.h"

namespace ember::nn::init {

enum class FanMode { In, Out };

/// The recommended gain for a nonlinearity: "linear", "conv2d", "sigmoid" 1, "tanh" 5/3, "relu" sqrt 2, "leaky_relu" (`param` is
/// the negative slope, 0.01 unless given), "selu" 3/4. ValueError for another name.
double calculate_gain(std::string_view nonlinearity, std::optional<double> param = {});

/// (fan in, fan out) of a weight [out, in, window...]; ValueError for fewer than 2 dimensions.
std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor);

Tensor uniform_(Tensor tensor, double a = 0.0, double b = 1.0, Generator* generator = nullptr);
Tensor normal_(Tensor tensor, double mean = 0.0, double std = 1.0, Generator* generator = nullptr);
/// Normal, with values outside of [a, b] drawn again (here by the inverse distribution function).
Tensor trunc_normal_(Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0,
                     Generator* generator = nullptr);
Tensor constant_(Tensor tensor, const Scalar& value);
Tensor zeros_(Tensor tensor);
Tensor ones_(Tensor tensor);
/// The identity, for a matrix.
Tensor eye_(Tensor tensor);
/// Convolution's identity, for a weight [out, in, window...] of 1 to 3 spatial dims: the middle of the window is 1 where the channels
/// of input and output, in each group, agree. ValueError unless `groups` divides the output's channels.
Tensor dirac_(Tensor tensor, int64_t groups = 1);
/// `gain` times a matrix [size(0), the rest] with orthonormal rows or columns, whichever are fewer. Saxe et al., 2013.
Tensor orthogonal_(Tensor tensor, double gain = 1.0, Generator* generator = nullptr);
/// Normal with mean 0, but in each column of the matrix ceil(sparsity rows) elements are 0. Martens, 2010.
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01, Generator* generator = nullptr);
/// Uniform in +-gain sqrt(6 / (fan_in + fan_out)). Glorot & Bengio, 2010.
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0, Generator* generator = nullptr);
Tensor xavier_normal_(Tensor tensor, double gain = 1.0, Generator* generator = nullptr);
/// Uniform in +-gain sqrt(3 / fan). He et al., 2015. A tensor without elements stays as it is.
Tensor kaiming_uniform_(Tensor tensor, double a = 0.0, FanMode mode = FanMode::In,
                        std::string_view nonlinearity = "leaky_relu", Generator* generator = nullptr);
Tensor kaiming_normal_(Tensor tensor, double a = 0.0, FanMode mode = FanMode::In,
                       std::string_view nonlinearity = "leaky_relu", Generator* generator = nullptr);

/// While one lives, the initialisers of this thread do nothing: for modules whose values are about to be replaced.
class SkipInitGuard {
 public:
  SkipInitGuard();
  ~SkipInitGuard();
  SkipInitGuard(const SkipInitGuard&) = delete;
  SkipInitGuard& operator=(const SkipInitGuard&) = delete;

 private:
  bool before_;
};

}  // namespace ember::nn::init
