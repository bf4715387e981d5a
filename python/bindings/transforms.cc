// Transforms of images, and the datasets of images that take them.
#include "ember/data/transforms.h"

#include <algorithm>

#include "ember/data/mnist.h"
#include "python/bindings/data.h"
#include "python/bindings/path.h"

namespace ember::python {

namespace {

using namespace data;

using PythonTransform = PythonFunction<Tensor(const Tensor&)>;

/// None is the empty transform, a bound one is used as it is, anything else is called.
Transform to_transform(const py::object& object) {
  if (object.is_none()) return {};
  if (py::isinstance<Transform>(object)) return object.cast<Transform>();
  check<TypeError>(PyCallable_Check(object.ptr()), "a transform must be callable, which ", type_name(object.ptr()),
                   " is not");
  return PythonTransform(object);
}

/// A transform whose class in Python is a Transform made by `make`.
template <class Make, class... Extra>
void bind_transform(py::module_& m, const char* name, const char* doc, Make make, const Extra&... extra) {
  m.def(name, make, extra..., doc);
}

template <class D>
void bind_images(py::module_& m, const char* name, const char* doc, const char* root) {
  auto init =
      py::init([](const py::object& path, bool train, const py::object& transform, const py::object& target_transform) {
        return new D(path_of(path), train, transform.is_none() ? Transform(ToFloat()) : to_transform(transform),
                     to_transform(target_transform));
      });
  py::class_<D, std::conditional_t<std::is_same_v<D, MNIST>, Dataset, MNIST>, py::smart_holder> c(m, name, doc);
  const auto train = py::arg("train") = true;
  const auto transform = py::arg("transform") = py::none(), target = py::arg("target_transform") = py::none();
  if (root)
    c.def(std::move(init), py::arg("root") = root, train, transform, target);
  else
    c.def(std::move(init), py::arg("root"), train, transform, target);
}

}  // namespace

bool calls_python(const Transform& transform) {
  if (transform.target<PythonTransform>()) return true;
  const auto* composed = transform.target<Compose>();
  if (!composed) return false;
  const auto& parts = composed->transforms();
  return std::any_of(parts.begin(), parts.end(), [](const Transform& part) { return calls_python(part); });
}

void visit(Visitor& visitor, const Transform& transform) {
  if (const auto* python = transform.target<PythonTransform>()) visitor.function(*python);
  if (const auto* composed = transform.target<Compose>())
    for (const Transform& part : composed->transforms()) visit(visitor, part);
}

void bind_transforms(py::module_& m) {
  py::class_<Transform>(m, "Transform", Collected<Transform, visit>::setup(), "A function from tensor to tensor.")
      .def(py::init(&to_transform), py::arg("function"))
      .def("__call__", &Transform::operator(), py::arg("x"));
  bind_transform(m, "ToFloat", "Bytes as floats in [0, 1].", [] { return Transform(ToFloat()); });
  bind_transform(
      m, "Normalize", "(x - mean) / std for each channel.",
      [](std::vector<double> mean, std::vector<double> std) {
        return Transform(Normalize(std::move(mean), std::move(std)));
      },
      py::arg("mean"), py::arg("std"));
  bind_transform(
      m, "RandomHorizontalFlip", "The mirror image, with probability p.",
      [](double p) { return Transform(RandomHorizontalFlip(p)); }, py::arg("p") = 0.5);
  bind_transform(
      m, "RandomCrop", "A window at a random place, after padding with zeros.",
      [](const Shape& size, int64_t padding) { return Transform(RandomCrop(size, padding)); }, py::arg("size"),
      py::arg("padding") = 0);
  bind_transform(
      m, "Compose", "One transform after another.",
      [](const py::iterable& transforms) {
        std::vector<Transform> list;
        for (py::handle t : transforms) list.push_back(to_transform(py::reinterpret_borrow<py::object>(t)));
        return Transform(Compose(std::move(list)));
      },
      py::arg("transforms"));
  py::class_<TransformedDataset, Dataset, py::smart_holder>(m, "TransformedDataset",
                                                            "A dataset whose samples go through transforms.")
      .def(py::init([](const py::object& dataset, const py::object& transform, const py::object& target) {
             return new TransformedDataset(dataset_of(dataset), to_transform(transform), to_transform(target));
           }),
           py::arg("dataset"), py::arg("transform") = py::none(), py::arg("target_transform") = py::none());
  bind_images<MNIST>(m, "MNIST", "28 x 28 images of digits out of IDX files.", nullptr);
  py::type mnist = m.attr("MNIST");
  const auto property = [&](const char* name, auto get) {
    mnist.attr(name) = py::module_::import("builtins").attr("property")(py::cpp_function(get));
  };
  property("data", [](const MNIST& self) { return self.images(); });
  property("images", [](const MNIST& self) { return self.images(); });
  property("targets", [](const MNIST& self) { return self.targets(); });
  property("classes", [](const MNIST& self) { return self.classes(); });
  bind_images<FashionMNIST>(m, "FashionMNIST", "28 x 28 images of clothes.", FashionMNIST::kDefaultRoot);
  m.def("read_idx", &read_idx, py::arg("path"), "The tensor in an IDX file, plain or gzip-compressed.");
}

}  // namespace ember::python
