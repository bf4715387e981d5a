// Datasets of C++. Anything with __len__ and __getitem__ can be made one.
#include "python/bindings/data.h"

#include <algorithm>

#include "ember/data/mnist.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/python_data.h"

namespace ember::python {

namespace {

using data::Dataset;
using data::DatasetPtr;
using data::Example;

Tensor element(py::handle value) {
  return is_tensor(value.ptr()) ? tensor_of(value.ptr()) : tensor_from_data(value.ptr(), {});
}

/// A Python object as a dataset of C++. Loader threads take turns with the GIL.
class ObjectDataset final : public Dataset {
 public:
  explicit ObjectDataset(py::object object) : object_(std::move(object)) {}

  int64_t size() const override {
    const GilAcquire gil;
    return static_cast<int64_t>(py::len(object_.get()));
  }
  Example get(int64_t index) const override {
    const GilAcquire gil;
    const py::object sample = object_.get()[py::int_(index)];
    if (!py::isinstance<py::tuple>(sample) && !py::isinstance<py::list>(sample)) return {element(sample)};
    Example example;
    for (py::handle item : sample) example.push_back(element(item));
    return example;
  }

  const Owner& object() const { return object_; }

 private:
  Owner object_;
};

DatasetPtr to_dataset(const py::object& object) {
  // A subclass written in Python has its own type, whose __getitem__ must be heard.
  const bool is_bound = py::isinstance<Dataset>(object) &&
                        py::detail::get_type_info(Py_TYPE(object.ptr()))->type == Py_TYPE(object.ptr());
  if (is_bound) return object.cast<std::shared_ptr<Dataset>>();
  check<TypeError>(py::hasattr(object, "__len__") && py::hasattr(object, "__getitem__"),
                   "a dataset needs __len__ and __getitem__, which ", type_name(object.ptr()), " lacks");
  return std::make_shared<ObjectDataset>(object);
}

void visit(Visitor& visitor, const Dataset& dataset) {
  const auto follow = [&](const DatasetPtr& below) {
    if (visitor.enter(below.get(), below.use_count())) visit(visitor, *below);
  };
  if (const auto* python = dynamic_cast<const ObjectDataset*>(&dataset)) visitor.owner(python->object());
  if (const auto* subset = dynamic_cast<const data::Subset*>(&dataset)) follow(subset->dataset());
  if (const auto* images = dynamic_cast<const data::MNIST*>(&dataset)) follow(images->samples());
  if (const auto* concat = dynamic_cast<const data::ConcatDataset*>(&dataset))
    for (const DatasetPtr& part : concat->datasets()) follow(part);
  if (const auto* tensors = dynamic_cast<const data::TensorDataset*>(&dataset))
    for (const Tensor& x : tensors->tensors()) visitor.tensor(x);
  if (const auto* transformed = dynamic_cast<const data::TransformedDataset*>(&dataset)) {
    follow(transformed->dataset());
    visit(visitor, transformed->transform());
    visit(visitor, transformed->target_transform());
  }
}

void bind_datasets(py::module_& m) {
  py::class_<Dataset, py::smart_holder>(m, "NativeDataset", py::dynamic_attr(), "Samples by index, read by C++.")
      .def("__len__", &Dataset::size)
      .def("__getitem__", [](const Dataset& self, int64_t index) {
        const int64_t size = self.size();
        check<IndexError>(index >= -size && index < size, "dataset: index ", index, " is out of range for size ", size);
        const Example example = self.get(index < 0 ? index + size : index);
        return py::reinterpret_steal<py::object>(to_python(example));
      });
  py::class_<data::TensorDataset, Dataset, py::smart_holder>(m, "TensorDataset",
                                                             "Slices of tensors along their first dim.")
      .def(py::init([](const py::args& tensors) {
        std::vector<Tensor> list;
        for (py::handle x : tensors) {
          check<TypeError>(is_tensor(x.ptr()), "TensorDataset: expected tensors, not ", type_name(x.ptr()));
          list.push_back(tensor_of(x.ptr()));
        }
        return new data::TensorDataset(std::move(list));
      }))
      // Besides numbers all that indexes tensors: slices, lists, masks.
      .def("__getitem__",
           [](const data::TensorDataset& self, const py::object& index) {
             py::list parts;
             for (const Tensor& x : self.tensors()) parts.append(py::cast(x)[index]);
             return py::tuple(parts);
           })
      .def("__reduce__",
           [](const py::object& self) {
             return py::make_tuple(py::type::of(self), py::tuple(self.attr("tensors")), self.attr("__dict__"));
           })
      .def_property_readonly("tensors", [](const data::TensorDataset& self) {
        return py::reinterpret_steal<py::object>(to_python(self.tensors()));
      });
  py::class_<data::Subset, Dataset, py::smart_holder>(m, "NativeSubset", "Some samples of a dataset of C++.")
      .def(py::init([](const py::object& dataset, std::vector<int64_t> indices) {
             return new data::Subset(to_dataset(dataset), std::move(indices));
           }),
           py::arg("dataset"), py::arg("indices"))
      .def_property_readonly("indices", &data::Subset::indices);
  py::class_<data::ConcatDataset, Dataset, py::smart_holder>(m, "NativeConcatDataset",
                                                             "Datasets of C++ one behind another.")
      .def(py::init([](const py::iterable& datasets) {
             std::vector<DatasetPtr> list;
             for (py::handle dataset : datasets)
               list.push_back(to_dataset(py::reinterpret_borrow<py::object>(dataset)));
             return new data::ConcatDataset(std::move(list));
           }),
           py::arg("datasets"));
}

}  // namespace

data::DatasetPtr dataset_of(const py::object& object) { return to_dataset(object); }

bool calls_python(const Dataset& dataset) {
  const auto any = [](const auto& datasets) {
    return std::any_of(datasets.begin(), datasets.end(), [](const DatasetPtr& d) { return calls_python(*d); });
  };
  if (dynamic_cast<const ObjectDataset*>(&dataset)) return true;
  if (const auto* subset = dynamic_cast<const data::Subset*>(&dataset)) return calls_python(*subset->dataset());
  if (const auto* concat = dynamic_cast<const data::ConcatDataset*>(&dataset)) return any(concat->datasets());
  if (const auto* images = dynamic_cast<const data::MNIST*>(&dataset)) return calls_python(*images->samples());
  if (const auto* transformed = dynamic_cast<const data::TransformedDataset*>(&dataset))
    return calls_python(*transformed->dataset()) || calls_python(transformed->transform()) ||
           calls_python(transformed->target_transform());
  return false;
}

void bind_data(py::module_& m) {
  bind_datasets(m);
  bind_transforms(m);
  bind_data_loader(m);
  Collected<Dataset, visit>::put_into(m);
}

}  // namespace ember::python
