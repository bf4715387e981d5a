// The state of optimizers and schedulers as named tensors and JSON, in PyTorch's structure: what checkpoints are made of.
#pragma once

#include <string>

#include "ember/io/safetensors.h"
#include "ember/optim/lr_scheduler.h"
#include "ember/optim/optimizer.h"

namespace ember::io {

/// The tensors of the state, as "<prefix><parameter index>.<name>".
void append_tensors(const optim::OptimizerState& state, const std::string& prefix, TensorDict& tensors);
/// Its param_groups as JSON.
std::string groups_to_json(const optim::OptimizerState& state);
/// The state out of both. IoError naming `path` when they do not fit together.
optim::OptimizerState read_optimizer_state(const TensorDict& tensors, const std::string& prefix,
                                           const std::string& groups_json, const std::string& path);

std::string scheduler_to_json(const optim::lr_scheduler::LRScheduler::State& state);
optim::lr_scheduler::LRScheduler::State read_scheduler_state(const std::string& json, const std::string& path);

}  // namespace ember::io
