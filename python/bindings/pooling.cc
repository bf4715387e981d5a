// Pooling and its partial inverse.
#include "ember/ops/pooling/pooling.h"

#include "ember/ops/pooling/adaptive_pooling.h"
#include "ember/ops/pooling/unpooling.h"
#include "python/bindings/layer_arguments.h"
#include "python/bindings/ops.h"

namespace ember::python {

bool convert(PyObject* object, SizesOrNone& out) {
  if (object == Py_None) {
    out.sizes = -1;
    return true;
  }
  // None stands for the input's own size, as -1 does in C++.
  const auto size_of = [](PyObject* item, int64_t& size) {
    if (item == Py_None) return true;
    if (!convert(item, size)) return false;
    check(size >= 0, "output_size must not be negative but is ", size);
    return true;
  };
  const bool is_sequence = PyTuple_Check(object) || PyList_Check(object);
  const Py_ssize_t count = is_sequence ? PySequence_Fast_GET_SIZE(object) : 1;
  out.sizes = {};
  for (Py_ssize_t i = 0; i < count; ++i) {
    int64_t size = -1;
    if (!size_of(is_sequence ? PySequence_Fast_GET_ITEM(object, i) : object, size)) return false;
    out.sizes.push_back(size);
  }
  return true;
}

bool convert(PyObject* object, NumbersOrNone& out) {
  double value;
  if (object == Py_None) return true;
  if (!PyTuple_Check(object) && !PyList_Check(object)) {
    if (!convert(object, value)) return false;
    out.values.push_back(value);
    return true;
  }
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    if (!convert(PySequence_Fast_GET_ITEM(object, i), value)) return false;
    out.values.push_back(value);
  }
  return true;
}

namespace {

using Pair = std::pair<Tensor, Tensor>;

template <auto f, auto with_indices>
void bind_max(Ops& ops, Ops& functional, const std::string& name) {
  const std::string window = "(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False";
  functional.add_function((name + window + ", return_indices=False)").c_str(),
                          [](const Tensor& x, const Shape& kernel, const Shape& stride, const Shape& padding,
                             const Shape& dilation, bool ceil_mode, bool indices) {
                            if (indices)
                              return Pooled(with_indices(x, kernel, stride, padding, dilation, ceil_mode), true);
                            return Pooled({f(x, kernel, stride, padding, dilation, ceil_mode), Tensor()}, false);
                          },
                          "The largest element of each window, and with return_indices where it stood.");
  const auto both = [](const Tensor& x, const Shape& kernel, const Shape& stride, const Shape& padding,
                       const Shape& dilation, bool ceil_mode,
                       bool) { return Pooled(with_indices(x, kernel, stride, padding, dilation, ceil_mode), true); };
  functional.add_function((name + "_with_indices" + window + ", return_indices=False)").c_str(), both,
                          "The largest element of each window, and where it stood.");
  ops.add_function((name + window + ")").c_str(), f, "The largest element of each window.");
}

template <auto f>
void bind_average(Ops& functional, const std::string& name) {
  functional.add_function((name + "(input, kernel_size, stride=None, padding=0, ceil_mode=False, "
                                  "count_include_pad=True, divisor_override=None)")
                              .c_str(),
                          f, "The mean of each window.");
}

template <auto max, auto average>
void bind_adaptive(Ops& functional, const std::string& rank) {
  functional.add_function(("adaptive_avg_pool" + rank + "(input, output_size)").c_str(),
                          [](const Tensor& x, const SizesOrNone& size) { return average(x, size.sizes); },
                          "Means of windows chosen so that the output has output_size.");
  functional.add_function(
      ("adaptive_max_pool" + rank + "(input, output_size, return_indices=False)").c_str(),
      [](const Tensor& x, const SizesOrNone& size, bool indices) { return Pooled(max(x, size.sizes), indices); },
      "The largest elements of windows chosen so that the output has output_size.");
  functional.add_function(
      ("adaptive_max_pool" + rank + "_with_indices(input, output_size, return_indices=False)").c_str(),
      [](const Tensor& x, const SizesOrNone& size, bool) { return Pooled(max(x, size.sizes), true); },
      "The same, and where they stood.");
}

template <auto f>
void bind_fractional(Ops& functional, const std::string& name) {
  const std::string arguments =
      "(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None)";
  functional.add_function(
      (name + arguments).c_str(),
      [](const Tensor& x, const Shape& kernel, const Shape& size, const NumbersOrNone& ratio, bool indices,
         const Tensor& samples) { return Pooled(f(x, kernel, size, ratio.values, samples), indices); },
      "The largest elements of windows with random steps.");
  functional.add_function((name + "_with_indices" + arguments).c_str(),
                          [](const Tensor& x, const Shape& kernel, const Shape& size, const NumbersOrNone& ratio, bool,
                             const Tensor& samples) { return Pooled(f(x, kernel, size, ratio.values, samples), true); },
                          "The same, and where they stood.");
}

template <auto f>
void bind_unpool(Ops& functional, const std::string& name) {
  functional.add_function((name + "(input, indices, kernel_size, stride=None, padding=0, output_size=None)").c_str(), f,
                          "Each element back at its index, zeros elsewhere.");
}

template <auto f>
void bind_power(Ops& functional, const std::string& name) {
  functional.add_function((name + "(input, norm_type, kernel_size, stride=None, ceil_mode=False)").c_str(), f,
                          "(sum of input^p over each window)^(1/p).");
}

}  // namespace

