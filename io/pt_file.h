// PyTorch's .pt and .pth files: the zip archives that torch.save has written since 1.6 and the pickles before them. PyTorch reads what
// is written here with weights_only=True, and no other mode exists: reading runs no code.
#pragma once

#include <string>

#include "ember/io/pickle_reader.h"
#include "ember/io/value.h"

namespace ember::io {

enum class FileKind : uint8_t { Safetensors, PtArchive, PtPickle };
/// By its first bytes; whatever is neither of PyTorch's is taken for safetensors.
FileKind kind_of(const InputFile& file);
/// Whether a file of this name is written in PyTorch's format: .pt, .pth and .ckpt are, and .bin.
bool is_pt_name(const std::string& path);

struct PtOptions {
  /// Maps the tensors' memory instead of reading it. The file must not be cut short while they live.
  bool mmap = false;
  /// Classes to let in as Objects.
  SafeGlobals safe_globals;
};

/// Tensors come to the CPU; those that shared storage do so again. IoError naming the file for a damaged one or TorchScript's,
/// RefusedError for one that holds more than data.
Value load_pt(const std::string& path, const PtOptions& options = {});
/// The file appears whole or not at all. IoError when it cannot be written; TypeError and ValueError for what it cannot hold.
void save_pt(const Value& value, const std::string& path);

}  // namespace ember::io
