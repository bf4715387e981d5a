// Tensors from nothing and from data.
#include "ember/ops/creation/creation.h"

#include "ember/ops/creation/copy.h"
#include "ember/ops/shape/shape.h"
#include "python/bindings/dlpack.h"
#include "python/bindings/layout.h"
#include "python/bindings/numpy.h"
#include "python/bindings/ops.h"
#include "python/bindings/python_data.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;
using OptionalDevice = std::optional<Device>;

TensorOptions options(OptionalDType dtype, OptionalDevice device, bool requires_grad) {
  TensorOptions o;
  o.dtype_ = dtype;
  return o.device(device.value_or(Device())).requires_grad(requires_grad);
}

/// The keyword arguments that every factory takes, in PyTorch's order ...
constexpr const char* kFactory = "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False)";
/// ... and those of factories that take after a tensor.
constexpr const char* kLike =
    "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=None)";

/// f(arguments..., TensorOptions) with the keyword arguments of kFactory in the options' place.
template <class... A, class F>
auto factory(F f) {
  return [f](A... arguments, OptionalDType dtype, std::optional<Layout>, OptionalDevice device, bool,
             bool requires_grad) -> Tensor { return f(arguments..., options(dtype, device, requires_grad)); };
}
/// f(x, arguments..., TensorOptions) with the keyword arguments of kFactory, where x says what they leave open.
template <class... A, class F>
auto factory_after(F f) {
  return [f](const Tensor& x, A... arguments, OptionalDType dtype, std::optional<Layout>, OptionalDevice device, bool,
             bool requires_grad) -> Tensor {
    return f(x, arguments..., options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
  };
}
/// fill(x, arguments...) on fresh memory like that of x, with the keyword arguments of kLike.
template <class... A, class F>
auto factory_like(const char* op, F fill) {
  return [op, fill](const Tensor& x, A... arguments, OptionalDType dtype, std::optional<Layout>, OptionalDevice device,
                    bool, bool requires_grad, std::optional<MemoryFormat> format) -> Tensor {
    Tensor y = empty_in_format(op, x, dtype.value_or(x.dtype()), format.value_or(MemoryFormat::Preserve));
    if (device) y = to(y, *device);
    fill(y, arguments...);
    return requires_grad ? y.requires_grad_() : y;
  };
}

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

void bind_factories(Ops& ops) {
  const auto add = [&](const std::string& head, auto f, const char* doc = "") {
    ops.add_function((head + ", *, " + kFactory).c_str(), f, doc);
  };
  using Options = const TensorOptions&;
  using Size = const Shape&;
  using Number = const Scalar&;
  for (const char* head : {"(*size", "(size"}) {
    add(concat("empty", head), factory<Size>([](Size s, Options o) { return empty(s, o); }), "Uninitialised memory.");
    add(concat("zeros", head), factory<Size>([](Size s, Options o) { return zeros(s, o); }), "Zeros.");
    add(concat("ones", head), factory<Size>([](Size s, Options o) { return ones(s, o); }), "Ones.");
  }
  ops.add_function((std::string("empty(*size, memory_format, ") + kFactory).c_str(),
                   [](Size size, MemoryFormat format, OptionalDType t, std::optional<Layout>, OptionalDevice d, bool,
                      bool requires_grad) {
                     const Tensor like = expand(empty({}, options(t, d, false)), size);
                     Tensor x = empty_in_format("empty", like, like.dtype(), format);
                     return requires_grad ? x.requires_grad_() : x;
                   });
  add("full(size, fill_value", factory<Size, Number>([](Size s, Number value, Options o) { return full(s, value, o); }),
      "One value everywhere.");
  add("empty_strided(size, stride",
      factory<Size, Size>([](Size s, Size strides, Options o) { return empty_strided(s, strides, o); }),
      "Uninitialised memory of these strides.");
  add("empty_permuted(size, physical_layout",
      factory<Size, Size>([](Size s, Size order, Options o) { return empty_permuted(s, order, o); }),
      "Uninitialised memory with the dims in this order.");
  add("arange(end", factory<Number>([](Number end, Options o) { return arange(end, o); }),
      "start, start + step, ... before end.");
  add("arange(start, end, step=1",
      factory<Number, Number, Number>(
          [](Number start, Number end, Number step, Options o) { return arange(start, end, step, o); }));
  add("linspace(start, end, steps",
      factory<Number, Number, int64_t>(
          [](Number start, Number end, int64_t n, Options o) { return linspace(start, end, n, o); }),
      "steps evenly spaced numbers, both ends included.");
  add("logspace(start, end, steps, base=10.0",
      factory<Number, Number, int64_t, double>(
          [](Number start, Number end, int64_t n, double base, Options o) { return logspace(start, end, n, base, o); }),
      "steps powers of base, their exponents evenly spaced.");
  add("eye(n, m=None", factory<int64_t, std::optional<int64_t>>([](int64_t n, std::optional<int64_t> m, Options o) {
        return eye(n, m, o);
      }),
      "Ones on the diagonal.");
  add("scalar_tensor(s", factory<Number>([](Number value, Options o) { return scalar_tensor(value, o); }),
      "A zero-dim tensor.");
  add("tril_indices(row, col, offset=0",
      factory<int64_t, int64_t, int64_t>(
          [](int64_t r, int64_t c, int64_t k, Options o) { return tril_indices(r, c, k, o); }),
      "Rows and columns of the lower triangle.");
  add("triu_indices(row, col, offset=0",
      factory<int64_t, int64_t, int64_t>(
          [](int64_t r, int64_t c, int64_t k, Options o) { return triu_indices(r, c, k, o); }),
      "Rows and columns of the upper triangle.");

  const auto add_like = [&](const std::string& head, auto f, const char* doc) {
    ops.add_function((head + ", *, " + kLike).c_str(), f, doc);
  };
  add_like("empty_like(input", factory_like("empty_like", [](Tensor&) {}), "Uninitialised.");
  add_like("zeros_like(input", factory_like("zeros_like", [](Tensor& y) { y.fill_(0); }), "Zeros.");
  add_like("ones_like(input", factory_like("ones_like", [](Tensor& y) { y.fill_(1); }), "Ones.");
  add_like("full_like(input, fill_value",
           factory_like<Number>("full_like", [](Tensor& y, Number value) { y.fill_(value); }), "One value everywhere.");

  const auto add_new = [&](const std::string& head, auto f, const char* doc) {
    ops.add_method((head + ", *, " + kFactory).c_str(), f, doc);
  };
  // Those of a tensor that vmap maps over are mapped too.
  const auto after = [](auto make, auto make_batched) {
    return factory_after<Size>([=](const Tensor& x, Size s, Options o) {
      return x.is_batched() ? (x.*make_batched)(s, o.dtype_or_default()) : make(s, o);
    });
  };
  for (const char* head : {"(input, *size", "(input, size"}) {
    add_new(concat("new_empty", head), after([](Size s, Options o) { return empty(s, o); }, &Tensor::new_empty),
            "Like empty.");
    add_new(concat("new_zeros", head), after([](Size s, Options o) { return zeros(s, o); }, &Tensor::new_zeros),
            "Like zeros.");
    add_new(concat("new_ones", head), after([](Size s, Options o) { return ones(s, o); }, &Tensor::new_ones),
            "Like ones.");
  }
  add_new("new_empty_strided(input, size, stride",
          factory_after<Size, Size>(
              [](const Tensor&, Size s, Size strides, Options o) { return empty_strided(s, strides, o); }),
          "Like empty_strided.");
  add_new("new_full(input, size, fill_value",
          factory_after<Size, Number>([](const Tensor& x, Size s, Number value, Options o) {
            return x.is_batched() ? x.new_full(s, value, o.dtype_or_default()) : full(s, value, o);
          }),
          "Like full.");
  ops.add_method((std::string("new_tensor(input, data, *, ") + kFactory).c_str(),
                 [](const Tensor& x, PyObject* data, OptionalDType t, std::optional<Layout>, OptionalDevice d, bool,
                    bool requires_grad) {
                   return wrap(tensor_of_data(data, t.value_or(x.dtype()), d.value_or(x.device()), requires_grad));
                 });
}

}  // namespace

