// How both of PyTorch's formats name a storage.
#pragma once

#include <string>

#include "ember/io/value.h"

namespace ember::io {

struct StorageId {
  DType dtype;
  std::string key;
  int64_t numel;

  uint64_t bytes() const { return static_cast<uint64_t>(numel) * static_cast<uint64_t>(item_size(dtype)); }
};

/// Of ("storage", class, key, location, numel, ...) with this many items. IoError naming the file for anything else.
StorageId read_storage_id(const std::string& path, const Values& id, size_t size);

}  // namespace ember::io
