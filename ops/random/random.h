// Random tensors and dropout. Numbers come from `generator` or default_generator() and depend on its seed and position alone,
// not on threads.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/random.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"
#include "ember/ops/tensor_options.h"

namespace ember {

/// Uniform on [0, 1).
Tensor rand(const Shape& sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
/// Normal with mean 0 and variance 1.
Tensor randn(const Shape& sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
/// How many integers from 0 on a dtype holds, each exactly.
int64_t integers_of(DType dtype);
/// Throws Error naming `op` unless `dtype` holds all integers on [low, high).
void check_draws(const char* op, int64_t low, int64_t high, DType dtype);
/// Integers on [low, high), int64 unless options name a dtype.
Tensor randint(int64_t low, int64_t high, const Shape& sizes, const TensorOptions& options = {},
               Generator* generator = nullptr);
/// The same on [0, high).
Tensor randint(int64_t high, const Shape& sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
/// A permutation of 0 ... n - 1, int64 unless options name a dtype.
Tensor randperm(int64_t n, const TensorOptions& options = {}, Generator* generator = nullptr);
Tensor rand_like(const Tensor& x);
Tensor randn_like(const Tensor& x);
/// 1 with probability x[i], else 0, in x's dtype; no gradient.
Tensor bernoulli(const Tensor& x, Generator* generator = nullptr);
/// `count` int64 samples a row from unnormalised probabilities [C] or [N, C].
Tensor multinomial(const Tensor& probabilities, int64_t count, bool replacement = false,
                   Generator* generator = nullptr);

// In place, whatever the values before.
Tensor& uniform_(Tensor& x, double from = 0, double to = 1, Generator* generator = nullptr);
Tensor& normal_(Tensor& x, double mean = 0, double std = 1, Generator* generator = nullptr);
Tensor& bernoulli_(Tensor& x, double p = 0.5, Generator* generator = nullptr);

/// While training, sets elements to 0 with probability p and scales the rest by 1 / (1 - p). Srivastava et al., 2014.
/// ValueError unless 0 <= p <= 1.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);
/// The gradient of dropout for its input: scale times that of its output, where `mask` kept the input.
Tensor native_dropout_backward(const Tensor& grad_output, const Tensor& mask, double scale);

/// Methods of Tensor.
class RandomMethods {
 public:
  Tensor bernoulli(Generator* generator = nullptr) const;
  Tensor bernoulli(double p, Generator* generator = nullptr) const;
  Tensor multinomial(int64_t count, bool replacement = false, Generator* generator = nullptr) const;
  Tensor& uniform_(double from = 0, double to = 1, Generator* generator = nullptr);
  Tensor& normal_(double mean = 0, double std = 1, Generator* generator = nullptr);
  Tensor& bernoulli_(double p = 0.5, Generator* generator = nullptr);
  Tensor& bernoulli_(const Tensor& p, Generator* generator = nullptr);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
