// Forward mode: tangents that go along with the values, so that a product of a Jacobian and a vector keeps no graph. A dual number is a
// tensor whose history holds its tangent (make_dual); what ops make of it are dual numbers too, in place and through views as well.
//
//   const autograd::ForwardLevel level;
//   const Tensor y = f(autograd::make_dual(x, t, level.id()));
//   const auto [value, derivative] = autograd::unpack_dual(y, level.id());
//
// An op's tangent comes out of its pullback, with whose formulas no second rule can be at odds: that of elements() is the pullback itself,
// since the Jacobian is diagonal, that of linear_in() the op itself (record.h), and that of any other op the pullback's own pullback, on the
// spot: the pullback is linear in its argument, so its pullback is the op's Jacobian. Under no_grad there are no tangents.
#pragma once

#include "ember/autograd/grad_mode.h"
#include "ember/autograd/node.h"
#include "ember/core/function_ref.h"

namespace ember::autograd {

/// While one lives, tensors of this thread may have tangents of its number. Levels nest: tangents of an inner one may have tangents of
/// those around it.
class ForwardLevel {
 public:
  /// `keeps_tape`: whether ops on what requires grad are recorded for backward, as outside of it.
  explicit ForwardLevel(bool keeps_tape = GradMode::keeps_tape());
  ~ForwardLevel();
  ForwardLevel(const ForwardLevel&) = delete;
  ForwardLevel& operator=(const ForwardLevel&) = delete;

  uint64_t id() const { return id_; }

  /// Whether this thread has some.
  static bool is_any_open() { return open_ > 0; }
  /// How many of them are in force: none but those around it while a tangent of a level is computed.
  static size_t active() { return active_; }

 private:
  friend class ActiveLevels;

  uint64_t id_;
  GradMode::State before_;

  static thread_local size_t open_, active_;
};

/// primal, which shares its memory, with a tangent of its shape. Throws where shapes or dtypes do not fit.
Tensor make_dual(const Tensor& primal, const Tensor& tangent, uint64_t level);

struct DualNumber {
  Tensor primal, tangent;  ///< the tangent is undefined where there is none
};
/// The tangents of both parts at levels around this one stay with them.
DualNumber unpack_dual(const Tensor& x, uint64_t level);

/// x for an inner derivative: a tensor that requires grad and leads back to x where x is on the tape, with x's tangents.
Tensor as_variable(const Tensor& x);

/// What record() knows of an op's Jacobian.
struct Dependence {
  bool is_symmetric = false;  ///< diagonal above all, but for broadcasting
  const FunctionRef<Tensor(size_t input, const Tensor& tangent)>* linear = nullptr;
};
enum class Keep {
  IfOnTape,
  IfLive,
  Always
};  ///< the node itself: with a live edge where a tape is kept, with a live edge, or so

/// The history of an op's outputs: its node, or what holds their tangents and the node if that is kept; null where there is neither.
IntrusivePtr<Node> with_tangents(IntrusivePtr<Node> node, const Dependence& dependence = {},
                                 Keep keep = Keep::IfOnTape);
/// The same for a node that is made later than the op was run: all levels are in force.
IntrusivePtr<Node> with_all_tangents(IntrusivePtr<Node> node);

}  // namespace ember::autograd
