#include "ember/autograd/grad_mode.h"

#include "ember/ops/tensor.h"

namespace ember {

namespace {

struct Modes {
  GradMode::State grad = GradMode::State::On;
  bool anomaly = false, check_nan = true;
};
thread_local Modes modes;

}  // namespace

GradMode::State GradMode::state() { return modes.grad; }
void GradMode::set_state(State state) { modes.grad = state; }

InferenceMode::InferenceMode(bool enabled) : inference_before_(TensorImpl::inference_mode), grad_before_(modes.grad) {
  TensorImpl::inference_mode = enabled;
  GradMode::set_enabled(!enabled);
}
InferenceMode::~InferenceMode() {
  TensorImpl::inference_mode = inference_before_;
  modes.grad = grad_before_;
}
bool InferenceMode::is_enabled() { return TensorImpl::inference_mode; }

bool AnomalyMode::is_enabled() { return modes.anomaly; }
void AnomalyMode::set_enabled(bool enabled, bool check_nan) {
  modes.anomaly = enabled;
  modes.check_nan = check_nan;
}
bool AnomalyMode::checks_nan() { return modes.anomaly && modes.check_nan; }

}  // namespace ember
