#include "ember/io/checkpoint_parts.h"

#include "ember/io/loader_state.h"
#include "ember/io/optimizer_state.h"
#include "ember/ops/creation/copy.h"

namespace ember::io {

namespace {

using Part = Checkpoint::Part;

struct ModelPart final : Part {
  ModelPart(std::string name, nn::Module& model) : Part(std::move(name)), model(model) {}
  std::string kind() const override { return "model"; }
  void save(CheckpointFile& file) const override {
    for (const auto& [key, x] : model.state_dict()) file.tensors.insert(name + "." + key, x);
  }
  Action read(const CheckpointFile& file) override {
    return [this, state = file.tensors_of(name)] { model.load_state_dict(state); };
  }
  Action undo() override {
    nn::StateDict before;
    for (const auto& [key, x] : model.state_dict()) before.insert(key, clone(x));
    return [this, before] { model.load_state_dict(before); };
  }
  nn::Module& model;
};

struct OptimizerPart final : Part {
  OptimizerPart(std::string name, optim::Optimizer& optimizer) : Part(std::move(name)), optimizer(optimizer) {}
  std::string kind() const override { return "optimizer " + optimizer.name(); }
  void save(CheckpointFile& file) const override {
    const auto state = optimizer.state_dict();
    append_tensors(state, name + ".", file.tensors);
    file.metadata[name] = groups_to_json(state);
  }
  Action read(const CheckpointFile& file) override {
    return [this, state = read_optimizer_state(file.tensors_of(name), "", file.text(name, name), file.path)] {
      optimizer.load_state_dict(state);
    };
  }
  Action undo() override {
    return [this, before = optimizer.state_dict()] { optimizer.load_state_dict(before); };
  }
  optim::Optimizer& optimizer;
};

struct SchedulerPart final : Part {
  using LRScheduler = optim::lr_scheduler::LRScheduler;
  SchedulerPart(std::string name, LRScheduler& scheduler) : Part(std::move(name)), scheduler(scheduler) {}
  std::string kind() const override { return "scheduler " + scheduler.name(); }
  void save(CheckpointFile& file) const override { file.metadata[name] = scheduler_to_json(scheduler.state_dict()); }
  Action read(const CheckpointFile& file) override {
    return [this, state = read_scheduler_state(file.text(name, name), file.path)] { scheduler.load_state_dict(state); };
  }
  Action undo() override {
    return [this, before = scheduler.state_dict()] { scheduler.load_state_dict(before); };
  }
  LRScheduler& scheduler;
};

struct LoaderPart final : Part {
  LoaderPart(std::string name, data::DataLoader& loader) : Part(std::move(name)), own(loader) {}
  std::string kind() const override { return "loader"; }
  void save(CheckpointFile& file) const override { file.metadata[name] = loader_to_json(own.state()); }
  Action read(const CheckpointFile& file) override {
    if (!file.kinds.contains(name)) return [this, epoch = file.number<int64_t>("epoch")] { own.set_epoch(epoch); };
    const auto state = read_loader_state(file.text(name, name), file.path);
    own.check_state(state);
    return [this, state] { own.set_state(state); };
  }
  Action undo() override {
    return [this, before = own] { own = before; };
  }
  const data::DataLoader* loader() const override { return &own; }
  data::DataLoader& own;
};

struct GeneratorPart final : Part {
  GeneratorPart(std::string name, Generator& generator) : Part(std::move(name)), generator(generator) {}
  std::string kind() const override { return "generator"; }
  void save(CheckpointFile& file) const override {
    const Generator::State state = generator.state();
    file.metadata[name + ".seed"] = std::to_string(state.seed);
    file.metadata[name + ".position"] = std::to_string(state.position);
  }
  Action read(const CheckpointFile& file) override {
    const Generator::State state = {file.number<uint64_t>(name + ".seed"), file.number<uint64_t>(name + ".position")};
    return [this, state] { generator.set_state(state); };
  }
  Action undo() override {
    return [this, before = generator.state()] { generator.set_state(before); };
  }
  Generator& generator;
};

}  // namespace

std::unique_ptr<Part> part(std::string name, nn::Module& model) {
  return std::make_unique<ModelPart>(std::move(name), model);
}
std::unique_ptr<Part> part(std::string name, optim::Optimizer& optimizer) {
  return std::make_unique<OptimizerPart>(std::move(name), optimizer);
}
std::unique_ptr<Part> part(std::string name, optim::lr_scheduler::LRScheduler& scheduler) {
  return std::make_unique<SchedulerPart>(std::move(name), scheduler);
}
std::unique_ptr<Part> part(std::string name, data::DataLoader& loader) {
  return std::make_unique<LoaderPart>(std::move(name), loader);
}
std::unique_ptr<Part> part(std::string name, Generator& generator) {
  return std::make_unique<GeneratorPart>(std::move(name), generator);
}

}  // namespace ember::io
