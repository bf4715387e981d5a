// Binding a layer: its class with a constructor whose arguments are PyTorch's, and its options as attributes.
//
//   Layer<nn::LinearImpl>(m, "Linear", "y = x W^T + b.")
//       .init([](int64_t in_features, ...) { return nn::LinearOptions(...); }, py::arg("in_features"), ...)
//       .option("in_features", &nn::LinearOptions::in_features_);
#pragma once

#include "python/bindings/python_module.h"

namespace ember::python {

/// Shapes are plain tuples here, as in PyTorch.
inline py::object option_object(const Shape& shape) { return py::tuple(py::cast(shape.vec())); }
/// One number alone, several as a tuple, none as None.
inline py::object option_object(const std::vector<double>& values) {
  if (values.empty()) return py::none();
  return values.size() == 1 ? py::object(py::float_(values[0])) : py::object(py::tuple(py::cast(values)));
}
template <class T>
py::object option_object(const T& value) {
  return py::cast(value);
}

using OptionGetter = std::function<py::object(const nn::Module&)>;
using OptionSetter = std::function<void(nn::Module&, const py::object&)>;
/// An attribute of the class, by functions of one type for all, which keeps the bindings quick to compile.
void define_option(py::handle type, const char* name, const OptionGetter& get, const OptionSetter& set);
/// An argument of the class's constructor, as copies and pickles hand it over.
void add_constructor_argument(PyTypeObject* type, const char* name, OptionGetter get);
/// The method forward of a class that maps one tensor to one.
void define_forward(py::handle type);

template <class M>
class Layer {
 public:
  Layer(py::module_& m, const char* name, const char* doc) : class_(m, name, doc) {
    register_module_class(type(), {{}, true, Trampoline<M>::kMapsOneTensor});
    if constexpr (Trampoline<M>::kMapsOneTensor) define_forward(class_);
  }

  /// `make_options(arguments...)` gives what the C++ constructor takes.
  template <class F, class... Extra>
  Layer& init(F make_options, const Extra&... extra) {
    init_with(make_options, &F::operator(), extra...);
    return *this;
  }
  /// For layers without arguments.
  Layer& init() {
    class_.def(py::init([] { return new Trampoline<M>(); }));
    return *this;
  }

  /// An option that is an attribute and an argument of the constructor of this name.
  template <class Options, class T>
  Layer& option(const char* name, T Options::*member) {
    define_option(
        class_, name,
        [member](const nn::Module& self) { return option_object((static_cast<const M&>(self).options).*member); },
        [member](nn::Module& self, const py::object& value) {
          static_cast<M&>(self).options.*member = value.cast<T>();
        });
    return argument(name, [member](const M& self) { return option_object(self.options.*member); });
  }
  /// One that is an argument only: a parameter or child has its name.
  template <class Options, class T>
  Layer& hidden(const char* name, T Options::*member) {
    return argument(name, [member](const M& self) { return option_object(self.options.*member); });
  }
  /// An argument that is worked out.
  template <class F>
  Layer& argument(const char* name, F get) {
    add_constructor_argument(type(), name,
                             [get](const nn::Module& self) { return py::object(get(static_cast<const M&>(self))); });
    return *this;
  }

  /// A forward of its own, instead of the one for one tensor.
  template <class F, class... Extra>
  Layer& forward(F function, const Extra&... extra) {
    py::setattr(class_, "forward", py::cpp_function(function, py::name("forward"), py::is_method(class_), extra...));
    return *this;
  }

  template <class F, class... Extra>
  Layer& def(const char* name, F function, const Extra&... extra) {
    class_.def(name, function, extra...);
    return *this;
  }

 private:
  PyTypeObject* type() { return reinterpret_cast<PyTypeObject*>(class_.ptr()); }

  template <class F, class R, class... Args, class... Extra>
  void init_with(F make_options, R (F::*)(Args...) const, const Extra&... extra) {
    class_.def(
        py::init([make_options](Args... args) { return new Trampoline<M>(make_options(std::forward<Args>(args)...)); }),
        extra...);
  }

  py::class_<M, nn::Module, Trampoline<M>, py::smart_holder> class_;
};

}  // namespace ember::python
