#include <algorithm>
#include <charconv>
#include <filesystem>

#include "ember/io/checkpoint_parts.h"
#include "ember/io/json.h"
#include "ember/io/zip_file.h"

namespace ember::io {

namespace {

constexpr const char *kFormat = "format", *kCheckpoint = "ember.checkpoint", *kParts = "parts", *kChecksum = "checksum";

/// Of all that the file says: names, shapes, data and metadata.
std::string checksum_of(const TensorDict& tensors, const Metadata& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata)
    if (key != kChecksum) text += concat(key.size(), key, value.size(), value);
  std::map<std::string, const Tensor*> sorted;  // as readers do not keep the order of writers
  for (const auto& [name, x] : tensors) sorted[name] = &x;
  for (const auto& [name, x] : sorted)
    text += concat(name, x->dtype(), x->sizes(), crc32_of(x->raw_data(), static_cast<size_t>(x->nbytes())));
  return concat("crc32:", crc32_of(text.data(), text.size()));
}

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
  if (const auto written = file.metadata.find(kChecksum); written != file.metadata.end())
    check<IoError>(written->second == checksum_of(file.tensors, file.metadata), path,
                   ": is damaged: what it holds does not have the checksum that was written with it");
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

CheckpointFile CheckpointFile::read_last_whole(const std::string& path, int64_t keep) {
  std::string first_mistake;
  for (int64_t age = 0; age < keep; ++age) {
    try {
      return read(older_checkpoint(path, age));
    } catch (const IoError& error) {
      if (age == 0) first_mistake = error.what();
    }
  }
  fail<IoError>(first_mistake, keep > 1 ? concat("; none of its ", keep - 1, " older files is whole either") : "");
}

void CheckpointFile::write() const {
  Metadata all = metadata;
  TensorDict whole;
  for (const auto& [name, x] : tensors) whole.insert(name, x.detach().cpu().contiguous());
  all[kFormat] = kCheckpoint;
  Json::Object parts;
  for (const auto& [name, kind] : kinds) parts.emplace_back(name, kind);
  all[kParts] = Json(std::move(parts)).dump();
  all[kChecksum] = checksum_of(whole, all);
  save_tensors(whole, path, all);
}

std::string older_checkpoint(const std::string& path, int64_t age) { return age == 0 ? path : concat(path, ".", age); }

bool is_any_checkpoint(const std::string& path, int64_t keep) {
  std::error_code ignored;
  for (int64_t age = 0; age < keep; ++age)
    if (std::filesystem::exists(std::filesystem::symlink_status(older_checkpoint(path, age), ignored))) return true;
  return false;
}

void make_checkpoints_older(const std::string& path, int64_t keep) {
  std::error_code error;
  if (keep < 2 || !std::filesystem::exists(path, error)) return;
  for (int64_t age = keep - 2; age > 0; --age)
    std::filesystem::rename(older_checkpoint(path, age), older_checkpoint(path, age + 1), error);  // if there is one
  const std::string older = older_checkpoint(path, 1);
  std::filesystem::remove(older, error);
  // A second name, so that at no moment there is no file; a copy where the file system knows no such thing.
  std::filesystem::create_hard_link(path, older, error);
  if (error) std::filesystem::copy_file(path, older, std::filesystem::copy_options::overwrite_existing, error);
  check<IoError>(!error, older, ": cannot be written: ", error.message());
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
