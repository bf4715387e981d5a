#include "io/checkpoint.h"

#include <charconv>

#include "core/random.h"
#include "io/optimizer_state.h"

namespace ember {

namespace {

constexpr const char *kFormat = "format", *kCheckpoint = "ember.checkpoint";
constexpr const char *kModel = "model.", *kOptimizer = "optimizer.", *kNote = "note.";

bool is_checkpoint(const Metadata& metadata) {
  const auto format = metadata.find(kFormat);
  return format != metadata.end() && format->second == kCheckpoint;
}

template <class T>
T read_number(const Metadata& metadata, const std::string& key, const std::string& path) {
  const auto found = metadata.find(key);
  check<IoError>(found != metadata.end(), path, ": the checkpoint has no ", key);
  const std::string& text = found->second;
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  check<IoError>(error == std::errc() && end == text.data() + text.size(), path, ": the checkpoint's ", key, " is '",
                 text, "', no number");
  return value;
}

const std::string& read_text(const Metadata& metadata, const std::string& key, const std::string& path) {
  const auto found = metadata.find(key);
  check<IoError>(found != metadata.end(), path, ": the checkpoint was saved without its ", key);
  return found->second;
}

}  // namespace

void save_checkpoint(const TrainingState& state, const std::string& path) {
  TensorDict tensors;
  const Generator::State random = default_generator().state();
  Metadata metadata = {{kFormat, kCheckpoint},
                       {"epoch", std::to_string(state.epoch)},
                       {"random.seed", std::to_string(random.seed)},
                       {"random.position", std::to_string(random.position)}};
  if (state.model) {
    for (const auto& [name, x] : state.model->state_dict()) tensors.insert(kModel + name, x);
  }
  if (state.optimizer) {
    const auto optimizer = state.optimizer->state_dict();
    io::append_tensors(optimizer, kOptimizer, tensors);
    metadata["optimizer"] = io::groups_to_json(optimizer);
  }
  if (state.scheduler) metadata["scheduler"] = io::scheduler_to_json(state.scheduler->state_dict());
  for (const auto& [key, text] : state.notes) metadata[kNote + key] = text;
  save_tensors(tensors, path, metadata);
}

void load_checkpoint(TrainingState& state, const std::string& path) {
  Metadata metadata;
  const TensorDict tensors = load_tensors(path, &metadata);
  check<IoError>(is_checkpoint(metadata), path, ": holds tensors but is no training checkpoint");
  // All is read before anything is changed.
  const auto epoch = read_number<int64_t>(metadata, "epoch", path);
  const Generator::State random = {read_number<uint64_t>(metadata, "random.seed", path),
                                   read_number<uint64_t>(metadata, "random.position", path)};
  optim::OptimizerState optimizer;
  if (state.optimizer)
    optimizer = io::read_optimizer_state(tensors, kOptimizer, read_text(metadata, "optimizer", path), path);
  optim::lr_scheduler::LRScheduler::State scheduler;
  if (state.scheduler) scheduler = io::read_scheduler_state(read_text(metadata, "scheduler", path), path);

  // Each takes all or nothing, so when a later one refuses the earlier ones get back what they had.
  optim::OptimizerState optimizer_before;
  optim::lr_scheduler::LRScheduler::State scheduler_before;
  if (state.optimizer) optimizer_before = state.optimizer->state_dict();
  if (state.scheduler) scheduler_before = state.scheduler->state_dict();
  try {
    if (state.optimizer) state.optimizer->load_state_dict(optimizer);
    if (state.scheduler) state.scheduler->load_state_dict(scheduler);
    if (state.model) state.model->load_state_dict(model_state(tensors, metadata));
  } catch (...) {
    if (state.optimizer) state.optimizer->load_state_dict(optimizer_before);
    if (state.scheduler) state.scheduler->load_state_dict(scheduler_before);
    throw;
  }
  default_generator().set_state(random);
  state.epoch = epoch;
  state.notes.clear();
  for (const auto& [key, text] : metadata)
    if (key.starts_with(kNote)) state.notes[key.substr(std::string_view(kNote).size())] = text;
}

nn::StateDict model_state(TensorDict tensors, const Metadata& metadata) {
  if (!is_checkpoint(metadata)) return tensors;
  nn::StateDict model;
  for (const auto& [name, x] : tensors)
    if (name.starts_with(kModel)) model.insert(name.substr(std::string_view(kModel).size()), x);
  return model;
}

}  // namespace ember
