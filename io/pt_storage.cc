#include "ember/io/pt_storage.h"

#include "ember/io/pickle_reader.h"

namespace ember::io {

StorageId read_storage_id(const std::string& path, const Values& id, size_t size) {
  const auto require = [&](bool ok, const auto&... parts) { check<IoError>(ok, path, ": a storage ", parts...); };
  const auto text = [&](size_t i) {
    require(id[i].find_string(), "is named by ", id[i].describe(), ", which should be a str");
    return *id[i].find_string();
  };
  require(id.size() == size, "is named by ", id.size(), " values instead of ", size);
  require(text(0) == "storage", "is wanted but the file names a '", text(0), "'");
  const auto* type = id[1].part<Object>();
  const auto dtype = type ? storage_dtype(type->name) : std::nullopt;
  require(dtype.has_value(), "has the class ", id[1].describe());
  const int64_t* numel = id[4].get_if<int64_t>();
  require(numel && *numel >= 0 && *numel <= INT64_MAX / item_size(*dtype), "has ", id[4].describe(), " elements");
  return {*dtype, text(2), *numel};
}

}  // namespace ember::io
