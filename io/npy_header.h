// The header of a .npy file: a Python dict of a dtype, an order and a shape, read as strictly as the format says.
#pragma once

#include <string>
#include <string_view>

#include "ember/core/dtype.h"
#include "ember/core/shape.h"

namespace ember::io {

struct NpyHeader {
  DType dtype = kFloat32;
  bool is_big_endian = false, is_column_major = false;
  Shape shape;
};

/// "f4" for float32: NumPy's kind and size, without the byte order. Empty for a dtype that NumPy lacks.
std::string_view npy_code(DType dtype);

/// IoError naming `path` for anything but {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } with these keys in any
/// order. The first two versions may come from Python 2, whose integers may end in L.
NpyHeader parse_npy_header(std::string_view text, int version, const std::string& path);

}  // namespace ember::io
