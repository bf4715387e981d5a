// Values as Python's objects.
#include <unordered_map>

#include "ember/io/stored_tensor.h"
#include "python/bindings/convert.h"
#include "python/bindings/pt_values.h"
#include "python/bindings/value_types.h"

namespace ember::python {

namespace py = pybind11;

namespace {

using io::Entries;
using io::Mapping;
using io::Object;
using io::Sequence;
using io::Text;
using io::Value;
using io::Values;

class ToObjects {
 public:
  ToObjects(const py::dict& globals, Device device, const std::string& where)
      : globals_(globals), device_(device), where_(where) {}

  py::object operator()(const Value& value) {
    return std::visit([&](const auto& alternative) { return made(alternative); }, value.alternatives());
  }

 private:
  static py::object steal(PyObject* object) {
    if (!object) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(object);
  }

  py::object made(std::monostate) { return py::none(); }
  py::object made(bool value) { return py::bool_(value); }
  py::object made(int64_t value) { return py::int_(value); }
  py::object made(double value) { return py::float_(value); }
  py::object made(std::complex<double> value) { return steal(PyComplex_FromDoubles(value.real(), value.imag())); }
  py::object made(DType value) { return steal(to_python(value)); }
  py::object made(const Device& value) { return steal(to_python(value)); }
  py::object made(const Tensor& x) { return steal(wrap(moved(x))); }
  py::object made(const io::ParameterValue& parameter) { return steal(wrap_parameter(moved(parameter.x))); }
  py::object made(const io::StoredElements&) { fail<IoError>(where_, ": holds a storage outside of a tensor"); }

  py::object made(const Text& text) {
    py::object& known = made_[text.bytes.get()];
    if (!known) known = new_text(text);
    return known;
  }
  py::object new_text(const Text& text) {
    const auto size = static_cast<Py_ssize_t>(text.bytes->size());
    const char* data = text.bytes->data();
    switch (text.kind) {
      case Text::Kind::String: {
        PyObject* found = PyUnicode_DecodeUTF8(data, size, "surrogatepass");
        if (!found && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
          PyErr_Clear();
          fail<IoError>(where_, ": a str of ", size, " bytes is no UTF-8");
        }
        return steal(found);
      }
      case Text::Kind::Bytes:
        return steal(PyBytes_FromStringAndSize(data, size));
      case Text::Kind::ByteArray:
        return steal(PyByteArray_FromStringAndSize(data, size));
      case Text::Kind::Integer:
        break;
    }
    return py::type::of(py::int_(0)).attr("from_bytes")(py::bytes(*text.bytes), "little", py::arg("signed") = true);
  }

  py::object made(const std::shared_ptr<Sequence>& sequence) {
    // By a copy, since what is made in between may move the table.
    if (const auto found = made_.find(sequence.get()); found != made_.end()) return found->second;
    py::object object = new_sequence(*sequence);
    made_[sequence.get()] = object;
    return object;
  }
  py::list list_of(const Values& items) {
    py::list list;
    for (const Value& item : items) list.append((*this)(item));
    return list;
  }
  py::object new_sequence(const Sequence& sequence) {
    using Kind = Sequence::Kind;
    py::list items = list_of(sequence.items);
    switch (sequence.kind) {
      case Kind::List:
        return items;
      case Kind::Tuple:
        return py::tuple(std::move(items));
      case Kind::Size:
        return steal(PyObject_CallOneArg(reinterpret_cast<PyObject*>(size_type), items.ptr()));
      case Kind::Set:
        return hashed(PySet_New(items.ptr()));
      case Kind::FrozenSet:
        return hashed(PyFrozenSet_New(items.ptr()));
    }
    return py::none();
  }
  /// A TypeError says that Python cannot hash a key.
  py::object hashed(PyObject* made) {
    if (!made && PyErr_ExceptionMatches(PyExc_TypeError)) {
      PyErr_Clear();
      fail<IoError>(where_, ": a set or dict has a key that cannot be hashed");
    }
    return steal(made);
  }

  py::object made(const std::shared_ptr<Mapping>& mapping) {
    if (const auto found = made_.find(mapping.get()); found != made_.end()) return found->second;
    py::object object = new_mapping(*mapping);
    made_[mapping.get()] = object;
    set_items(object, mapping->entries);
    if (const auto* attributes = mapping->attributes.part<Mapping>())
      set_items(object.attr("__dict__"), attributes->entries);
    return object;
  }
  static py::object new_mapping(const Mapping& mapping) {
    if (mapping.kind == Mapping::Kind::Dict) return py::dict();
    const char* name = mapping.kind == Mapping::Kind::Counter ? "Counter" : "OrderedDict";
    return py::module_::import("collections").attr(name)();
  }
  void set_items(const py::object& target, const Entries& entries) {
    for (const auto& [key, value] : entries) {
      const py::object name = (*this)(key), item = (*this)(value);
      if (PyObject_SetItem(target.ptr(), name.ptr(), item.ptr()) == 0) continue;
      hashed(nullptr);
    }
  }

  py::object made(const std::shared_ptr<Object>& object) {
    if (const auto found = made_.find(object.get()); found != made_.end()) return found->second;
    const py::object callable = globals_[py::str(object->name)];
    if (object->kind == Object::Kind::Name) return callable;
    const py::tuple arguments(list_of(object->arguments.items()));
    py::object result;
    if (object->kind == Object::Kind::Call) {
      result = callable(*arguments);
    } else {
      result = callable.attr("__new__")(callable, *arguments);
    }
    made_[object.get()] = result;
    for (const Value& item : object->items) result.attr("append")((*this)(item));
    for (const auto& [key, value] : object->entries) result[(*this)(key)] = (*this)(value);
    if (object->has_state) set_state(result, (*this)(object->state));
    return result;
  }
  /// As pickle does it.
  static void set_state(const py::object& target, py::object state) {
    if (py::hasattr(target, "__setstate__")) {
      target.attr("__setstate__")(state);
      return;
    }
    py::object slots = py::none();
    if (py::isinstance<py::tuple>(state) && py::len(state) == 2) {
      slots = state[py::int_(1)];
      state = py::object(state[py::int_(0)]);
    }
    if (py::bool_(state)) target.attr("__dict__").attr("update")(state);
    if (py::bool_(slots))
      for (const auto& [name, value] : py::dict(slots)) py::setattr(target, name, value);
  }

  /// On the device that was asked for, on one memory with the others of its storage.
  Tensor moved(const Tensor& x) {
    if (device_.is_cpu()) return x;
    Tensor& known = moved_[x.impl()];
    if (known.defined()) return known;
    Storage& memory = memories_[x.storage().get()];
    if (!memory) {
      const auto bytes = static_cast<int64_t>(x.storage()->bytes());
      memory = io::stored_tensor({kUInt8, x.storage(), 0, bytes}, 0, Shape(bytes), Shape(1)).to(device_).storage();
    }
    known = io::stored_tensor({x.dtype(), memory, 0, 0}, x.storage_offset(), x.sizes(), x.strides());
    if (x.requires_grad()) known.requires_grad_();
    return known;
  }

  const py::dict& globals_;
  Device device_;
  const std::string& where_;
  std::unordered_map<const void*, py::object> made_;
  std::unordered_map<const void*, Storage> memories_;
  std::unordered_map<const void*, Tensor> moved_;
};

}  // namespace

py::object to_objects(const Value& value, const py::dict& globals, Device device, const std::string& where) {
  return ToObjects(globals, device, where)(value);
}

}  // namespace ember::python