void bind_pooling(Ops& ops, Ops& functional) {
  bind_max<max_pool1d, max_pool1d_with_indices>(ops, functional, "max_pool1d");
  bind_max<max_pool2d, max_pool2d_with_indices>(ops, functional, "max_pool2d");
  bind_max<max_pool3d, max_pool3d_with_indices>(ops, functional, "max_pool3d");
  ops.add_function("max_pool1d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False)",
                   [](const Tensor& x, const Shape& kernel, const Shape& stride, const Shape& padding,
                      const Shape& dilation, bool ceil_mode) {
                     return Pooled(max_pool1d_with_indices(x, kernel, stride, padding, dilation, ceil_mode), true);
                   });
  ops.add_function(
      "max_pool2d_with_indices_backward(grad_output, input, kernel_size, stride, padding, dilation, ceil_mode, "
      "indices)",
      max_pool2d_with_indices_backward, "The gradient of max_pool2d for its input.");
  bind_average<avg_pool2d>(functional, "avg_pool2d");
  bind_average<avg_pool3d>(functional, "avg_pool3d");
  bind_adaptive<adaptive_max_pool1d, adaptive_avg_pool1d>(functional, "1d");
  bind_adaptive<adaptive_max_pool2d, adaptive_avg_pool2d>(functional, "2d");
  bind_adaptive<adaptive_max_pool3d, adaptive_avg_pool3d>(functional, "3d");
  ops.add_function("avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True)",
                   avg_pool1d, "The mean of each window.");
  functional.share(ops, {"avg_pool1d"});
  ops.share(functional, {"adaptive_avg_pool1d"});
  ops.add_function("adaptive_max_pool1d(input, output_size)",
                   [](const Tensor& x, const Shape& size) { return Pooled(adaptive_max_pool1d(x, size), true); });
  bind_fractional<fractional_max_pool2d>(functional, "fractional_max_pool2d");
  bind_fractional<fractional_max_pool3d>(functional, "fractional_max_pool3d");
  bind_unpool<max_unpool1d>(functional, "max_unpool1d");
  bind_unpool<max_unpool2d>(functional, "max_unpool2d");
  bind_unpool<max_unpool3d>(functional, "max_unpool3d");
  bind_power<lp_pool1d>(functional, "lp_pool1d");
  bind_power<lp_pool2d>(functional, "lp_pool2d");
  bind_power<lp_pool3d>(functional, "lp_pool3d");
}

}  // namespace ember::python
