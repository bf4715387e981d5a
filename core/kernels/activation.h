// Activations and their fused derivatives, elementwise.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

using SoftmaxKernel = void(const TensorBase& out, const TensorBase& x, int64_t dim);
using SoftmaxBackwardKernel = void(const TensorBase& out, const TensorBase& grad, const TensorBase& y, int64_t dim);

}  // namespace ember

namespace ember::kernels {

inline constinit PointwiseKernel<UnaryKernel> relu{"relu"}, sigmoid{"sigmoid"}, silu{"silu"}, gelu{"gelu"},
    gelu_tanh{"gelu_tanh"};

/// (grad, y) for those that keep their output, relu, sigmoid and tanh; (grad, x) for the others here and below.
inline constinit PointwiseKernel<BinaryKernel> relu_backward{"relu_backward"}, sigmoid_backward{"sigmoid_backward"},
    tanh_backward{"tanh_backward"}, silu_backward{"silu_backward"}, gelu_backward{"gelu_backward"},
    gelu_tanh_backward{"gelu_tanh_backward"};

inline constinit PointwiseKernel<UnaryKernel> logsigmoid{"logsigmoid"}, hardsigmoid{"hardsigmoid"},
    hardswish{"hardswish"}, mish{"mish"};
/// of x and its slopes below 0
inline constinit PointwiseKernel<BinaryKernel> prelu{"prelu"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double negative_slope)> leaky_relu{
    "leaky_relu"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double lambda)> softshrink{
    "softshrink"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double lambda)> hardshrink{
    "hardshrink"};
/// scale x where x > 0, scale alpha (exp(rate x) - 1) elsewhere.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double alpha, double scale,
                                      double rate)>
    elu{"elu"};
/// log(1 + exp(beta x)) / beta where beta x <= threshold, x elsewhere.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double beta, double threshold)>
    softplus{"softplus"};
/// x where x > threshold, value elsewhere.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, double threshold, double value)>
    threshold{"threshold"};

inline constinit PointwiseKernel<BinaryKernel> logsigmoid_backward{"logsigmoid_backward"},
    hardswish_backward{"hardswish_backward"}, mish_backward{"mish_backward"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& grad, const TensorBase& x,
                                      double negative_slope)>
    leaky_relu_backward{"leaky_relu_backward"};
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& grad, const TensorBase& x, double alpha,
                                      double scale, double rate)>
    elu_backward{"elu_backward"};
/// grad where low < x < high.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& grad, const TensorBase& x, double low,
                                      double high)>
    window_backward{"window_backward"};

// Softmax along a dim, and the gradient from its output y.
inline constinit Kernel<SoftmaxKernel> softmax{"softmax", Batching::front()};
inline constinit Kernel<SoftmaxKernel> log_softmax{"log_softmax", Batching::front()};
inline constinit Kernel<SoftmaxBackwardKernel> softmax_backward{"softmax_backward", Batching::front()};
inline constinit Kernel<SoftmaxBackwardKernel> log_softmax_backward{"log_softmax_backward", Batching::front()};

}  // namespace ember::kernels
