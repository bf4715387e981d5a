// What the files of normalisations share; register_normalization calls the first two.
#pragma once

#include "ember/core/tensor_base.h"

namespace ember::EMBER_ISA {

void register_batch_norm();
void register_layer_norm();

template <class T>
inline const T* data_or_null(const TensorBase& x) {
  return x.defined() ? reinterpret_cast<const T*>(x.raw_data()) : nullptr;
}

}  // namespace ember::EMBER_ISA
