// Python's objects as Values.
#include <unordered_map>
#include <unordered_set>
#include <vector>

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

class FromObjects {
 public:
  explicit FromObjects(const py::object& describe) : describe_(describe) {
    const py::module_ collections = py::module_::import("collections");
    ordered_dict_ = collections.attr("OrderedDict");
    counter_ = collections.attr("Counter");
  }

  Value operator()(const py::object& object) {
    PyObject* o = object.ptr();
    if (object.is_none()) return {};
    if (PyBool_Check(o)) return o == Py_True;
    if (PyLong_CheckExact(o)) return integer(object);
    if (PyFloat_CheckExact(o)) return PyFloat_AS_DOUBLE(o);
    if (PyComplex_CheckExact(o)) return std::complex<double>(PyComplex_RealAsDouble(o), PyComplex_ImagAsDouble(o));
    if (PyUnicode_CheckExact(o)) return string(object);
    if (PyBytes_CheckExact(o)) return {Text::Kind::Bytes, object.cast<std::string>()};
    if (Py_TYPE(o) == dtype_type || Py_TYPE(o) == device_type) return small(o);
    if (Py_TYPE(o) == tensor_type) return tensor_of(o);
    if (Py_TYPE(o) == parameter_type) return io::ParameterValue{tensor_of(o)};
    if (const auto found = seen_.find(o); found != seen_.end()) return found->second;
    if (!open_.insert(o).second) fail<ValueError>("save: a ", type_name(o), " contains itself", place());
    check<ValueError>(open_.size() <= io::kDeepestValue, "save: nested more than ", io::kDeepestValue, " deep");
    Value value = container(object);
    open_.erase(o);
    kept_.push_back(object);
    return seen_[o] = value;
  }

 private:
  /// A key, or a place in a sequence.
  struct Step {
    py::handle key;
    size_t index;
  };

  std::string place() const {
    std::string text;
    for (const Step& step : path_)
      text += (text.empty() ? "" : ".") + (step.key ? part(step.key) : std::to_string(step.index));
    return text.empty() ? "" : concat(" (at '", text, "')");
  }

  static Value integer(const py::object& object) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
    if (overflow == 0) return value;
    const auto bytes = py::cast<int64_t>(object.attr("bit_length")()) / 8 + 1;
    const py::object text = object.attr("to_bytes")(bytes, "little", py::arg("signed") = true);
    return {Text::Kind::Integer, text.cast<std::string>()};
  }
  static Value string(const py::object& object) {
    const auto bytes =
        py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(object.ptr(), "utf-8", "surrogatepass"));
    if (!bytes) throw py::error_already_set();
    return static_cast<std::string>(bytes);
  }
  static Value small(PyObject* object) {
    DType dtype;
    if (Py_TYPE(object) == dtype_type && convert(object, dtype)) return dtype;
    Device device;
    convert(object, device);
    return device;
  }

  Value container(const py::object& object) {
    using Kind = Sequence::Kind;
    PyObject* o = object.ptr();
    if (PyByteArray_CheckExact(o))
      return {Text::Kind::ByteArray,
              std::string(PyByteArray_AS_STRING(o), static_cast<size_t>(PyByteArray_GET_SIZE(o)))};
    if (PyList_CheckExact(o)) return sequence(Kind::List, object);
    if (PyTuple_CheckExact(o)) return sequence(Kind::Tuple, object);
    if (Py_TYPE(o) == size_type) return sequence(Kind::Size, object);
    if (PyAnySet_CheckExact(o)) return sequence(PyFrozenSet_CheckExact(o) ? Kind::FrozenSet : Kind::Set, object);
    if (PyDict_CheckExact(o)) return Mapping{Mapping::Kind::Dict, entries(object), {}};
    if (py::type::of(object).is(counter_)) return Mapping{Mapping::Kind::Counter, entries(object), {}};
    if (py::type::of(object).is(ordered_dict_)) {
      Mapping mapping{Mapping::Kind::OrderedDict, entries(object), {}};
      const py::object attributes = object.attr("__dict__");
      if (py::len(attributes) > 0) mapping.attributes = (*this)(attributes);
      return mapping;
    }
    return described(object);
  }

  Value sequence(Sequence::Kind kind, const py::object& object) { return Sequence{kind, items(object)}; }
  Values items(const py::object& object) {
    Values values;
    for (const py::handle item : py::list(object)) {
      path_.push_back({{}, values.size()});
      values.push_back((*this)(py::reinterpret_borrow<py::object>(item)));
      path_.pop_back();
    }
    return values;
  }
  Entries entries(const py::object& object) {
    Entries entries;
    for (const py::handle item : py::list(object.attr("items")())) {
      const auto pair = py::reinterpret_borrow<py::tuple>(item);
      const py::object key = pair[0], value = pair[1];
      if (is_tensor(key.ptr())) fail<TypeError>("save: cannot save a tensor as a dict's key", place());
      path_.push_back({key, 0});
      Value name = (*this)(key);
      entries.emplace_back(std::move(name), (*this)(value));
      path_.pop_back();
    }
    return entries;
  }
  static std::string part(py::handle key) {
    if (!PyUnicode_CheckExact(key.ptr()) && !PyLong_CheckExact(key.ptr())) return type_name(key.ptr());
    return py::str(key).attr("encode")("utf-8", "backslashreplace").cast<std::string>();
  }

  /// (name,) or (name, is_new, arguments, state or (), items, entries).
  Value described(const py::object& object) {
    const py::object parts = describe_(object);
    if (parts.is_none()) {
      const char* advice = py::hasattr(object, "state_dict")
                               ? "; save its state_dict()"
                               : "; ember.serialization.add_safe_globals lets its class in";
      fail<TypeError>("save: cannot save a ", type_name(object.ptr()), place(), advice);
    }
    kept_.push_back(parts);
    const auto all = parts.cast<py::tuple>();
    const auto name = all[0].cast<std::string>();
    if (all.size() == 1) return Object{Object::Kind::Name, name, {}, {}, false, {}, {}};
    Object result{
        all[1].cast<bool>() ? Object::Kind::New : Object::Kind::Call, name, (*this)(all[2]), {}, false, {}, {}};
    const py::tuple state = all[3];
    result.has_state = !state.empty();
    if (result.has_state) result.state = (*this)(state[0]);
    result.items = items(all[4]);
    for (const py::handle pair : py::list(all[5])) {
      const auto entry = py::reinterpret_borrow<py::tuple>(pair);
      Value key = (*this)(entry[0]);
      result.entries.emplace_back(std::move(key), (*this)(entry[1]));
    }
    return result;
  }

  py::object describe_, ordered_dict_, counter_;
  std::unordered_map<PyObject*, Value> seen_;
  std::unordered_set<PyObject*> open_;
  std::vector<py::object> kept_;  ///< so that no other object takes the place of one that was seen
  std::vector<Step> path_;        ///< the keys and places that lead to the present object
};

}  // namespace

Value from_objects(const py::object& object, const py::object& describe) { return FromObjects(describe)(object); }

}  // namespace ember::python
