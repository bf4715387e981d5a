// What the files that bind ember.data share.
#pragma once

#include "ember/data/transforms.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"

namespace ember::python {

/// A dataset of C++, or any Python object with __len__ and __getitem__ made one.
data::DatasetPtr dataset_of(const py::object& object);
/// Whether reading it calls Python: an object of Python underneath, or a transform.
bool calls_python(const data::Dataset& dataset);
bool calls_python(const data::Transform& transform);
/// For the garbage collector.
void visit(Visitor& visitor, const data::Transform& transform);

void bind_transforms(py::module_& m);
void bind_data_loader(py::module_& m);

}  // namespace ember::python
