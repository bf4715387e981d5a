#include "ember/optim/lr_scheduler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ember::optim::lr_scheduler {

LRScheduler::LRScheduler(Optimizer& optimizer, int64_t last_epoch) : optimizer_(optimizer), last_epoch_(last_epoch) {
  const Optimizer::Lock alone = optimizer.lock();
  for (size_t i = 0; i < optimizer.param_groups().size(); ++i) {
    OptimizerOptions& options = optimizer.param_groups()[i].options();
    if (last_epoch == -1 && !options.initial_lr_) options.initial_lr_ = options.lr_;
    check<ValueError>(options.initial_lr_.has_value(), "param 'initial_lr' is not specified in param_groups[", i,
                      "] when resuming scheduler with last_epoch >= 0; load the optimizer's state first");
    base_lrs_.push_back(*options.initial_lr_);
  }
}

void LRScheduler::start() {
  is_initial_ = true;
  step();
  is_initial_ = false;
}

void LRScheduler::step() {
  const Optimizer::Lock alone = optimizer_.lock();
  ++step_count_;
  ++last_epoch_;
  const std::vector<double> rates = get_lr();
  std::vector<ParamGroup>& groups = optimizer_.param_groups();
  check<ValueError>(rates.size() == groups.size(), "lr_scheduler: ", rates.size(), " learning rates for ",
                    groups.size(), " parameter groups; make the scheduler after the last add_param_group");
  for (size_t i = 0; i < groups.size(); ++i) groups[i].options().lr_ = rates[i];
  last_lr_ = rates;
}

std::vector<double> LRScheduler::current_lrs() const { return scaled_lrs(1); }

std::vector<double> LRScheduler::scaled_lrs(double factor) const {
  std::vector<double> rates;
  for (const ParamGroup& group : optimizer_.param_groups()) rates.push_back(group.options().lr_ * factor);
  return rates;
}

LRScheduler::State LRScheduler::state_dict() const {
  const Optimizer::Lock alone = optimizer_.lock();
  return {.last_epoch = last_epoch_,
          .step_count = step_count_,
          .base_lrs = base_lrs_,
          .last_lr = last_lr_,
          .own = own_state(),
          .milestones = own_milestones()};
}

namespace {

constexpr const char* kOwnNames[] = {"step_size", "gamma",   "start_factor", "end_factor", "total_iters",
                                     "T_max",     "eta_min", "factor",       "power"};

/// What a schedule remembers must be there, be of its kind and belong to no other schedule.
void check_own(const std::string& schedule, const OptionDict& own, const OptionDict& saved) {
  for (const auto& [name, value] : own) {
    const OptionValue* given = saved.find(name);
    check<ValueError>(given != nullptr, "lr_scheduler: the loaded state has no ", name, ", so it is not a ", schedule,
                      "'s");
    const auto* whole = std::get_if<int64_t>(given);
    const auto* real = std::get_if<double>(given);
    check<ValueError>(whole || (real && (std::holds_alternative<double>(value) ||
                                         (std::abs(*real) < 0x1p53 && *real == std::floor(*real)))),
                      "lr_scheduler: the loaded state's ", name, " is no ",
                      std::holds_alternative<double>(value) ? "number" : "integer");
    const bool is_period = name == "step_size" || name == "T_max";
    check<ValueError>(!is_period || (whole ? *whole > 0 : *real > 0), "lr_scheduler: the loaded state's ", name,
                      " must be positive, but is ", whole ? static_cast<double>(*whole) : *real);
  }
  for (const char* name : kOwnNames)
    check<ValueError>(own.contains(name) || !saved.contains(name), "lr_scheduler: the loaded state has a ", name,
                      ", so it is not a ", schedule, "'s");
}

}  // namespace

void LRScheduler::load_state_dict(const State& state) {
  const Optimizer::Lock alone = optimizer_.lock();
  check<ValueError>(state.base_lrs.size() == base_lrs_.size(), "lr_scheduler: the loaded state has ",
                    state.base_lrs.size(), " learning rates but the optimizer has ", base_lrs_.size(),
                    " parameter groups");
  check<ValueError>(state.last_lr.size() == base_lrs_.size(), "lr_scheduler: the loaded state has ",
                    state.last_lr.size(), " last rates but the optimizer has ", base_lrs_.size(), " parameter groups");
  check_own(name(), own_state(), state.own);
  check<ValueError>(has_milestones() || state.milestones.empty(),
                    "lr_scheduler: the loaded state has milestones, so it is ", "not a ", name(), "'s");
  load_own_state(state);
  last_epoch_ = state.last_epoch;
  step_count_ = state.step_count;
  base_lrs_ = state.base_lrs;
  last_lr_ = state.last_lr;
}

