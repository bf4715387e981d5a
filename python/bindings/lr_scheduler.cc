// Learning-rate schedules.
#include "optim/lr_scheduler.h"

#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"

namespace ember::python {

namespace {

using namespace optim::lr_scheduler;
using optim::Optimizer;

py::dict state_dict(const LRScheduler& self) {
  const LRScheduler::State state = self.state_dict();
  py::dict dict;
  dict["last_epoch"] = state.last_epoch;
  dict["base_lrs"] = state.base_lrs;
  dict["_last_lr"] = state.last_lr;
  for (const auto& [name, value] : state.own) dict[py::str(name)] = py::cast(value);
  if (!state.milestones.empty()) dict["milestones"] = state.milestones;
  return dict;
}

void load_state_dict(LRScheduler& self, const py::dict& dict) {
  LRScheduler::State state = self.state_dict();
  for (auto [key, value] : dict) {
    const auto name = key.cast<std::string>();
    if (name == "last_epoch")
      state.last_epoch = value.cast<int64_t>();
    else if (name == "base_lrs")
      state.base_lrs = value.cast<std::vector<double>>();
    else if (name == "_last_lr")
      state.last_lr = value.cast<std::vector<double>>();
    else if (name == "milestones")
      state.milestones = value.cast<std::vector<int64_t>>();
    else
      state.own.insert(name, value.cast<optim::OptionValue>());
  }
  self.load_state_dict(state);
}

void visit(Visitor& visitor, const LRScheduler& self) {
  if (const auto* scheduler = dynamic_cast<const LambdaLR*>(&self))
    for (const auto& lambda : scheduler->lambdas()) visitor.function(lambda);
}
void clear(LRScheduler& self) {
  if (auto* scheduler = dynamic_cast<LambdaLR*>(&self)) {
    const auto lambdas = scheduler->lambdas();
    for (auto& lambda : scheduler->lambdas()) lambda = [](int64_t) { return 1.0; };
  }
}

LambdaLR::Lambda to_lambda(py::object function) { return PythonFunction<double(int64_t)>(std::move(function)); }

LambdaLR* make_lambda_lr(Optimizer& optimizer, const py::object& lambdas, int64_t last_epoch) {
  if (!py::isinstance<py::list>(lambdas) && !py::isinstance<py::tuple>(lambdas))
    return new LambdaLR(optimizer, to_lambda(lambdas), last_epoch);
  std::vector<LambdaLR::Lambda> list;
  for (py::handle lambda : lambdas) list.push_back(to_lambda(py::reinterpret_borrow<py::object>(lambda)));
  return new LambdaLR(optimizer, std::move(list), last_epoch);
}

}  // namespace

void bind_lr_scheduler(py::module_& m) {
  const auto optimizer = py::arg("optimizer");
  const auto last_epoch = py::arg("last_epoch") = -1;
  // The optimizer, which a schedule refers to, lives as long as the schedule.
  const auto keep_optimizer = py::keep_alive<1, 2>();

  py::class_<LRScheduler>(m, "LRScheduler", Collected<LRScheduler, visit, clear>::setup(),
                          "Sets the rate of each parameter group, once when made and at each step().")
      .def("step", &LRScheduler::step, "The next epoch's rates; after the optimizer's step.")
      .def("get_last_lr", &LRScheduler::get_last_lr, "The rates last set.")
      .def_property_readonly("last_epoch", &LRScheduler::last_epoch)
      .def_property_readonly("base_lrs", &LRScheduler::base_lrs)
      .def_property_readonly("optimizer", &LRScheduler::optimizer, py::return_value_policy::reference)
      .def("state_dict", &state_dict)
      .def("load_state_dict", &load_state_dict, py::arg("state_dict"));
  py::class_<StepLR, LRScheduler>(m, "StepLR", "Multiplies the rate by gamma every step_size epochs.")
      .def(py::init<Optimizer&, int64_t, double, int64_t>(), optimizer, py::arg("step_size"), py::arg("gamma") = 0.1,
           last_epoch, keep_optimizer);
  py::class_<MultiStepLR, LRScheduler>(m, "MultiStepLR", "Multiplies the rate by gamma at each milestone.")
      .def(py::init<Optimizer&, const std::vector<int64_t>&, double, int64_t>(), optimizer, py::arg("milestones"),
           py::arg("gamma") = 0.1, last_epoch, keep_optimizer);
  py::class_<LambdaLR, LRScheduler>(m, "LambdaLR", "The initial rate times a function of the epoch.")
      .def(py::init(&make_lambda_lr), optimizer, py::arg("lr_lambda"), last_epoch, keep_optimizer);
  py::class_<LinearLR, LRScheduler>(m, "LinearLR", "From start_factor to end_factor of the rate in equal steps.")
      .def(py::init<Optimizer&, double, double, int64_t, int64_t>(), optimizer, py::arg("start_factor") = 1.0 / 3,
           py::arg("end_factor") = 1.0, py::arg("total_iters") = 5, last_epoch, keep_optimizer);
  py::class_<CosineAnnealingLR, LRScheduler>(m, "CosineAnnealingLR", "Half a cosine from the rate to eta_min.")
      .def(py::init<Optimizer&, int64_t, double, int64_t>(), optimizer, py::arg("T_max"), py::arg("eta_min") = 0.0,
           last_epoch, keep_optimizer);
  py::class_<ExponentialLR, LRScheduler>(m, "ExponentialLR", "Multiplies the rate by gamma every epoch.")
      .def(py::init<Optimizer&, double, int64_t>(), optimizer, py::arg("gamma"), last_epoch, keep_optimizer);
  Collected<LRScheduler, visit, clear>::put_into(m);
}

}  // namespace ember::python
