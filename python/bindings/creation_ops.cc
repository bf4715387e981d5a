// Tensors from nothing, from data and from random numbers.
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/random.h"
#include "python/bindings/creation.h"
#include "python/bindings/dlpack.h"
#include "python/bindings/generator.h"
#include "python/bindings/numpy.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;
using OptionalDevice = std::optional<Device>;

TensorOptions options(OptionalDType dtype, OptionalDevice device, bool requires_grad) {
  TensorOptions o;
  o.dtype_ = dtype;
  return o.device(device.value_or(Device())).requires_grad(requires_grad);
}

/// The keyword arguments that every factory takes, gathered into TensorOptions behind the shape.
template <auto f>
Tensor make(const Shape& size, OptionalDType dtype, OptionalDevice device, bool requires_grad) {
  return f(size, options(dtype, device, requires_grad));
}
template <auto f>
Tensor make_random(const Shape& size, Generator* generator, OptionalDType dtype, OptionalDevice device,
                   bool requires_grad) {
  return f(size, options(dtype, device, requires_grad), generator);
}
template <auto f>
Tensor make_like(const Tensor& x, OptionalDType dtype, bool requires_grad) {
  Tensor y = f(x, dtype);
  return requires_grad ? y.requires_grad_() : y;
}
/// x.new_zeros(size): the dtype and device of x.
template <auto f>
Tensor make_new(const Tensor& x, const Shape& size, OptionalDType dtype, bool requires_grad) {
  return f(size, options(dtype.value_or(x.dtype()), x.device(), requires_grad));
}

constexpr auto random_like = [](auto f) {
  return [f](const Tensor& x, OptionalDType dtype, bool requires_grad) {
    return f(x.sizes(), options(dtype.value_or(x.dtype()), x.device(), requires_grad), nullptr);
  };
};

Tensor tensor_of_data(PyObject* data, OptionalDType dtype, OptionalDevice device, bool requires_grad) {
  Tensor x = tensor_from_data(data, dtype);
  if (device) x = to(x, *device);
  return requires_grad ? x.requires_grad_() : x;
}

Tensor as_tensor(PyObject* data, OptionalDType dtype) {
  if (is_tensor(data)) return dtype ? to(tensor_of(data), *dtype) : tensor_of(data);
  if (!is_numpy_array(data)) return tensor_from_data(data, dtype);
  Tensor x = tensor_from_numpy(data);
  return dtype ? to(x, *dtype) : x;
}

PyObject* from_numpy(PyObject* array) {
  check<TypeError>(is_numpy_array(array), "from_numpy: expected a NumPy array, not ", type_name(array));
  return wrap(tensor_from_numpy(array));
}

}  // namespace

