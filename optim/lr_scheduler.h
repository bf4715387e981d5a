// Learning-rate schedules. A scheduler sets the rate of each parameter group when it is made and at each step(), which comes
// after the optimizer's step, usually once an epoch. Recursive formulas are PyTorch's, so the rates agree to the last bit even
// where the user changes a rate in between.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "ember/optim/optimizer.h"

namespace ember::optim::lr_scheduler {

class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// The next epoch's rates into the groups.
  void step();
  /// The rates last set.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  int64_t last_epoch() const { return last_epoch_; }
  Optimizer& optimizer() const { return optimizer_; }
  const std::vector<double>& base_lrs() const { return base_lrs_; }

  /// PyTorch's keys: base_lrs, last_epoch, _step_count, _last_lr and the schedule's own (step_size, gamma, ...).
  struct State {
    int64_t last_epoch = 0, step_count = 0;
    std::vector<double> base_lrs, last_lr;
    OptionDict own;
    std::vector<int64_t> milestones;  ///< MultiStepLR's, in rising order
  };
  State state_dict() const;
  /// ValueError, and nothing is changed, for the state of another schedule, of other groups or with numbers that make no sense.
  void load_state_dict(const State& state);
  /// The class's name, "StepLR".
  virtual std::string name() const { return "LRScheduler"; }

 protected:
  /// A last_epoch other than -1 continues a schedule: the groups must have an initial_lr (Error otherwise).
  LRScheduler(Optimizer& optimizer, int64_t last_epoch);
  /// The derived constructor's last line: sets the first rates.
  void start();
  /// Rates for last_epoch(), from the groups' present rates.
  virtual std::vector<double> get_lr() const = 0;
  virtual OptionDict own_state() const { return {}; }
  virtual std::vector<int64_t> own_milestones() const { return {}; }
  virtual bool has_milestones() const { return false; }
  virtual void load_own_state(const State&) {}
  std::vector<double> current_lrs() const;
  /// The present rates times a factor.
  std::vector<double> scaled_lrs(double factor) const;
  bool is_initial() const { return is_initial_; }
  int64_t step_count() const { return step_count_; }

 private:
  Optimizer& optimizer_;
  int64_t last_epoch_, step_count_ = 0;
  bool is_initial_ = false;
  std::vector<double> base_lrs_, last_lr_;
};

/// Multiplies the rate by gamma every step_size epochs.
class StepLR final : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1, int64_t last_epoch = -1);

  std::string name() const override { return "StepLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// Multiplies the rate by gamma at each milestone.
class MultiStepLR final : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, const std::vector<int64_t>& milestones, double gamma = 0.1,
              int64_t last_epoch = -1);

  std::string name() const override { return "MultiStepLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  std::vector<int64_t> own_milestones() const override;
  bool has_milestones() const override { return true; }
  void load_own_state(const State& state) override;

 private:
  std::map<int64_t, int> milestones_;  ///< with multiplicity
  double gamma_;
};

/// What takes a function of the epoch, one for all groups or one for each.
class FunctionScheduler : public LRScheduler {
 public:
  using Lambda = std::function<double(int64_t epoch)>;
  const std::vector<Lambda>& lambdas() const { return lambdas_; }

 protected:
  FunctionScheduler(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch);

 private:
  std::vector<Lambda> lambdas_;
};

/// The initial rate times a function of the epoch.
class LambdaLR final : public FunctionScheduler {
 public:
  LambdaLR(Optimizer& optimizer, Lambda lr_lambda, int64_t last_epoch = -1);
  LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch = -1);

  std::string name() const override { return "LambdaLR"; }

 protected:
  std::vector<double> get_lr() const override;
};

/// Multiplies the rate by a function of the epoch.
class MultiplicativeLR final : public FunctionScheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, Lambda lr_lambda, int64_t last_epoch = -1);
  MultiplicativeLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch = -1);

  std::string name() const override { return "MultiplicativeLR"; }

 protected:
  std::vector<double> get_lr() const override;
};

/// `factor` times the rate for the first total_iters epochs.
class ConstantLR final : public LRScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5, int64_t last_epoch = -1);

  std::string name() const override { return "ConstantLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// The initial rate times (1 - epoch / total_iters)^power, 0 from then on.
class PolynomialLR final : public LRScheduler {
 public:
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1.0, int64_t last_epoch = -1);

  std::string name() const override { return "PolynomialLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  int64_t total_iters_;
  double power_;
};

/// From start_factor to end_factor of the initial rate in total_iters equal steps: a warm-up.
class LinearLR final : public LRScheduler {
 public:
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int64_t total_iters = 5,
           int64_t last_epoch = -1);

  std::string name() const override { return "LinearLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  double start_factor_, end_factor_;
  int64_t total_iters_;
};

/// Half a cosine from the initial rate to eta_min in T_max epochs. Loshchilov & Hutter, 2016.
class CosineAnnealingLR final : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0, int64_t last_epoch = -1);

  std::string name() const override { return "CosineAnnealingLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  int64_t t_max_;
  double eta_min_;
};

/// Multiplies the rate by gamma every epoch.
class ExponentialLR final : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch = -1);

  std::string name() const override { return "ExponentialLR"; }

 protected:
  std::vector<double> get_lr() const override;
  OptionDict own_state() const override;
  void load_own_state(const State& state) override;

 private:
  double gamma_;
};

}  // namespace ember::optim::lr_scheduler
