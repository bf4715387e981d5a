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

/// All tensors, in the order of their data. Their memory is the file's, mapped and read when it is touched; what is written to it
/// stays private. So the file may be replaced while they live, as save_tensors does it, but not be cut short. IoError naming file and
/// tensor when the file cannot be read, or is cut short, or holds a header that contradicts itself.
TensorDict load_tensors(const std::string& path, Metadata* metadata = nullptr);

/// Writes the tensors as several files, "model-00001-of-00003.safetensors" and so on, and the index that lists them, whose path ends with
/// ".safetensors.index.json". A file has at most `shard_bytes` of data, unless one tensor alone has more. The index comes last, so
/// that it never names a file that is not there. ValueError for another path.
void save_shards(const TensorDict& tensors, const std::string& path, int64_t shard_bytes = 5'000'000'000);

/// The tensors of all files that an index lists, safetensors files or PyTorch's. IoError when one is missing or damaged, lies in
/// another folder, or lacks a tensor.
TensorDict load_shards(const std::string& path);
/// By its name.
bool is_shard_index(const std::string& path);

}  // namespace ember
