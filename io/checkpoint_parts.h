// The parts of a checkpoint: how each kind of object goes into the file and comes out of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ember/io/checkpoint.h"

namespace ember {

namespace io {

/// A checkpoint's file in memory.
struct CheckpointFile {
  std::string path;
  TensorDict tensors;
  Metadata metadata;
  std::map<std::string, std::string> kinds;  ///< of the parts, by name
  bool lists_parts = true;                   ///< which the first files did not

  /// IoError when the file is no checkpoint, or does not have the checksum that was written with it.
  static CheckpointFile read(const std::string& path);
  /// The newest of `keep` files that is whole; the error of the first when none is.
  static CheckpointFile read_last_whole(const std::string& path, int64_t keep);
  void write() const;

  /// IoError unless there is such a part, of this kind.
  void check_part(const std::string& name, const std::string& kind) const;
  /// IoError when there is a part beside those of these names.
  void check_no_others(const std::vector<std::string>& names) const;
  /// IoError when there is none.
  const std::string& text(const std::string& key, const std::string& owner) const;
  template <class T>
  T number(const std::string& key) const;
  /// The part's tensors, without its name in front.
  TensorDict tensors_of(const std::string& part) const;
};

bool is_checkpoint(const Metadata& metadata);

/// The file that was saved `age` times before the one at `path`: "net.safetensors.1".
std::string older_checkpoint(const std::string& path, int64_t age);
/// Whether there is one, of any age below `keep`.
bool is_any_checkpoint(const std::string& path, int64_t keep);
/// Gives each of the newest `keep - 1` files the name of one that is older, before a new one is written; the newest has both names then.
void make_checkpoints_older(const std::string& path, int64_t keep);

}  // namespace io

struct Checkpoint::Part {
  using Action = std::function<void()>;

  explicit Part(std::string name) : name(std::move(name)) {}
  virtual ~Part() = default;
  /// What it is, "optimizer Adam"; another kind cannot be loaded into it.
  virtual std::string kind() const = 0;
  virtual void save(io::CheckpointFile& file) const = 0;
  /// Reads all that the part needs; what comes back sets it.
  virtual Action read(const io::CheckpointFile& file) = 0;
  /// What sets it as it is now.
  virtual Action undo() = 0;
  virtual const data::DataLoader* loader() const { return nullptr; }

  std::string name;
  int64_t loops_before = 0;  ///< of a loader, when the epoch under way began
};

namespace io {

std::unique_ptr<Checkpoint::Part> part(std::string name, nn::Module& model);
std::unique_ptr<Checkpoint::Part> part(std::string name, optim::Optimizer& optimizer);
std::unique_ptr<Checkpoint::Part> part(std::string name, optim::lr_scheduler::LRScheduler& scheduler);
std::unique_ptr<Checkpoint::Part> part(std::string name, data::DataLoader& loader);
std::unique_ptr<Checkpoint::Part> part(std::string name, Generator& generator);

}  // namespace io

}  // namespace ember
