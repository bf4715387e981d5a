// PyTorch's files.
#include "ember/io/pt_file.h"

#include <set>

#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/convert.h"
#include "python/bindings/path.h"
#include "python/bindings/pt_values.h"

namespace ember::python {

namespace {

bool is_pt_file(const py::object& path) {
  return io::kind_of(io::InputFile(path_of(path))) != io::FileKind::Safetensors;
}

py::object load_pt_of(const py::object& path, const py::dict& globals, const py::object& map_location, bool mmap) {
  const std::string file = path_of(path);
  Device device;
  check<TypeError>(map_location.is_none() || convert(map_location.ptr(), device),
                   "load: map_location must be a device or its name, not ", type_name(map_location.ptr()));
  std::set<std::string> names;
  for (const auto& [name, object] : globals) names.insert(name.cast<std::string>());
  io::Value value;
  {
    const py::gil_scoped_release gil;
    value = io::load_pt(file, {mmap, [&](const std::string& name) { return names.contains(name); }});
  }
  return to_objects(value, globals, device, file);
}

void save_pt_of(const py::object& object, const py::object& path, const py::object& describe) {
  const io::Value value = from_objects(object, describe);
  const std::string file = path_of(path);
  const py::gil_scoped_release gil;
  io::save_pt(value, file);
}

}  // namespace

void bind_pt_file(py::module_& m) {
  m.def("_is_pt_file", &is_pt_file, py::arg("path"));
  m.def(
      "_is_pt_name", [](const py::object& path) { return io::is_pt_name(path_of(path)); }, py::arg("path"));
  m.def("_load_pt", &load_pt_of, py::arg("path"), py::arg("globals"), py::arg("map_location"), py::arg("mmap"));
  m.def("_save_pt", &save_pt_of, py::arg("object"), py::arg("path"), py::arg("describe"));
}

}  // namespace ember::python
