// Binding a layer: a line with its class, name and docstring. Constructor, attributes, copies and pickles come out of its options, and
// forward of one tensor, reset_parameters and reset_running_stats out of the class.
//
//   bind_layer<nn::LinearImpl>(m, "Linear", "y = x W^T + b.");
//   bind_layer<nn::MSELossImpl>(m, "MSELoss", "(input - target)^2.").takes("input", "target");
#pragma once

#include "python/bindings/layer_options.h"
#include "python/bindings/python_module.h"

namespace ember::python {

using OptionGetter = std::function<py::object(const nn::Module&)>;
using OptionSetter = std::function<void(nn::Module&, const py::object&)>;
/// An attribute of the class.
void define_option(py::handle type, const char* name, const OptionGetter& get, const OptionSetter& set);
/// An argument of the class's constructor, as copies and pickles hand it over.
void add_constructor_argument(PyTypeObject* type, const char* name, OptionGetter get);
/// The method forward of a class that maps one tensor to one.
void define_forward(py::handle type);

template <class M>
class Layer {
 public:
  Layer(py::module_& m, const char* name, const char* doc) : class_(m, name, doc) {
    register_module_class(reinterpret_cast<PyTypeObject*>(class_.ptr()), {{}, true, Trampoline<M>::kMapsOneTensor});
    bind_options(class_, layer_class<M>);
    if constexpr (requires(M & layer, const Tensor& x) { layer.forward_with_indices(x); })
      forward(&with_indices, py::arg("input"));
    else if constexpr (Trampoline<M>::kMapsOneTensor)
      define_forward(class_);
    if constexpr (requires(M & layer) { layer.reset_parameters(); })
      class_.def("reset_parameters", [](M& self) { self.reset_parameters(); });
    if constexpr (requires(M & layer) { layer.reset_running_stats(); })
      class_.def("reset_running_stats", [](M& self) { self.reset_running_stats(); });
  }

  /// A constructor of its own.
  template <class F, class... Extra>
  Layer& init(F make, const Extra&... extra) {
    py::delattr(class_, "__init__");
    class_.def(py::init(make), extra...);
    return *this;
  }
  /// An attribute that is no option.
  template <class F>
  Layer& attribute(const char* name, F get) {
    class_.def_property_readonly(name, get);
    return *this;
  }
  /// A method beside forward.
  template <class F, class... Extra>
  Layer& method(const char* name, F function, const Extra&... extra) {
    class_.def(name, function, extra...);
    return *this;
  }
  /// A forward of as many tensors as there are names.
  template <class... Names>
  Layer& takes(Names... names) {
    return forward(
        [](const M& self, const TensorNamed<Names>&... tensors) {
          const GilRelease gil;
          return self.forward(tensors...);
        },
        py::arg(names)...);
  }
  /// A forward beside the one for one tensor, which alone takes mapped tensors.
  template <class F, class... Extra>
  Layer& also_forward(F function, const Extra&... extra) {
    class_.def("forward", function, extra...);
    return *this;
  }
  /// A function of the class.
  template <class F, class... Extra>
  Layer& function(const char* name, F function, const Extra&... extra) {
    class_.def_static(name, function, extra...);
    return *this;
  }
  /// A method of the class, which is the function's first argument.
  template <class F, class... Extra>
  Layer& class_method(const char* name, F function, const Extra&... extra) {
    const py::cpp_function method(function, py::name(name), py::is_method(class_), extra...);
    py::setattr(class_, name, py::reinterpret_steal<py::object>(PyClassMethod_New(method.ptr())));
    return *this;
  }
  /// A forward of its own.
  template <class F, class... Extra>
  Layer& forward(F function, const Extra&... extra) {
    py::setattr(class_, "forward", py::cpp_function(function, py::name("forward"), py::is_method(class_), extra...));
    return *this;
  }

 private:
  template <class Name>
  using TensorNamed = Tensor;

  /// A tensor, or a tuple with the indices for layers that return them.
  static py::object with_indices(M& self, const Tensor& input) {
    const auto both = [&] {
      const GilRelease gil;
      return self.forward_with_indices(input);
    }();
    if (!self.options.return_indices_) return py::cast(both.first);
    return py::make_tuple(both.first, both.second);
  }

  py::class_<M, nn::Module, Trampoline<M>, py::smart_holder> class_;
};

template <class M>
Layer<M> bind_layer(py::module_& m, const char* name, const char* doc) {
  return Layer<M>(m, name, doc);
}

}  // namespace ember::python
