// Whether ops in this thread are recorded. Guards are RAII and nest.
#pragma once

#include <cstdint>

namespace ember {

struct GradMode {
  enum class State : uint8_t {
    Off,
    ForwardOnly,  ///< recorded for the tangents of forward mode (forward.h), and not kept for backward
    On,
  };
  static State state();
  static void set_state(State state);

  /// Whether ops are looked at by autograd at all.
  static bool is_enabled() { return state() != State::Off; }
  static void set_enabled(bool enabled) { set_state(enabled ? State::On : State::Off); }
  static bool keeps_tape() { return state() == State::On; }
};

class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : AutoGradMode(enabled ? GradMode::State::On : GradMode::State::Off) {}
  explicit AutoGradMode(GradMode::State state) : before_(GradMode::state()) { GradMode::set_state(state); }
  ~AutoGradMode() { GradMode::set_state(before_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  GradMode::State before_;
};

struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};
struct EnableGradGuard : AutoGradMode {
  EnableGradGuard() : AutoGradMode(true) {}
};

/// No recording and no view tracking: the tensors made inside can never take part in a graph.
class InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true);
  ~InferenceMode();
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  static bool is_enabled();

 private:
  bool inference_before_;
  GradMode::State grad_before_;
};

/// While enabled, backward checks each gradient for NaN and names the forward op that it came from.
struct AnomalyMode {
  static bool is_enabled();
  static void set_enabled(bool enabled, bool check_nan = true);
  static bool checks_nan();
};

}  // namespace ember
