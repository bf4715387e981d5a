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
template <class T>
py::object option_object(const T& value) {
  return py::cast(value);
}

template <class M, class Base = nn::Module>
class Layer {
 public:
  Layer(py::module_& m, const char* name, const char* doc) : class_(m, name, doc) {
    register_module_class(type(), {{}, true, Trampoline<M>::kMapsOneTensor});
    if constexpr (Trampoline<M>::kMapsOneTensor)
      class_.def("forward",
                 [](M& self, const Tensor& input) {
                   py::gil_scoped_release gil;
                   return self.M::forward(input);
                 },
                 py::arg("input"));
    class_.def("extra_repr", [](const M& self) { return self.M::extra_repr(); });
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
  Layer& option(const char* name, T Options::* member) {
    class_.def_property(
        name, [member](const M& self) { return option_object(self.options.*member); },
        [member](M& self, const T& value) { self.options.*member = value; });
    return argument(name, [member](const M& self) { return option_object(self.options.*member); });
  }
  /// One that is an argument only: a parameter or child has its name.
  template <class Options, class T>
  Layer& hidden(const char* name, T Options::* member) {
    return argument(name, [member](const M& self) { return option_object(self.options.*member); });
  }
  /// An argument that is worked out.
  template <class F>
  Layer& argument(const char* name, F get) {
    arguments_->emplace_back(name, [get](const nn::Module& self) { return py::object(get(static_cast<const M&>(self))); });
    auto arguments = arguments_;
    register_module_class(type(), {[arguments](const nn::Module& self) {
                                     py::dict dict;
                                     for (const auto& [key, value] : *arguments) dict[key] = value(self);
                                     return dict;
                                   },
                                   true, Trampoline<M>::kMapsOneTensor});
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
    class_.def(py::init([make_options](Args... args) {
                 return new Trampoline<M>(make_options(std::forward<Args>(args)...));
               }),
               extra...);
  }

  using Arguments = std::vector<std::pair<const char*, std::function<py::object(const nn::Module&)>>>;

  py::class_<M, Base, Trampoline<M>, py::smart_holder> class_;
  std::shared_ptr<Arguments> arguments_ = std::make_shared<Arguments>();
};

}  // namespace ember::python
