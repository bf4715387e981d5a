#include "python/bindings/option_values.h"

#include "python/bindings/layer_arguments.h"
#include "python/bindings/owner.h"
#include "python/bindings/python_module.h"

namespace ember::python {

namespace {

template <class T>
py::object read(T* value) {
  return py::cast(*value);
}
/// Shapes are plain tuples here, as in PyTorch.
py::object read(Shape* sizes) { return py::tuple(py::cast(sizes->vec())); }
/// One number alone, several as a tuple, none as None.
py::object read(std::vector<double>* values) {
  if (values->empty()) return py::none();
  return values->size() == 1 ? py::object(py::float_((*values)[0])) : py::object(py::tuple(py::cast(*values)));
}
py::object read(nn::SizesOrNone place) {
  const auto size_of = [](int64_t size) { return size == -1 ? py::object(py::none()) : py::object(py::int_(size)); };
  if (place.sizes->size() == 1 && (*place.sizes)[0] == -1) return py::none();
  py::tuple sizes(place.sizes->size());
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = size_of((*place.sizes)[i]);
  return sizes;
}
py::object read(nn::SizesOrName place) { return place.name->empty() ? read(place.sizes) : read(place.name); }

/// The Python function behind one of C++, or else one that calls it.
template <class R, class... Args>
py::object read(std::function<R(Args...)>* function) {
  const auto* in_python = function->template target<PythonFunction<R(Args...)>>();
  return in_python ? py::reinterpret_borrow<py::object>(in_python->owner.get()) : py::cast(*function);
}
py::object read(nn::FunctionOrName place) { return place.name->empty() ? read(place.function) : read(place.name); }
py::object read(nn::FormerReduction) { return py::none(); }
py::object read(nn::FormerName) { return py::none(); }
py::object read(nn::OnlyNone) { return py::none(); }

template <class T>
bool write(T* place, py::handle value) {
  py::detail::make_caster<T> caster;
  if (!caster.load(value, true)) return false;
  *place = py::detail::cast_op<T>(std::move(caster));
  return true;
}
bool write(std::vector<double>* values, py::handle value) {
  NumbersOrNone numbers;
  if (!convert(value.ptr(), numbers)) return false;
  *values = std::move(numbers.values);
  return true;
}
bool write(nn::SizesOrNone place, py::handle value) {
  SizesOrNone sizes;
  if (!convert(value.ptr(), sizes)) return false;
  *place.sizes = sizes.sizes;
  return true;
}
bool write(nn::SizesOrName place, py::handle value) {
  if (!write(place.sizes, value)) return write(place.name, value);
  place.name->clear();
  return true;
}
template <class R, class... Args>
bool write(std::function<R(Args...)>* function, py::handle value) {
  if (!value.is_none() && !PyCallable_Check(value.ptr())) return false;
  if (value.is_none())
    *function = nullptr;
  else
    *function = PythonFunction<R(Args...)>(py::reinterpret_borrow<py::object>(value));
  return true;
}
bool write(nn::FunctionOrName place, py::handle value) {
  if (write(place.name, value)) return *place.function = nullptr, true;
  if (value.is_none() || !write(place.function, value)) return false;
  place.name->clear();
  return true;
}
bool write(nn::FormerName place, py::handle value) { return value.is_none() || write(place.value, value); }
bool write(nn::OnlyNone, py::handle value) { return value.is_none(); }
bool write(std::shared_ptr<nn::Module>* place, py::handle value) {
  if (!value.is_none() && !PyObject_TypeCheck(value.ptr(), module_type)) return false;
  *place = child_of(value);
  return true;
}
bool write(nn::FormerReduction, py::handle value) {
  std::optional<bool> flag;
  return write(&flag, value);
}

std::string type(bool*) { return "bool"; }
std::string type(int64_t*) { return "typing.SupportsInt"; }
std::string type(double*) { return "typing.SupportsFloat"; }
std::string type(std::string*) { return "str"; }
std::string type(Reduction*) { return "str"; }
std::string type(Tensor*) { return "Tensor"; }
std::string type(Device*) { return "device"; }
std::string type(DType*) { return "dtype"; }
template <class T>
std::string type(std::optional<T>*) {
  return type(static_cast<T*>(nullptr)) + " | None";
}
std::string type(Shape*) { return "Size"; }
std::string type(std::vector<double>*) {
  return "typing.SupportsFloat | collections.abc.Sequence[typing.SupportsFloat] | None";
}
std::string type(nn::BinaryFunction*) { return "collections.abc.Callable | None"; }
std::string type(nn::SizesOrNone) {
  return "typing.SupportsInt | collections.abc.Sequence[typing.SupportsInt | None] | None";
}
std::string type(nn::SizesOrName) { return "Size | str"; }
std::string type(nn::FunctionOrName) { return "str | collections.abc.Callable"; }
std::string type(nn::FormerReduction) { return "bool | None"; }
std::string type(std::shared_ptr<nn::Module>*) { return "ember.nn.Module | None"; }
std::string type(nn::OnlyNone) { return "None"; }
std::string type(nn::FormerName) { return "typing.SupportsFloat | None"; }

}  // namespace

py::object read_option(const nn::OptionField& field) {
  return std::visit([](auto place) { return read(place); }, field.place);
}

bool write_option(const nn::OptionField& field, py::handle value) {
  return std::visit([&](auto place) { return write(place, value); }, field.place);
}

std::string option_type(const nn::OptionField& field) {
  return std::visit([](auto place) { return type(place); }, field.place);
}

}  // namespace ember::python
