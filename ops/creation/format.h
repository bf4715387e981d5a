// Tensors as text: `tensor([[1., 2.], [3., 4.]])`, rounded and cut short as PyTorch does.
#pragma once

#include <string>
#include <string_view>

#include "ember/ops/tensor.h"

namespace ember {

/// The elements (the ends of long dims only, above 1000 elements), then the dtype where it does not show, and what the tape knows.
std::string format(const Tensor& x);
std::ostream& operator<<(std::ostream& out, const Tensor& x);

/// The name of a node of the tape as users see it: "LogSoftmaxBackward" for the op "log_softmax".
std::string backward_name(std::string_view op);

}  // namespace ember