void bind_creation(Ops& ops) {
  const auto on = "dtype=None, device=None, requires_grad=False)";
  const auto add = [&](const std::string& head, auto f, const char* doc) {
    ops.add_function((head + ", *, " + on).c_str(), f, doc);
  };
  ops.add_function((std::string("tensor(data, *, ") + on).c_str(),
                   [](PyObject* data, OptionalDType dtype, OptionalDevice device, bool requires_grad) {
                     return wrap(tensor_of_data(data, dtype, device, requires_grad));
                   },
                   "A copy of numbers, nested lists, an array or a tensor.");
  for (const char* signature : {"as_tensor(data, dtype=None)", "asarray(data, dtype=None)"})
    ops.add_function(
        signature, [](PyObject* data, OptionalDType dtype) { return wrap(as_tensor(data, dtype)); },
        "A tensor on the data's own memory where that is possible.");
  ops.add_function("from_numpy(array)", from_numpy, "A tensor on the array's memory.");
  ops.add_function(
      "from_dlpack(ext_tensor)", [](PyObject* source) { return wrap(from_dlpack(source)); },
      "A tensor on the memory of anything that speaks DLPack.");

  add("empty(*size", make<empty>, "Uninitialised memory.");
  add("zeros(*size", make<zeros>, "Zeros.");
  add("ones(*size", make<ones>, "Ones.");
  add(
      "full(size, fill_value",
      [](const Shape& size, const Scalar& value, OptionalDType t, OptionalDevice d, bool r) {
        return full(size, value, options(t, d, r));
      },
      "One value everywhere.");
  add(
      "empty_strided(size, stride",
      [](const Shape& size, const Shape& stride, OptionalDType t, OptionalDevice d, bool r) {
        return empty_strided(size, stride, options(t, d, r));
      },
      "Uninitialised memory of these strides.");
  add(
      "arange(end",
      [](const Scalar& end, OptionalDType t, OptionalDevice d, bool r) { return arange(end, options(t, d, r)); },
      "start, start + step, ... before end.");
  add(
      "arange(start, end, step=1",
      [](const Scalar& start, const Scalar& end, const Scalar& step, OptionalDType t, OptionalDevice d, bool r) {
        return arange(start, end, step, options(t, d, r));
      },
      "");
  add(
      "linspace(start, end, steps",
      [](const Scalar& start, const Scalar& end, int64_t steps, OptionalDType t, OptionalDevice d, bool r) {
        return linspace(start, end, steps, options(t, d, r));
      },
      "steps evenly spaced numbers, both ends included.");
  add(
      "eye(n, m=None",
      [](int64_t n, std::optional<int64_t> m, OptionalDType t, OptionalDevice d, bool r) {
        return eye(n, m, options(t, d, r));
      },
      "Ones on the diagonal.");
  add(
      "scalar_tensor(s",
      [](const Scalar& value, OptionalDType t, OptionalDevice d, bool r) {
        return scalar_tensor(value, options(t, d, r));
      },
      "A zero-dim tensor.");
  ops.add_function("tril_indices(row, col, offset=0)", tril_indices, "Rows and columns of the lower triangle.");
  ops.add_function("triu_indices(row, col, offset=0)", triu_indices, "Rows and columns of the upper triangle.");

  ops.add_function("empty_like(input, *, dtype=None, requires_grad=False)", make_like<empty_like>, "Uninitialised.");
  ops.add_function("zeros_like(input, *, dtype=None, requires_grad=False)", make_like<zeros_like>, "Zeros.");
  ops.add_function("ones_like(input, *, dtype=None, requires_grad=False)", make_like<ones_like>, "Ones.");
  ops.add_function("full_like(input, fill_value, *, dtype=None)", full_like, "One value everywhere.");
  ops.add_method("new_empty(input, *size, dtype=None, requires_grad=False)", make_new<empty>);
  ops.add_method("new_zeros(input, *size, dtype=None, requires_grad=False)", make_new<zeros>);
  ops.add_method("new_ones(input, *size, dtype=None, requires_grad=False)", make_new<ones>);
  ops.add_method("new_full(input, size, fill_value, *, dtype=None)",
                 [](const Tensor& x, const Shape& size, const Scalar& value, OptionalDType t) {
                   return full(size, value, options(t.value_or(x.dtype()), x.device(), false));
                 });
  ops.add_method("new_tensor(input, data, *, dtype=None, requires_grad=False)",
                 [](const Tensor& x, PyObject* data, OptionalDType t, bool r) {
                   return wrap(tensor_of_data(data, t.value_or(x.dtype()), x.device(), r));
                 });

  const char* random = ", *, generator=None, ";
  ops.add_function((std::string("rand(*size") + random + on).c_str(), make_random<rand>, "Uniform on [0, 1).");
  ops.add_function((std::string("randn(*size") + random + on).c_str(), make_random<randn>,
                   "Normal with mean 0 and variance 1.");
  const auto integers = [](int64_t low, int64_t high, const Shape& size, Generator* g, OptionalDType t,
                           OptionalDevice d, bool r) { return randint(low, high, size, options(t, d, r), g); };
  ops.add_function((std::string("randint(low, high, size") + random + on).c_str(), integers,
                   "Integers on [low, high).");
  ops.add_function((std::string("randint(high, size") + random + on).c_str(),
                   [integers](int64_t high, const Shape& size, Generator* g, OptionalDType t, OptionalDevice d,
                              bool r) { return integers(0, high, size, g, t, d, r); });
  ops.add_function((std::string("randperm(n") + random + on).c_str(),
                   [](int64_t n, Generator* g, OptionalDType t, OptionalDevice d, bool r) {
                     return randperm(n, options(t, d, r), g);
                   },
                   "A permutation of 0 ... n - 1.");
  ops.add_function("rand_like(input, *, dtype=None, requires_grad=False)", random_like(rand), "Uniform on [0, 1).");
  ops.add_function("randn_like(input, *, dtype=None, requires_grad=False)", random_like(randn), "Normal.");
  ops.add("bernoulli(input, *, generator=None)", bernoulli, "1 with probability input, else 0.");
  ops.add("multinomial(input, num_samples, replacement=False, *, generator=None)", multinomial,
          "Samples of a distribution given by weights.");
  ops.add_function(
      "normal(mean, std, size, *, generator=None)",
      [](double mean, double std, const Shape& size, Generator* g) {
        Tensor x = empty(size);
        return normal_(x, mean, std, g);
      },
      "Normal with this mean and standard deviation.");
}

}  // namespace ember::python
