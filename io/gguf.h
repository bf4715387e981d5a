// Named tensors and metadata in GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 2 and 3, little-endian.
#pragma once

#include <string>

#include "ember/io/safetensors.h"
#include "ember/io/value.h"

namespace ember {

/// The tensors, mapped as load_tensors does; the metadata, where it is asked for, as a dict of numbers, bools, strs and lists. IoError naming
/// the file for a damaged one, or one with a quantised tensor, which Ember has no dtype for.
TensorDict load_gguf(const std::string& path, io::Value* metadata = nullptr);
/// Metadata is a dict of what load_gguf gives. TypeError for anything else and for bool, uint8 and complex tensors, which the format
/// lacks; ValueError for tensors of more than 4 dims. The file appears whole or not at all.
void save_gguf(const TensorDict& tensors, const std::string& path, const io::Value& metadata = io::Value::dict());

}  // namespace ember
