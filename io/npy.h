// One tensor in a file, in NumPy's .npy format (versions 1.0 to 3.0).
#pragma once

#include <string>

#include "ember/ops/tensor.h"

namespace ember {

/// Writes row-major. IoError when the file cannot be written; TypeError for bfloat16, which NumPy lacks.
void save_npy(const Tensor& x, const std::string& path);
/// Row-major or column-major, little-endian or big-endian. IoError naming the file when it is damaged or holds a dtype that
/// Ember lacks.
Tensor load_npy(const std::string& path);

}  // namespace ember
