// The distinct elements of a tensor.
#pragma once

#include <optional>
#include <tuple>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The different values in order (or slices along `dim`, in lexicographic order), the position of each element's (slice's) value
/// among them, and how often each occurs. What is not asked for is undefined.
std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& x, bool return_inverse = false, bool return_counts = false,
                                          std::optional<int64_t> dim = {});
/// The first element (slice) of each run of equal ones.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse = false,
                                                      bool return_counts = false, std::optional<int64_t> dim = {});

/// Methods of Tensor.
class UniqueMethods {
 public:
  std::tuple<Tensor, Tensor, Tensor> unique(bool return_inverse = false, bool return_counts = false,
                                            std::optional<int64_t> dim = {}) const;
  std::tuple<Tensor, Tensor, Tensor> unique_consecutive(bool return_inverse = false, bool return_counts = false,
                                                        std::optional<int64_t> dim = {}) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
