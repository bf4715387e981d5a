// Checkpoint: all that a training run needs to go on as if it had never stopped, in one safetensors file.
//
//   Checkpoint run("runs/net.safetensors");
//   run.add("model", net).add("optimizer", optimizer).add("scheduler", scheduler).add("loader", loader);
//   run.resume();
//   for (int64_t epoch : run.epochs(10)) {
//     for (auto& batch : loader) train(batch);
//     run.save();
//   }
//
// Tensors are named "<model's name>.<key>" and "<optimizer's name>.<index>.<name>"; groups, schedules, places of loaders, random
// state and epoch are JSON in the metadata. ember::load reads "model" out of it, and so does any program that reads safetensors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ember/data/data_loader.h"
#include "ember/io/safetensors.h"
#include "ember/nn/module.h"
#include "ember/optim/lr_scheduler.h"

namespace ember {

namespace io {
struct CheckpointFile;
}

class Checkpoint {
 public:
  class Epochs;
  struct Part;

  /// Nothing is read or written yet. save() keeps the `keep` newest files: `path` and, older, "<path>.1" and so on. ValueError unless
  /// there is one at least.
  explicit Checkpoint(std::string path, int64_t keep = 1);
  ~Checkpoint();
  Checkpoint(Checkpoint&&) noexcept;

  // What to save and to restore, by reference. ValueError for a name that is taken or no identifier.
  Checkpoint& add(const std::string& name, nn::Module& model);
  Checkpoint& add(const std::string& name, optim::Optimizer& optimizer);
  Checkpoint& add(const std::string& name, optim::lr_scheduler::LRScheduler& scheduler);
  Checkpoint& add(const std::string& name, data::DataLoader& loader);
  Checkpoint& add(const std::string& name, Generator& generator);
  template <class M>
  Checkpoint& add(const std::string& name, nn::ModuleHolder<M>& model) {
    return add(name, static_cast<nn::Module&>(*model));
  }

  /// Goes on from the newest file that is whole, if there is one; whether there was.
  bool resume();
  /// Sets everything that was added, the default generator, epoch, step and notes from the file. All is checked first: an error
  /// changes nothing. IoError when the file is no checkpoint or does not hold what was added, and nothing else; the errors
  /// of load_state_dict when it belongs to another model, optimizer or loader.
  void load(const std::string& path);
  /// The file that was loaded last: `path` or, where that was damaged, an older one.
  const std::string& loaded_path() const { return loaded_path_; }
  /// The file appears whole or not at all; IoError. In the middle of a loader's loop it goes on there; behind the loop, within
  /// epochs(), with the next epoch.
  void save() const;
  void save(const std::string& path) const;

  /// For a range-for over the epochs before `end` that are still to come; `epoch` counts along.
  Epochs epochs(int64_t end);

  /// The epoch under way or to come.
  int64_t epoch = 0;
  /// For the caller to count in.
  int64_t step = 0;
  /// Anything else, such as a learning curve.
  Metadata notes;

 private:
  friend class Epochs;

  Checkpoint& add_part(std::unique_ptr<Part> part);
  void begin_epoch();
  int64_t next_epoch() const;

  void load_file(const io::CheckpointFile& file);

  std::string path_, loaded_path_;
  int64_t keep_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::optional<Generator::State> random_;  ///< what was loaded, for the first epoch to begin with
  bool is_in_epoch_ = false;
};

class Checkpoint::Epochs {
 public:
  class Iterator {
   public:
    explicit Iterator(Checkpoint* run) : run_(run) {}
    int64_t operator*() const { return run_->epoch; }
    Iterator& operator++();
    bool operator==(int64_t end) const { return run_->epoch >= end; }

   private:
    Checkpoint* run_;
  };

  Iterator begin() const;
  int64_t end() const { return end_; }

 private:
  friend class Checkpoint;
  Epochs(Checkpoint* run, int64_t end) : run_(run), end_(end) {}

  Checkpoint* run_;
  int64_t end_;
};

/// One model, optimizer and schedule as parts of these names; null is left out, or left as it is.
struct TrainingState {
  nn::Module* model = nullptr;
  optim::Optimizer* optimizer = nullptr;
  optim::lr_scheduler::LRScheduler* scheduler = nullptr;
  /// The epoch to go on with.
  int64_t epoch = 0;
  /// Anything else, such as a learning curve.
  Metadata notes;
};

/// Writes `state` and the default generator's position. The file appears whole or not at all; IoError.
void save_checkpoint(const TrainingState& state, const std::string& path);

/// As Checkpoint::load, but the file may hold more than is asked for.
void load_checkpoint(TrainingState& state, const std::string& path);

/// The model's state dict out of what load_tensors read: a checkpoint's "model." entries without that prefix, or all tensors
/// of a file that is no checkpoint.
nn::StateDict model_state(TensorDict tensors, const Metadata& metadata);

}  // namespace ember
