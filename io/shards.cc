// Models that lie in several files, with an index that says which tensor is in which: {"metadata": {...}, "weight_map": {name: file}}.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "ember/io/atomic_file.h"
#include "ember/io/json.h"
#include "ember/io/safetensors.h"
#include "ember/io/serialize.h"

namespace ember {

namespace {

using io::Json;

constexpr const char* kMap = "weight_map";
constexpr std::string_view kIndex = ".index.json", kShardIndex = ".safetensors.index.json";
constexpr size_t kLargestIndex = 100'000'000;

/// "model-00001-of-00003.safetensors".
std::string shard_name(const std::string& stem, size_t number, size_t count) {
  char text[80];
  std::snprintf(text, sizeof text, "-%05zu-of-%05zu.safetensors", number, count);
  return stem + text;
}

/// The file's tensors, each of which must be there.
void load_shard(const std::string& index, const std::string& shard, const std::vector<std::string>& names,
                TensorDict& tensors) {
  TensorDict found;
  try {
    found = load(shard).tensors();
  } catch (const TypeError& error) {
    fail<IoError>(shard, ": ", error.what());
  }
  for (const std::string& name : names) {
    const Tensor* x = found.find(name);
    check<IoError>(x != nullptr, index, ": says that '", name, "' is in ", shard, ", which does not hold it");
    tensors.insert(name, *x);
  }
}

}  // namespace

bool is_shard_index(const std::string& path) { return path.ends_with(kIndex); }

void save_shards(const TensorDict& tensors, const std::string& path, int64_t shard_bytes) {
  check<ValueError>(path.ends_with(kShardIndex) && path.size() > kShardIndex.size(), "save_shards: the index's path ",
                    path, " must end with ", kShardIndex);
  check<ValueError>(shard_bytes > 0, "save_shards: shard_bytes must be positive, got ", shard_bytes);
  const std::string stem = path.substr(0, path.size() - kShardIndex.size());
  std::vector<TensorDict> shards(1);
  int64_t bytes = 0, total = 0;
  for (const auto& [name, x] : tensors) {
    check<ValueError>(x.defined(), "save_shards: tensor '", name, "' is undefined");
    if (bytes > 0 && bytes + x.nbytes() > shard_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += x.nbytes();
    total += x.nbytes();
    shards.back().insert(name, x);
  }
  Json::Object map;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string shard = shard_name(stem, i + 1, shards.size());
    save_tensors(shards[i], shard, {{"format", "pt"}});
    for (const auto& [name, x] : shards[i]) map.emplace_back(name, std::filesystem::path(shard).filename().string());
  }
  Json::Object index;
  index.emplace_back("metadata", Json::Object{{"total_size", total}});
  index.emplace_back(kMap, std::move(map));
  const std::string text = Json(std::move(index)).dump();
  io::AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

TensorDict load_shards(const std::string& path) {
  const io::InputFile file(path);
  check<IoError>(file.size() <= kLargestIndex, path, ": is no index of shards: it has ", file.size(), " bytes");
  std::string text(file.size(), '\0');
  file.read_at(0, text.data(), text.size());
  std::vector<std::pair<std::string, std::vector<std::string>>> shards;
  try {
    const Json index = Json::parse(text);
    for (const auto& [name, shard] : index.at(kMap).object()) {
      const std::string& file_name = shard.string();
      const auto found =
          std::find_if(shards.begin(), shards.end(), [&](const auto& s) { return s.first == file_name; });
      auto& names = found == shards.end() ? shards.emplace_back(file_name, std::vector<std::string>()) : *found;
      names.second.push_back(name);
    }
  } catch (const io::JsonError& error) {
    fail<IoError>(path, ": is no index of shards: ", error.what());
  }
  TensorDict tensors;
  for (const auto& [shard, names] : shards) {
    const bool is_plain = !shard.empty() && shard.find('/') == std::string::npos && !is_shard_index(shard);
    check<IoError>(is_plain, path, ": names '", shard, "', which is no file of its folder");
    load_shard(path, (std::filesystem::path(path).parent_path() / shard).string(), names, tensors);
  }
  return tensors;
}

}  // namespace ember
