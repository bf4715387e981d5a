// A training checkpoint: all that a run needs to go on as if it had never stopped, in one safetensors file. Its tensors are named
// "model.<key>" and "optimizer.<index>.<name>"; groups, schedule, random state and epoch are JSON in the metadata. ember::load reads the model
// out of it, and so does any program that reads safetensors.
#pragma once

#include <string>

#include "io/safetensors.h"
#include "nn/module.h"
#include "optim/lr_scheduler.h"

namespace ember {

/// What to save from and to load into; a null member is left out, or left as it is.
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

/// Fills `state`, and sets the default generator where it was. IoError when the file is no checkpoint or lacks what `state` asks
/// for; the errors of load_state_dict when it belongs to another model or optimizer.
void load_checkpoint(TrainingState& state, const std::string& path);

/// The model's state dict out of what load_tensors read: a checkpoint's "model." entries without that prefix, or all tensors
/// of a file that is no checkpoint.
nn::StateDict model_state(TensorDict tensors, const Metadata& metadata);

}  // namespace ember
