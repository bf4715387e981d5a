// Files of tensors.
#include "ember/io/checkpoint.h"
#include "ember/io/checkpoint_parts.h"
#include "ember/io/gguf.h"
#include "ember/io/npy.h"
#include "ember/io/optimizer_state.h"
#include "ember/io/safetensors.h"
#include "ember/nn/module.h"
#include "ember/optim/optimizer.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/path.h"
#include "python/bindings/pt_values.h"

namespace ember::python {

namespace {

TensorDict tensors_in(const py::dict& tensors) {
  TensorDict dict;
  for (auto [name, value] : tensors) {
    check<TypeError>(PyUnicode_Check(name.ptr()), "save_tensors: the name ", py::repr(name).cast<std::string>(),
                     " is a ", type_name(name.ptr()), ", not a str");
    check<TypeError>(is_tensor(value.ptr()), "save_tensors: '", py::str(name).cast<std::string>(), "' is a ",
                     type_name(value.ptr()), ", not a tensor");
    dict.insert(name.cast<std::string>(), tensor_of(value.ptr()));
  }
  return dict;
}

py::dict dict_of(const TensorDict& tensors) {
  py::dict dict;
  for (const auto& [name, x] : tensors) dict[py::str(name)] = py::cast(x);
  return dict;
}

void save_tensors_of(const py::dict& tensors, const py::object& path, const Metadata& metadata) {
  const TensorDict dict = tensors_in(tensors);
  const std::string file = path_of(path);
  py::gil_scoped_release gil;
  save_tensors(dict, file, metadata);
}

std::pair<py::dict, Metadata> load_tensors_of(const py::object& path) {
  Metadata metadata;
  TensorDict tensors;
  {
    const std::string file = path_of(path);
    py::gil_scoped_release gil;
    tensors = load_tensors(file, &metadata);
  }
  return {dict_of(tensors), metadata};
}

/// The file of a Checkpoint of Python, by C++'s own reader and writer of such files.
void bind_checkpoint_file(py::module_& m) {
  using io::CheckpointFile;
  m.def(
      "_write_checkpoint",
      [](const py::object& path, const py::dict& tensors, const Metadata& metadata,
         const std::map<std::string, std::string>& kinds) {
        const CheckpointFile file{path_of(path), tensors_in(tensors), metadata, kinds};
        py::gil_scoped_release gil;
        file.write();
      },
      py::arg("path"), py::arg("tensors"), py::arg("metadata"), py::arg("kinds"));
  m.def(
      "_is_any_checkpoint",
      [](const py::object& path, int64_t keep) { return io::is_any_checkpoint(path_of(path), keep); }, py::arg("path"),
      py::arg("keep"));
  m.def(
      "_make_checkpoints_older",
      [](const py::object& path, int64_t keep) { io::make_checkpoints_older(path_of(path), keep); }, py::arg("path"),
      py::arg("keep"));
  py::class_<CheckpointFile>(m, "_CheckpointFile")
      .def(py::init([](const py::object& path, int64_t keep) {
             const std::string file = path_of(path);
             py::gil_scoped_release gil;
             return CheckpointFile::read_last_whole(file, keep);
           }),
           py::arg("path"), py::arg("keep"))
      .def_property_readonly("path",
                             [](const CheckpointFile& self) {
                               return py::reinterpret_steal<py::object>(PyUnicode_DecodeFSDefaultAndSize(
                                   self.path.data(), static_cast<Py_ssize_t>(self.path.size())));
                             })
      .def_property_readonly("tensors", [](const CheckpointFile& self) { return dict_of(self.tensors); })
      .def_readonly("metadata", &CheckpointFile::metadata)
      .def_readonly("kinds", &CheckpointFile::kinds)
      .def_readonly("lists_parts", &CheckpointFile::lists_parts)
      .def("__contains__",
           [](const CheckpointFile& self, const std::string& key) { return self.metadata.contains(key); })
      .def("text", [](const CheckpointFile& self, const std::string& key) { return self.text(key, key); })
      .def("number",
           [](const CheckpointFile& self, const std::string& key) {
             return self.text(key, key).starts_with('-') ? py::int_(self.number<int64_t>(key))
                                                         : py::int_(self.number<uint64_t>(key));
           })
      .def("tensors_of",
           [](const CheckpointFile& self, const std::string& part) { return dict_of(self.tensors_of(part)); })
      .def("check_part", &CheckpointFile::check_part)
      .def("check_no_others", &CheckpointFile::check_no_others);
}

}  // namespace

void bind_io(py::module_& m) {
  m.def("save_tensors", &save_tensors_of, py::arg("tensors"), py::arg("path"), py::arg("metadata") = Metadata(),
        "Writes a dict of tensors as a safetensors file, which appears whole or not at all.");
  m.def(
      "load_tensors", [](const py::object& path) { return load_tensors_of(path).first; }, py::arg("path"),
      "The tensors in a safetensors file.");
  m.def(
      "save_shards",
      [](const py::dict& tensors, const py::object& path, int64_t shard_bytes) {
        const TensorDict dict = tensors_in(tensors);
        const std::string file = path_of(path);
        py::gil_scoped_release gil;
        save_shards(dict, file, shard_bytes);
      },
      py::arg("tensors"), py::arg("path"), py::arg("shard_bytes") = 5'000'000'000,
      "Writes a dict of tensors as several safetensors files and the index that lists them, "
      "\"<name>.safetensors.index.json\".");
  m.def(
      "load_shards",
      [](const py::object& path) {
        const std::string file = path_of(path);
        TensorDict tensors;
        {
          py::gil_scoped_release gil;
          tensors = load_shards(file);
        }
        return dict_of(tensors);
      },
      py::arg("path"), "The tensors of all files that a \"*.index.json\" lists.");
  m.def(
      "_is_shard_index", [](const py::object& path) { return is_shard_index(path_of(path)); }, py::arg("path"));
  m.def("load_tensors_and_metadata", &load_tensors_of, py::arg("path"), "(tensors, metadata)");
  m.def(
      "save_npy", [](const Tensor& x, const py::object& path) { save_npy(x, path_of(path)); }, py::arg("tensor"),
      py::arg("path"), "Writes a .npy file.");
  m.def(
      "load_npy", [](const py::object& path) { return load_npy(path_of(path)); }, py::arg("path"),
      "The tensor in a .npy file.");
  m.def(
      "save_npz", [](const py::dict& tensors, const py::object& path) { save_npz(tensors_in(tensors), path_of(path)); },
      py::arg("tensors"), py::arg("path"), "Writes a dict of tensors as numpy.savez does.");
  m.def(
      "load_npz", [](const py::object& path) { return dict_of(load_npz(path_of(path))); }, py::arg("path"),
      "The tensors in an uncompressed .npz file, by name.");
  m.def(
      "save_gguf",
      [](const py::dict& tensors, const py::object& path, const py::dict& metadata) {
        const py::cpp_function refuse([](const py::object&) { return py::none(); });
        save_gguf(tensors_in(tensors), path_of(path), from_objects(metadata, refuse));
      },
      py::arg("tensors"), py::arg("path"), py::arg("metadata") = py::dict(),
      "Writes a dict of tensors and one of numbers, bools, strs and lists of them as a GGUF file.");
  m.def(
      "load_gguf",
      [](const py::object& path) {
        const std::string file = path_of(path);
        io::Value metadata;
        const TensorDict tensors = load_gguf(file, &metadata);
        return py::make_tuple(dict_of(tensors), to_objects(metadata, py::dict(), Device(), file));
      },
      py::arg("path"), "(tensors, metadata) of a GGUF file without quantised tensors.");
  using optim::lr_scheduler::LRScheduler;
  m.def(
      "save_checkpoint",
      [](const py::object& path, nn::Module* model, optim::Optimizer* optimizer, LRScheduler* scheduler, int64_t epoch,
         const Metadata& notes) {
        save_checkpoint({model, optimizer, scheduler, epoch, notes}, path_of(path));
      },
      py::arg("path"), py::arg("model") = py::none(), py::arg("optimizer") = py::none(),
      py::arg("scheduler") = py::none(), py::arg("epoch") = 0, py::arg("notes") = Metadata(),
      "Writes all that a training run needs to go on: states, the default generator, the next "
      "epoch and notes.");
  m.def(
      "load_checkpoint",
      [](const py::object& path, nn::Module* model, optim::Optimizer* optimizer, LRScheduler* scheduler) {
        TrainingState state{model, optimizer, scheduler, 0, {}};
        load_checkpoint(state, path_of(path));
        return std::pair(state.epoch, state.notes);
      },
      py::arg("path"), py::arg("model") = py::none(), py::arg("optimizer") = py::none(),
      py::arg("scheduler") = py::none(), "Reads a checkpoint into these and the default generator; (epoch, notes).");
  bind_checkpoint_file(m);
  bind_pt_file(m);
  // How the Checkpoint of Python writes what C++ reads too.
  m.def("_optimizer_to_file", [](const optim::Optimizer& optimizer) {
    const auto state = optimizer.state_dict();
    TensorDict tensors;
    io::append_tensors(state, "", tensors);
    return py::make_tuple(optimizer.name(), io::groups_to_json(state), dict_of(tensors));
  });
  m.def("_optimizer_from_file",
        [](optim::Optimizer& optimizer, const std::string& groups, const py::dict& tensors, const std::string& path) {
          const auto state = io::read_optimizer_state(tensors_in(tensors), "", groups, path);
          return py::cpp_function([&optimizer, state] { optimizer.load_state_dict(state); });
        });
  m.def("_scheduler_to_file", [](const LRScheduler& scheduler) {
    return py::make_tuple(scheduler.name(), io::scheduler_to_json(scheduler.state_dict()));
  });
  m.def("_scheduler_from_file", [](LRScheduler& scheduler, const std::string& json, const std::string& path) {
    const auto state = io::read_scheduler_state(json, path);
    return py::cpp_function([&scheduler, state] { scheduler.load_state_dict(state); });
  });
}

}  // namespace ember::python
