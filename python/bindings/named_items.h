// What Python's dictionaries are updated with: another dictionary, or pairs of a name and a value.
#pragma once

#include <string>

#include "ember/core/error.h"
#include "python/bindings/casters.h"
#include "python/bindings/signature_types.h"

namespace ember::python {

/// Calls put(name, value) for each. Errors tell what `taker`, a class, expected.
template <class Put>
void for_each_named(const char* taker, const py::object& items, const Put& put) {
  const py::object pairs = py::hasattr(items, "items") ? items.attr("items")() : items;
  check<TypeError>(py::isinstance<py::iterable>(pairs), taker,
                   ": expected a mapping or pairs of a name and a value, not ", short_type_name(pairs.ptr()));
  for (py::handle pair : pairs) {
    check<TypeError>(py::isinstance<py::sequence>(pair), taker,
                     ": expected pairs of a name and a value, but there is a ", short_type_name(pair.ptr()));
    check<ValueError>(py::len(pair) == 2, taker, ": expected pairs of a name and a value, but there is a sequence of ",
                      py::len(pair));
    const py::object name = pair[py::int_(0)], value = pair[py::int_(1)];
    check<TypeError>(py::isinstance<py::str>(name), taker, ": names must be str, not ", short_type_name(name.ptr()));
    put(name.cast<std::string>(), value);
  }
}

}  // namespace ember::python
