// Tensors in NumPy's formats: one in a .npy file (versions 1.0 to 3.0), several by name in an uncompressed .npz file.
#pragma once

#include <string>

#include "ember/core/ordered_dict.h"
#include "ember/ops/tensor.h"

namespace ember {

/// Writes row-major. IoError when the file cannot be written; TypeError for bfloat16, which NumPy lacks.
void save_npy(const Tensor& x, const std::string& path);
/// Row-major or column-major, little-endian or big-endian. IoError naming the file when it is damaged or holds a dtype that
/// Ember lacks.
Tensor load_npy(const std::string& path);

/// As numpy.savez: a zip file that holds "<name>.npy" for each. The errors of save_npy.
void save_npz(const OrderedDict<Tensor>& tensors, const std::string& path);
/// By name. IoError, which names file and array, for what load_npy would not read, and for what numpy.savez_compressed wrote.
OrderedDict<Tensor> load_npz(const std::string& path);

}  // namespace ember