namespace {

template <class T>
void load(const LRScheduler::State& state, const char* name, T& value) {
  const OptionValue* saved = state.own.find(name);
  if (!saved) return;
  if (const auto* x = std::get_if<double>(saved)) value = static_cast<T>(*x);
  if (const auto* x = std::get_if<int64_t>(saved)) value = static_cast<T>(*x);
}

}  // namespace

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), step_size_(step_size), gamma_(gamma) {
  check<ValueError>(step_size > 0, "StepLR: step_size must be positive, but got ", step_size);
  start();
}

std::vector<double> StepLR::get_lr() const {
  if (last_epoch() == 0 || last_epoch() % step_size_ != 0) return current_lrs();
  return scaled_lrs(gamma_);
}

OptionDict StepLR::own_state() const { return {{"step_size", step_size_}, {"gamma", gamma_}}; }
void StepLR::load_own_state(const State& state) {
  load(state, "step_size", step_size_);
  load(state, "gamma", gamma_);
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, const std::vector<int64_t>& milestones, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), gamma_(gamma) {
  for (int64_t milestone : milestones) ++milestones_[milestone];
  start();
}

std::vector<double> MultiStepLR::get_lr() const {
  auto found = milestones_.find(last_epoch());
  if (found == milestones_.end()) return current_lrs();
  return scaled_lrs(std::pow(gamma_, static_cast<double>(found->second)));
}

OptionDict MultiStepLR::own_state() const { return {{"gamma", gamma_}}; }
std::vector<int64_t> MultiStepLR::own_milestones() const {
  std::vector<int64_t> result;
  for (auto [milestone, count] : milestones_) result.insert(result.end(), static_cast<size_t>(count), milestone);
  return result;
}
void MultiStepLR::load_own_state(const State& state) {
  load(state, "gamma", gamma_);
  milestones_.clear();
  for (int64_t milestone : state.milestones) ++milestones_[milestone];
}

FunctionScheduler::FunctionScheduler(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), lambdas_(std::move(lr_lambdas)) {
  check<ValueError>(lambdas_.size() == base_lrs().size(), "Expected ", base_lrs().size(), " lr_lambdas, but got ",
                    lambdas_.size());
}

LambdaLR::LambdaLR(Optimizer& optimizer, Lambda lr_lambda, int64_t last_epoch)
    : LambdaLR(optimizer, std::vector<Lambda>(optimizer.param_groups().size(), std::move(lr_lambda)), last_epoch) {}

LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch)
    : FunctionScheduler(optimizer, std::move(lr_lambdas), last_epoch) {
  start();
}

std::vector<double> LambdaLR::get_lr() const {
  std::vector<double> rates;
  for (size_t i = 0; i < lambdas().size(); ++i) rates.push_back(base_lrs()[i] * lambdas()[i](last_epoch()));
  return rates;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, Lambda lr_lambda, int64_t last_epoch)
    : MultiplicativeLR(optimizer, std::vector<Lambda>(optimizer.param_groups().size(), std::move(lr_lambda)),
                       last_epoch) {}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, int64_t last_epoch)
    : FunctionScheduler(optimizer, std::move(lr_lambdas), last_epoch) {
  start();
}

std::vector<double> MultiplicativeLR::get_lr() const {
  std::vector<double> rates = current_lrs();
  for (size_t i = 0; !is_initial() && i < std::min(rates.size(), lambdas().size()); ++i)
    rates[i] *= lambdas()[i](last_epoch());
  return rates;
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), factor_(factor), total_iters_(total_iters) {
  check<ValueError>(factor >= 0 && factor <= 1, "Constant multiplicative factor expected to be between 0 and 1.");
  start();
}

