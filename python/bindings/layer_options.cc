#include "python/bindings/layer_options.h"

#include "python/bindings/layer.h"
#include "python/bindings/option_values.h"
#include "python/bindings/reduction_flags.h"
#include "python/bindings/signature_types.h"

namespace ember::python {

namespace {

using nn::OptionField;
using nn::OptionFields;

/// size_average and reduce, if they are given, decide about the reduction.
void apply_former_flags(const OptionFields& fields, Flag size_average, Flag reduce) {
  if (!size_average && !reduce) return;
  for (const OptionField& field : fields)
    if (field.name == std::string_view("reduction"))
      write_option(field, py::cast(reduction_of(size_average, reduce, Reduction::Mean)));
}

/// False when one of the values, which come in the fields' order, is of another kind.
bool write_all(const OptionFields& fields, const py::handle* values) {
  Flag size_average, reduce;
  for (const OptionField& field : fields) {
    const py::handle value = *values++;
    if (!write_option(field, value)) return false;
    if (!std::holds_alternative<nn::FormerReduction>(field.place)) continue;
    (field.name == std::string_view("reduce") ? reduce : size_average) = value.cast<Flag>();
  }
  apply_former_flags(fields, size_average, reduce);
  return true;
}

/// __init__ with an argument for each field. pybind11 makes functions for C++'s argument types; this one comes out of a list, and is
/// otherwise like those: in calls, in signatures and in what is said of bad calls.
class Constructor : public py::cpp_function {
 public:
  Constructor(py::handle type, const OptionFields& fields, const LayerClass& layer) {
    using namespace py::detail;
    auto record = make_function_record();
    record->impl = &call;
    record->data[0] = const_cast<LayerClass*>(&layer);
    process_attributes<py::name, py::is_method, is_new_style_constructor>::init(
        py::name("__init__"), py::is_method(type), is_new_style_constructor(), record.get());
    record->nargs_pos = static_cast<std::uint16_t>(fields.size() + 1);
    std::string signature = "({%}";
    for (const OptionField& field : fields) {
      const py::arg argument(field.name);
      if (field.traits & nn::kKeywordOnly) process_attribute<py::kw_only>::init(py::kw_only(), record.get());
      if (field.traits & nn::kRequired)
        process_attribute<py::arg>::init(argument, record.get());
      else
        process_attribute<py::arg_v>::init(argument = default_of(field), record.get());
      signature += ", {" + option_type(field) + "}";
    }
    const std::type_info* const types[] = {&typeid(value_and_holder), nullptr};
    initialize_generic(std::move(record), (signature + ") -> None").c_str(), types, fields.size() + 1);
  }

 private:
  static py::object default_of(const OptionField& field) {
    // As a Size, which prints as such in the signature.
    if (auto* const* sizes = std::get_if<Shape*>(&field.place))
      return (*sizes)->empty() ? py::object(py::none()) : py::cast(**sizes);
    if (const auto* padding = std::get_if<nn::SizesOrName>(&field.place)) return py::cast(*padding->sizes);
    return read_option(field);
  }

  static py::handle call(py::detail::function_call& call) {
    const auto& layer = *static_cast<const LayerClass*>(call.func.data[0]);
    void* made = layer.make([&](const OptionFields& fields) { return write_all(fields, call.args.data() + 1); });
    if (!made) return PYBIND11_TRY_NEXT_OVERLOAD;
    reinterpret_cast<py::detail::value_and_holder*>(call.args[0].ptr())->value_ptr() = made;
    return py::none().release();
  }
};

OptionField field_of(const LayerClass& layer, const nn::Module& module, size_t index) {
  return layer.fields(const_cast<nn::Module&>(module))[index];
}

void bind_field(py::handle type, const OptionField& field, size_t index, const LayerClass& layer) {
  const OptionGetter get = [&layer, index](const nn::Module& self) {
    return read_option(field_of(layer, self, index));
  };
  if (!(field.traits & nn::kNotSaved))
    add_constructor_argument(reinterpret_cast<PyTypeObject*>(type.ptr()), field.name, get);
  if (field.traits & nn::kNoAttribute) return;
  define_option(type, field.name, get, [&layer, index](nn::Module& self, const py::object& value) {
    const OptionField own = field_of(layer, self, index);
    check<TypeError>(write_option(own, value), self.name(), ".", own.name, " must be ", readable(option_type(own)),
                     ", not ", short_type_name(value.ptr()));
  });
}

}  // namespace

void bind_options(py::handle type, const LayerClass& layer) {
  layer.make([&](const OptionFields& fields) {
    py::setattr(type, "__init__", Constructor(type, fields, layer));
    for (size_t i = 0; i < fields.size(); ++i) bind_field(type, fields[i], i, layer);
    return false;
  });
}

}  // namespace ember::python
