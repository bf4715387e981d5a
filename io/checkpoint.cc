#include "ember/io/checkpoint.h"

#include <algorithm>
#include <cctype>

#include "ember/core/random.h"
#include "ember/io/checkpoint_parts.h"

namespace ember {

namespace {

using io::CheckpointFile;

constexpr const char* kModel = "model";
constexpr std::string_view kNote = "note.";
/// The metadata's own keys.
constexpr const char* kTaken[] = {"epoch", "format", "note", "parts", "random", "step", "structure"};

void check_part_name(const std::string& name) {
  const auto is_letter = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  check<ValueError>(!name.empty() && std::all_of(name.begin(), name.end(), is_letter), "Checkpoint: '", name,
                    "' cannot be a part's name, which has letters, digits and underscores");
  check<ValueError>(std::find(std::begin(kTaken), std::end(kTaken), name) == std::end(kTaken), "Checkpoint: the name '",
                    name, "' is its own");
}

void save_parts(const std::vector<std::unique_ptr<Checkpoint::Part>>& parts, CheckpointFile& file) {
  for (const auto& part : parts) {
    part->save(file);
    file.kinds[part->name] = part->kind();
  }
  const Generator::State random = default_generator().state();
  file.metadata["random.seed"] = std::to_string(random.seed);
  file.metadata["random.position"] = std::to_string(random.position);
}

Generator::State read_random(const CheckpointFile& file) {
  return {file.number<uint64_t>("random.seed"), file.number<uint64_t>("random.position")};
}

Metadata read_notes(const CheckpointFile& file) {
  Metadata notes;
  for (const auto& [key, text] : file.metadata)
    if (key.starts_with(kNote)) notes[key.substr(kNote.size())] = text;
  return notes;
}

void check_part(const Checkpoint::Part& part, const CheckpointFile& file) {
  file.check_part(part.name, part.kind());
  check<IoError>(!file.metadata.contains("structure." + part.name), file.path, ": its ", part.name,
                 " was saved by Python and holds what only Python can read");
}

/// Sets all parts, or none.
void load_parts(const std::vector<std::unique_ptr<Checkpoint::Part>>& parts, const CheckpointFile& file) {
  std::vector<Checkpoint::Part::Action> actions, undone;
  for (const auto& part : parts) {
    check_part(*part, file);
    actions.push_back(part->read(file));
  }
  try {
    for (size_t i = 0; i < parts.size(); ++i) {
      // Each takes all or nothing, so the last one need not be undone: a single model is never copied.
      if (i + 1 < parts.size()) undone.push_back(parts[i]->undo());
      actions[i]();
    }
  } catch (...) {
    while (!undone.empty()) {
      undone.back()();
      undone.pop_back();
    }
    throw;
  }
}

}  // namespace

Checkpoint::Checkpoint(std::string path, int64_t keep) : path_(std::move(path)), keep_(keep) {
  check<ValueError>(keep >= 1, "Checkpoint: keep must be at least 1, got ", keep);
}
Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;

Checkpoint& Checkpoint::add(const std::string& name, nn::Module& model) { return add_part(io::part(name, model)); }
Checkpoint& Checkpoint::add(const std::string& name, optim::Optimizer& optimizer) {
  return add_part(io::part(name, optimizer));
}
Checkpoint& Checkpoint::add(const std::string& name, optim::lr_scheduler::LRScheduler& scheduler) {
  return add_part(io::part(name, scheduler));
}
Checkpoint& Checkpoint::add(const std::string& name, data::DataLoader& loader) {
  return add_part(io::part(name, loader));
}
Checkpoint& Checkpoint::add(const std::string& name, Generator& generator) {
  return add_part(io::part(name, generator));
}

Checkpoint& Checkpoint::add_part(std::unique_ptr<Part> part) {
  check_part_name(part->name);
  for (const auto& other : parts_)
    check<ValueError>(other->name != part->name, "Checkpoint: there are two parts named '", part->name, "'");
  // Models come last, since undoing them takes a copy.
  const auto place = part->kind() == kModel ? parts_.end() : parts_.begin();
  parts_.insert(place, std::move(part));
  return *this;
}

bool Checkpoint::resume() {
  if (!io::is_any_checkpoint(path_, keep_)) return false;
  load_file(CheckpointFile::read_last_whole(path_, keep_));
  return true;
}

void Checkpoint::load(const std::string& path) { load_file(CheckpointFile::read(path)); }

void Checkpoint::load_file(const CheckpointFile& file) {
  std::vector<std::string> names;
  for (const auto& part : parts_) names.push_back(part->name);
  file.check_no_others(names);
  const auto saved_epoch = file.number<int64_t>("epoch");
  const int64_t saved_step = file.lists_parts ? file.number<int64_t>("step") : 0;
  const Generator::State random = read_random(file);
  load_parts(parts_, file);
  default_generator().set_state(random);
  random_ = random;
  epoch = saved_epoch;
  step = saved_step;
  notes = read_notes(file);
  loaded_path_ = file.path;
}

void Checkpoint::save() const {
  io::make_checkpoints_older(path_, keep_);
  save(path_);
}

void Checkpoint::save(const std::string& path) const {
  CheckpointFile file;
  file.path = path;
  file.metadata = {{"epoch", std::to_string(next_epoch())}, {"step", std::to_string(step)}};
  for (const auto& [key, text] : notes) file.metadata[std::string(kNote) + key] = text;
  save_parts(parts_, file);
  file.write();
}

Checkpoint::Epochs Checkpoint::epochs(int64_t end) {
  is_in_epoch_ = false;
  return Epochs(this, end);
}

void Checkpoint::begin_epoch() {
  // Whatever was built since the file was loaded may have drawn random numbers.
  if (random_) default_generator().set_state(*random_);
  random_.reset();
  is_in_epoch_ = true;
  for (const auto& part : parts_)
    if (const auto* loader = part->loader()) part->loops_before = loader->epoch();
}

int64_t Checkpoint::next_epoch() const {
  bool is_in_loop = false, is_behind_loop = false, has_loader = false;
  for (const auto& part : parts_) {
    const auto* loader = part->loader();
    if (!loader) continue;
    const bool is_under_way = loader->state().taken.has_value();
    has_loader = true;
    is_in_loop |= is_under_way;
    is_behind_loop |= !is_under_way && loader->epoch() != part->loops_before;
  }
  if (!is_in_epoch_) return epoch;
  check(
      !is_in_loop || !is_behind_loop,
      "Checkpoint: one loader's loop of this epoch is over and another's is under way, so the epoch cannot be gone on "
      "with; save behind both loops");
  return is_in_loop || (has_loader && !is_behind_loop) ? epoch : epoch + 1;
}

Checkpoint::Epochs::Iterator Checkpoint::Epochs::begin() const {
  if (run_->epoch < end_) run_->begin_epoch();
  return Iterator(run_);
}

Checkpoint::Epochs::Iterator& Checkpoint::Epochs::Iterator::operator++() {
  ++run_->epoch;
  run_->begin_epoch();
  return *this;
}

void save_checkpoint(const TrainingState& state, const std::string& path) {
  Checkpoint run(path);
  if (state.model) run.add("model", *state.model);
  if (state.optimizer) run.add("optimizer", *state.optimizer);
  if (state.scheduler) run.add("scheduler", *state.scheduler);
  run.epoch = state.epoch;
  run.notes = state.notes;
  run.save();
}

void load_checkpoint(TrainingState& state, const std::string& path) {
  const auto file = CheckpointFile::read(path);
  const auto epoch = file.number<int64_t>("epoch");
  const Generator::State random = read_random(file);
  std::vector<std::unique_ptr<Checkpoint::Part>> parts;
  if (state.optimizer) parts.push_back(io::part("optimizer", *state.optimizer));
  if (state.scheduler) parts.push_back(io::part("scheduler", *state.scheduler));
  if (state.model) parts.push_back(io::part("model", *state.model));
  load_parts(parts, file);
  default_generator().set_state(random);
  state.epoch = epoch;
  state.notes = read_notes(file);
}

nn::StateDict model_state(TensorDict tensors, const Metadata& metadata) {
  if (!io::is_checkpoint(metadata)) return tensors;
  nn::StateDict model;
  const std::string prefix = concat(kModel, ".");
  for (const auto& [name, x] : tensors)
    if (name.starts_with(prefix)) model.insert(name.substr(prefix.size()), x);
  return model;
}

}  // namespace ember
