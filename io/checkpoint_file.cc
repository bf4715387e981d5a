#include <algorithm>
#include <charconv>

#include "ember/io/checkpoint_parts.h"
#include "ember/io/json.h"

namespace ember::io {

namespace {

constexpr const char *kFormat = "format", *kCheckpoint = "ember.checkpoint", *kParts = "parts";

/// The parts of the first files, which did not list them.
std::map<std::string, std::string> guessed_kinds(const CheckpointFile& file) {
  std::map<std::string, std::string> kinds;
  for (const auto& [name, x] : file.tensors)
    if (name.starts_with("model.")) kinds["model"] = "model";
  for (const char* name : {"optimizer", "scheduler"})
    if (file.metadata.contains(name)) kinds[name] = "";
  return kinds;
}

}  // namespace

bool is_checkpoint(const Metadata& metadata) {
  const auto format = metadata.find(kFormat);
  return format != metadata.end() && format->second == kCheckpoint;
}

CheckpointFile CheckpointFile::read(const std::string& path) {
  CheckpointFile file;
  file.path = path;
  file.tensors = load_tensors(path, &file.metadata);
  check<IoError>(is_checkpoint(file.metadata), path, ": holds tensors but is no training checkpoint");
  const auto parts = file.metadata.find(kParts);
  if (parts == file.metadata.end()) {
    file.kinds = guessed_kinds(file);
    file.lists_parts = false;
    return file;
  }
  try {
    const Json kinds = Json::parse(parts->second);
    for (const auto& [name, kind] : kinds.object()) file.kinds[name] = kind.string();
  } catch (const JsonError& error) {
    fail<IoError>(path, ": its list of parts cannot be read: ", error.what());
  }
  return file;
}

void CheckpointFile::write() const {
  Metadata all = metadata;
  all[kFormat] = kCheckpoint;
  Json::Object parts;
  for (const auto& [name, kind] : kinds) parts.emplace_back(name, kind);
  all[kParts] = Json(std::move(parts)).dump();
  save_tensors(tensors, path, all);
}

void CheckpointFile::check_part(const std::string& name, const std::string& kind) const {
  const auto saved = kinds.find(name);
  if (saved == kinds.end() && !lists_parts && kind == "loader") return;  // its place was the epoch's number
  check<IoError>(saved != kinds.end(), path, ": the checkpoint was saved without its ", name);
  check<IoError>(saved->second.empty() || saved->second == kind, path, ": its ", name, " is a ", saved->second,
                 ", not a ", kind);
}

void CheckpointFile::check_no_others(const std::vector<std::string>& names) const {
  for (const auto& [name, kind] : kinds)
    check<IoError>(std::find(names.begin(), names.end(), name) != names.end(), path, ": the checkpoint holds '", name,
                   "' too, which this run does not have");
}

const std::string& CheckpointFile::text(const std::string& key, const std::string& owner) const {
  const auto found = metadata.find(key);
  check<IoError>(found != metadata.end(), path, ": the checkpoint was saved without its ", owner);
  return found->second;
}

template <class T>
T CheckpointFile::number(const std::string& key) const {
  const auto found = metadata.find(key);
  check<IoError>(found != metadata.end(), path, ": the checkpoint has no ", key);
  const std::string& digits = found->second;
  T value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  check<IoError>(error == std::errc() && end == digits.data() + digits.size(), path, ": the checkpoint's ", key,
                 " is '", digits, "', no number");
  return value;
}
template int64_t CheckpointFile::number(const std::string& key) const;
template uint64_t CheckpointFile::number(const std::string& key) const;

TensorDict CheckpointFile::tensors_of(const std::string& part) const {
  TensorDict own;
  const std::string prefix = part + ".";
  for (const auto& [name, x] : tensors)
    if (name.starts_with(prefix)) own.insert(name.substr(prefix.size()), x);
  return own;
}

}  // namespace ember::io
