// What the files that bind ember.data share.
#pragma once

#include "data/dataset.h"
#include "python/bindings/casters.h"

namespace ember::python {

/// A dataset of C++, or any Python object with __len__ and __getitem__ made one.
data::DatasetPtr dataset_of(const py::object& object);
/// Whether its samples are single tensors rather than tuples, as far as is known.
bool yields_single(const data::Dataset& dataset);

void bind_transforms(py::module_& m);
void bind_data_loader(py::module_& m);

}  // namespace ember::python
