// Optimizer: groups of parameters, each group with its own options, and what the optimizer remembers of each parameter.
//
//   ember::optim::SGD optimizer(model.parameters(), ember::optim::SGDOptions(0.1).momentum(0.9));
//   loss.backward();
//   optimizer.step();
//   optimizer.zero_grad();
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ember/core/optimizer_step.h"
#include "ember/core/ordered_dict.h"
#include "ember/ops/tensor.h"

namespace ember::optim {

/// An option's value as state dicts and Python see it; monostate is None.
using OptionValue = std::variant<std::monostate, bool, int64_t, double, std::pair<double, double>>;
using OptionDict = OrderedDict<OptionValue>;

/// One option: its PyTorch name and where it lies.
struct OptionField {
  const char* name;
  std::variant<bool*, double*, std::pair<double, double>*, std::optional<double>*> value;
};

/// The options of one parameter group. What a derived class adds it lists in fields(), out of which come state dicts, Python's
/// param_groups and copies from group to group.
struct OptimizerOptions {
  explicit OptimizerOptions(double lr) : lr_(lr) {}
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  /// In the order of PyTorch's state_dict.
  virtual std::vector<OptionField> fields() = 0;
  /// Throws ValueError in PyTorch's words for an option out of range.
  virtual void check() const = 0;

  /// By name; a number converts to the field's type. IndexError for an unknown name, TypeError for a value of the wrong kind.
  OptionValue get(const std::string& name) const;
  void set(const std::string& name, const OptionValue& value);
  bool has(const std::string& name) const;
  double get_lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }
  OptionDict to_dict() const;

  double lr_;
  /// The rate before any scheduler; schedulers set it.
  std::optional<double> initial_lr_;

 protected:
  OptimizerOptions(const OptimizerOptions&) = default;
  OptimizerOptions& operator=(const OptimizerOptions&) = default;
};

/// What is remembered of one parameter; each optimizer gives the tensors their names. Undefined until the first step.
struct ParamState {
  int64_t step = 0;
  Tensor first, second, max_second;
};

class ParamGroup {
 public:
  /// Without options the optimizer's defaults apply.
  explicit ParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options = nullptr)
      : params_(std::move(params)), options_(std::move(options)) {}
  ParamGroup(const ParamGroup& other);
  ParamGroup(ParamGroup&&) = default;
  ParamGroup& operator=(ParamGroup&&) = default;

  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }
  /// Other parameters; what is remembered of those that stay, stays.
  void set_params(std::vector<Tensor> params);
  bool has_options() const { return options_ != nullptr; }
  OptimizerOptions& options() { return *options_; }
  const OptimizerOptions& options() const { return *options_; }

 private:
  friend class Optimizer;

  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
  std::vector<ParamState> states_;  ///< parallel to params_
};

/// PyTorch's structure: state by the parameter's index, counted through the groups; options by group.
struct OptimizerState {
  struct Group {
    OptionDict options;
    std::vector<int64_t> params;
  };
  std::map<int64_t, OrderedDict<Tensor>> state;
  std::vector<Group> param_groups;
};

/// Its methods, and those of its schedulers, may be called from several threads: one runs at a time. Who works on param_groups() beside
/// other threads holds lock().
class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that has a gradient; not recorded. One that is refused memory changes nothing.
  void step();
  /// Calls `closure`, which computes gradients and returns the loss, then steps.
  Tensor step(const std::function<Tensor()>& closure);
  void zero_grad(bool set_to_none = true);

  /// ValueError for a parameter that is no leaf, or stands in two groups.
  void add_param_group(ParamGroup group);
  std::vector<ParamGroup>& param_groups() { return groups_; }
  const std::vector<ParamGroup>& param_groups() const { return groups_; }
  const OptimizerOptions& defaults() const { return *defaults_; }

  /// What is remembered of a parameter, by PyTorch's names; empty before its first step, and for a tensor in no group.
  OrderedDict<Tensor> state(const Tensor& param) const;
  /// Replaces one of these tensors, or forgets it when `value` is undefined. False when this optimizer keeps none of that name.
  bool set_state(const Tensor& param, const std::string& name, const Tensor& value);
  /// Whether this optimizer remembers something of that name.
  bool keeps(const std::string& name) const;

  OptimizerState state_dict() const;
  /// Copies the state in; ValueError unless groups and their sizes agree.
  void load_state_dict(const OptimizerState& state);

  /// The class's name, "SGD".
  virtual std::string name() const = 0;
  /// The groups and their options, as PyTorch prints them.
  std::string repr() const;

  /// For schedulers: how often step ran.
  int64_t step_count() const { return step_count_; }

  /// Keeps other threads out as long as it lives; they wait.
  using Lock = std::unique_lock<std::recursive_mutex>;
  Lock lock() const { return Lock(mutex_); }
  /// Owns nothing when another thread is in.
  Lock try_lock() const { return Lock(mutex_, std::try_to_lock); }

 protected:
  Optimizer(std::vector<ParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);

  /// The names of ParamState's members in state dicts; null for one that this optimizer lacks.
  struct StateNames {
    const char *step = nullptr, *first = nullptr, *second = nullptr, *max_second = nullptr;
  };
  virtual StateNames state_names() const = 0;
  /// Makes the state that a parameter lacks before a step; called each time, as options may change on the way.
  virtual void prepare(const OptimizerOptions& options, const Tensor& param, ParamState& state) const = 0;
  /// Puts the options into `step`, whose lists (all tensors contiguous) and number are filled in, and calls the kernel.
  virtual void run(const OptimizerOptions& options, OptimizerStep& step) const = 0;

 private:
  struct All;
  static All& all();
  ParamState* find_state(const Tensor& param);
  OrderedDict<Tensor> named(const ParamState& state) const;

  /// Parameters of a group that one call of the kernel updates: those on one device that have taken as many steps.
  struct Batch {
    ParamGroup* group = nullptr;
    Device device;
    OptimizerStep tensors;
    std::vector<std::pair<size_t, ParamState>> states;  ///< of the parameters by their place, after the step
    std::vector<std::pair<Tensor, Tensor>>
        copies;  ///< parameters that are not contiguous, and what is updated for them

    void clear();
  };
  void plan(ParamGroup& group);
  Batch& batch_for(ParamGroup& group, int64_t step, Device device, size_t first);
  void run_batch(Batch& batch);
  void check_gradient(const Tensor& param, const Tensor& grad) const;
  /// Throws when the parameter has another shape than what is remembered of it.
  void check_state(size_t index, const Tensor& param, const ParamState& state) const;

  mutable std::recursive_mutex mutex_;
  bool is_stepping_ = false;
  std::vector<ParamGroup> groups_;
  std::unique_ptr<OptimizerOptions> defaults_;
  std::vector<Batch> batches_;  ///< kept for their memory, of which the first `planned_` are in use
  size_t planned_ = 0;
  int64_t step_count_ = 0;
};

}  // namespace ember::optim
