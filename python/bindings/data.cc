// Datasets of C++. Anything with __len__ and __getitem__ can be made one.
#include "python/bindings/data.h"

#include "ember/data/mnist.h"
#include "python/bindings/bindings.h"
#include "python/bindings/bound_class.h"
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
  if (py::isinstance<Dataset>(object) && is_bound_class(py::type::handle_of(object)))
    return object.cast<std::shared_ptr<Dataset>>();
  check<TypeError>(py::hasattr(object, "__len__") && py::hasattr(object, "__getitem__"),
                   "a dataset needs __len__ and __getitem__, which ", type_name(object.ptr()), " lacks");
  return std::make_shared<ObjectDataset>(object);
}

/// Calls f with each dataset that this one reads, and with each transform that it applies.
template <class F>
void for_each_part(const Dataset& dataset, F f) {
  if (const auto* subset = dynamic_cast<const data::Subset*>(&dataset)) f(subset->dataset());
  if (const auto* images = dynamic_cast<const data::MNIST*>(&dataset)) f(images->samples());
  if (const auto* concat = dynamic_cast<const data::ConcatDataset*>(&dataset))
    for (const DatasetPtr& part : concat->datasets()) f(part);
  if (const auto* transformed = dynamic_cast<const data::TransformedDataset*>(&dataset)) {
    f(transformed->dataset());
    f(transformed->transform());
    f(transformed->target_transform());
  }
}

void visit(Visitor& visitor, const Dataset& dataset) {
  if (const auto* python = dynamic_cast<const ObjectDataset*>(&dataset)) visitor.owner(python->object());
  if (const auto* tensors = dynamic_cast<const data::TensorDataset*>(&dataset))
    for (const Tensor& x : tensors->tensors()) visitor.tensor(x);
  for_each_part(dataset, [&]<class Part>(const Part& part) {
    if constexpr (std::is_same_v<Part, data::Transform>)
      visit(visitor, part);
    else if (visitor.enter(part.get(), part.use_count()))
      visit(visitor, *part);
  });
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
  bool found = dynamic_cast<const ObjectDataset*>(&dataset) != nullptr;
  for_each_part(dataset, [&]<class Part>(const Part& part) {
    if constexpr (std::is_same_v<Part, data::Transform>)
      found = found || calls_python(part);
    else
      found = found || calls_python(*part);
  });
  return found;
}

void bind_data(py::module_& m) {
  bind_datasets(m);
  bind_transforms(m);
  bind_data_loader(m);
  Collected<Dataset, visit>::put_into(m);
}

}  // namespace ember::python
