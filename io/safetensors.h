// Named tensors in a file, in the safetensors format (https://github.com/huggingface/safetensors): the length of a JSON header, the
// header with each tensor's dtype, shape and place, then the data. Every other framework reads it, and reading it runs no code.
#pragma once

#include <map>
#include <string>

#include "ember/core/ordered_dict.h"
#include "ember/ops/tensor.h"

namespace ember {

using TensorDict = OrderedDict<Tensor>;
/// Free text beside the tensors.
using Metadata = std::map<std::string, std::string>;

/// Writes the tensors, of any dtype, device and strides; those that share memory are written apart. The file appears whole or
/// not at all. IoError when it cannot be written; ValueError for the name "__metadata__" or an undefined tensor.
void save_tensors(const TensorDict& tensors, const std::string& path, const Metadata& metadata = {});

/// Reads all tensors, in the order of their data. IoError naming file and tensor when the file cannot be read, or is cut
/// short, or holds a header that contradicts itself.
TensorDict load_tensors(const std::string& path, Metadata* metadata = nullptr);

}  // namespace ember