std::vector<double> ConstantLR::get_lr() const {
  if (last_epoch() == 0) return scaled_lrs(factor_);
  if (last_epoch() != total_iters_) return current_lrs();
  return factor_ == 0 ? base_lrs() : scaled_lrs(1.0 / factor_);
}

OptionDict ConstantLR::own_state() const { return {{"factor", factor_}, {"total_iters", total_iters_}}; }
void ConstantLR::load_own_state(const State& state) {
  load(state, "factor", factor_);
  load(state, "total_iters", total_iters_);
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), total_iters_(total_iters), power_(power) {
  start();
}

std::vector<double> PolynomialLR::get_lr() const {
  if (is_initial() || last_epoch() > total_iters_) return current_lrs();
  const auto left = [&](int64_t epoch) { return 1.0 - static_cast<double>(epoch) / static_cast<double>(total_iters_); };
  return scaled_lrs(std::pow(left(last_epoch()) / left(last_epoch() - 1), power_));
}

OptionDict PolynomialLR::own_state() const { return {{"total_iters", total_iters_}, {"power", power_}}; }
void PolynomialLR::load_own_state(const State& state) {
  load(state, "total_iters", total_iters_);
  load(state, "power", power_);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters,
                   int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  check<ValueError>(start_factor > 0 && start_factor <= 1,
                    "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
  check<ValueError>(end_factor >= 0 && end_factor <= 1, "Ending multiplicative factor expected to be between 0 and 1.");
  start();
}

std::vector<double> LinearLR::get_lr() const {
  if (last_epoch() == 0) return scaled_lrs(start_factor_);
  if (is_initial() || last_epoch() > total_iters_) return current_lrs();
  const double rise = end_factor_ - start_factor_;
  return scaled_lrs(
      1.0 + rise / (static_cast<double>(total_iters_) * start_factor_ + static_cast<double>(last_epoch() - 1) * rise));
}

OptionDict LinearLR::own_state() const {
  return {{"start_factor", start_factor_}, {"end_factor", end_factor_}, {"total_iters", total_iters_}};
}
void LinearLR::load_own_state(const State& state) {
  load(state, "start_factor", start_factor_);
  load(state, "end_factor", end_factor_);
  load(state, "total_iters", total_iters_);
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), t_max_(T_max), eta_min_(eta_min) {
  check<ValueError>(T_max > 0, "CosineAnnealingLR: T_max must be positive, but got ", T_max);
  start();
}

std::vector<double> CosineAnnealingLR::get_lr() const {
  constexpr double kPi = std::numbers::pi;
  std::vector<double> rates = current_lrs();
  if (is_initial()) return rates;
  rates.resize(std::min(rates.size(), base_lrs().size()));  // step tells of groups that came later
  const auto epoch = static_cast<double>(last_epoch()), period = static_cast<double>(t_max_);
  // The operations stand in PyTorch's order: the rates agree to the last bit.
  for (size_t i = 0; i < rates.size(); ++i) {
    if (step_count() == 1 && last_epoch() > 0)
      rates[i] = eta_min_ + (base_lrs()[i] - eta_min_) * (1 + std::cos(epoch * kPi / period)) / 2;
    else if ((last_epoch() - 1 - t_max_) % (2 * t_max_) == 0)
      rates[i] += (base_lrs()[i] - eta_min_) * (1 - std::cos(kPi / period)) / 2;
    else
      rates[i] =
          (1 + std::cos(kPi * epoch / period)) / (1 + std::cos(kPi * (epoch - 1) / period)) * (rates[i] - eta_min_) +
          eta_min_;
  }
  return rates;
}

OptionDict CosineAnnealingLR::own_state() const { return {{"T_max", t_max_}, {"eta_min", eta_min_}}; }
void CosineAnnealingLR::load_own_state(const State& state) {
  load(state, "T_max", t_max_);
  load(state, "eta_min", eta_min_);
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), gamma_(gamma) {
  start();
}

std::vector<double> ExponentialLR::get_lr() const { return is_initial() ? current_lrs() : scaled_lrs(gamma_); }

OptionDict ExponentialLR::own_state() const { return {{"gamma", gamma_}}; }
void ExponentialLR::load_own_state(const State& state) { load(state, "gamma", gamma_); }

}  // namespace ember::optim::lr_scheduler
