// Initialisers: fill a tensor in place, outside of the tape, from the default generator. Names, formulas and the order of
// draws are PyTorch's. Each returns its tensor.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "ember/ops/tensor.h"

namespace ember::nn::init {

enum class FanMode { In, Out };

/// The recommended gain for a nonlinearity: "linear", "conv2d", "sigmoid" 1, "tanh" 5/3, "relu" sqrt 2, "leaky_relu" (`param` is
/// the negative slope, 0.01 unless given), "selu" 3/4. ValueError for another name.
double calculate_gain(std::string_view nonlinearity, std::optional<double> param = {});

/// (fan in, fan out) of a weight [out, in, window...]; ValueError for fewer than 2 dimensions.
std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor);

Tensor uniform_(Tensor tensor, double a = 0.0, double b = 1.0);
Tensor normal_(Tensor tensor, double mean = 0.0, double std = 1.0);
/// Normal, with values outside of [a, b] drawn again (here by the inverse distribution function).
Tensor trunc_normal_(Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0);
Tensor constant_(Tensor tensor, const Scalar& value);
Tensor zeros_(Tensor tensor);
Tensor ones_(Tensor tensor);
/// The identity, for a matrix.
Tensor eye_(Tensor tensor);
/// Uniform in +-gain sqrt(6 / (fan_in + fan_out)). Glorot & Bengio, 2010.
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0);
Tensor xavier_normal_(Tensor tensor, double gain = 1.0);
/// Uniform in +-gain sqrt(3 / fan). He et al., 2015.
Tensor kaiming_uniform_(Tensor tensor, double a = 0.0, FanMode mode = FanMode::In,
                        std::string_view nonlinearity = "leaky_relu");
Tensor kaiming_normal_(Tensor tensor, double a = 0.0, FanMode mode = FanMode::In,
                       std::string_view nonlinearity = "leaky_relu");

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