void bind_creation(Ops& ops) {
  ops.add_function((std::string("tensor(data, *, ") + kFactory).c_str(),
                   [](PyObject* data, OptionalDType dtype, std::optional<Layout>, OptionalDevice device, bool,
                      bool requires_grad) { return wrap(tensor_of_data(data, dtype, device, requires_grad)); },
                   "A copy of numbers, nested lists, an array or a tensor.");
  for (const char* signature :
       {"as_tensor(data, dtype=None, device=None)", "asarray(data, *, dtype=None, device=None)"})
    ops.add_function(
        signature,
        [](PyObject* data, OptionalDType dtype, OptionalDevice device) {
          const Tensor x = as_tensor(data, dtype);
          return wrap(device ? to(x, *device) : x);
        },
        "A tensor on the data's own memory where that is possible.");
  ops.add_function("from_numpy(array)", from_numpy,
                   "A tensor on the array's memory, or on a copy of memory that may not be written to.");
  ops.add_function(
      "from_dlpack(ext_tensor)", [](PyObject* source) { return wrap(from_dlpack(source)); },
      "A tensor on the memory of anything that speaks DLPack.");
  bind_factories(ops);
  ops.add_method(
      "copy_(input, src: Number, non_blocking=False)",
      [](Tensor& x, const Tensor& src, bool) -> Tensor& { return copy_(x, src); },
      "Copies src, which broadcasts, into this tensor.");
  ops.add("fill_(input, value: Number)", fill_, "Sets every element.");
  ops.add("zero_(input)", zero_, "Sets every element to 0.");
  ops.add_function("fill(input, value: Number)", fill, "A copy, filled.");
}

}  // namespace ember::python
