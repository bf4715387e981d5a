// ember.nn.utils.rnn.PackedSequence, a named tuple of Python's, in pybind11 functions.
#pragma once

#include "ember/nn/packed_sequence.h"
#include "python/bindings/casters.h"

namespace ember::python {

/// The class, a subclass of tuple.
py::handle packed_sequence_type();

}  // namespace ember::python

namespace pybind11::detail {

template <>
struct type_caster<ember::nn::utils::rnn::PackedSequence> {
  PYBIND11_TYPE_CASTER(ember::nn::utils::rnn::PackedSequence, const_name("PackedSequence"));

  bool load(handle source, bool) {
    if (!source || !PyTuple_Check(source.ptr()) || !isinstance(source, ember::python::packed_sequence_type()))
      return false;
    const auto parts = source.cast<std::tuple<ember::Tensor, ember::Tensor, ember::Tensor, ember::Tensor>>();
    value = std::make_from_tuple<ember::nn::utils::rnn::PackedSequence>(parts);
    return true;
  }
  static handle cast(const ember::nn::utils::rnn::PackedSequence& source, return_value_policy, handle) {
    return ember::python::packed_sequence_type()(source.data(), source.batch_sizes(), source.sorted_indices(),
                                                 source.unsorted_indices())
        .release();
  }
};

}  // namespace pybind11::detail
