// A loader's place as JSON, which the loader of Python reads and writes too.
#pragma once

#include <string>

#include "ember/data/data_loader.h"

namespace ember::io {

std::string loader_to_json(const data::DataLoaderState& state);
/// IoError naming `path` when it is none.
data::DataLoaderState read_loader_state(const std::string& json, const std::string& path);

}  // namespace ember::io
