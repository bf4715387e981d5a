// Learning-rate schedules.
#include "ember/optim/lr_scheduler.h"

#include "python/bindings/bindings.h"
#include "python/bindings/bound_class.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"
#include "python/bindings/lone_thread.h"

namespace ember::python {

namespace {

using namespace optim::lr_scheduler;
using optim::Optimizer;

LRScheduler::State state_of(const LRScheduler& self) {
  const auto lock = lock_of(self.optimizer());
  return self.state_dict();
}

py::dict state_dict(const LRScheduler& self) {
  const LRScheduler::State state = state_of(self);
  py::dict dict;
  dict["last_epoch"] = state.last_epoch;
  dict["_step_count"] = state.step_count;
  dict["base_lrs"] = state.base_lrs;
  dict["_last_lr"] = state.last_lr;
  for (const auto& [name, value] : state.own) dict[py::str(name)] = py::cast(value);
  if (!state.milestones.empty()) dict["milestones"] = state.milestones;
  return dict;
}

/// A list, or PyTorch's Counter.
std::vector<int64_t> milestones_of(py::handle value) {
  return (py::hasattr(value, "elements") ? py::list(value.attr("elements")())
                                         : py::list(py::reinterpret_borrow<py::object>(value)))
      .cast<std::vector<int64_t>>();
}

/// False for a value of another type. What PyTorch's states have beside a schedule's own says nothing here.
bool set_entry(LRScheduler::State& state, const std::string& name, py::handle value) {
  try {
    if (name == "last_epoch")
      state.last_epoch = value.cast<int64_t>();
    else if (name == "_step_count")
      state.step_count = value.cast<int64_t>();
    else if (name == "base_lrs")
      state.base_lrs = value.cast<std::vector<double>>();
    else if (name == "_last_lr")
      state.last_lr = value.cast<std::vector<double>>();
    else if (name == "milestones")
      state.milestones = milestones_of(value);
    else if (py::detail::make_caster<optim::OptionValue> option; option.load(value, true))
      state.own.insert(name, py::detail::cast_op<optim::OptionValue>(option));
    return true;
  } catch (const py::cast_error&) {
    return false;
  }
}

void load_state_dict(LRScheduler& self, const py::dict& dict) {
  LRScheduler::State state = state_of(self);
  state.own = {};
  state.milestones.clear();
  for (auto [key, value] : dict) {
    const auto name = py::str(key).cast<std::string>();
    if (!set_entry(state, name, value))
      fail<TypeError>("lr_scheduler: the loaded state's '", name, "' is a ", type_name(value.ptr()));
  }
  const auto lock = lock_of(self.optimizer());
  self.load_state_dict(state);
}

void visit(Visitor& visitor, const LRScheduler& self) {
  if (const auto* scheduler = dynamic_cast<const FunctionScheduler*>(&self))
    for (const auto& lambda : scheduler->lambdas()) visitor.function(lambda);
}

FunctionScheduler::Lambda to_lambda(py::object function) {
  return PythonFunction<double(int64_t)>(std::move(function));
}

/// LambdaLR or MultiplicativeLR.
template <class S>
void make_of_functions(py::detail::value_and_holder& self, Optimizer& optimizer, const py::object& lambdas,
                       int64_t last_epoch) {
  py::list functions;
  if (py::isinstance<py::list>(lambdas) || py::isinstance<py::tuple>(lambdas)) {
    functions.attr("extend")(lambdas);
  } else {
    const auto lock = lock_of(optimizer);
    for (size_t i = 0; i < optimizer.param_groups().size(); ++i) functions.append(lambdas);
  }
  std::vector<FunctionScheduler::Lambda> list;
  for (py::handle lambda : functions) list.push_back(to_lambda(py::reinterpret_borrow<py::object>(lambda)));
  const auto lock = lock_of(optimizer);
  self.value_ptr() = new S(optimizer, std::move(list), last_epoch);
  py::handle(reinterpret_cast<PyObject*>(self.inst)).attr("lr_lambdas") = functions;
}

/// A constructor, which needs the optimizer's lock.
template <class S, class... Args>
auto make() {
  return py::init([](Optimizer& optimizer, Args... args) {
    const auto lock = lock_of(optimizer);
    return std::make_unique<S>(optimizer, args...);
  });
}

/// (rebuild, (class, optimizer, arguments), state and attributes).
py::tuple reduce(const py::object& object) {
  const auto& self = object.cast<const LRScheduler&>();
  const LRScheduler::State state = state_of(self);
  const py::dict attributes = object.attr("__dict__");
  py::dict arguments;
  for (const auto& [name, value] : state.own) arguments[py::str(name)] = py::cast(value);
  if (dynamic_cast<const MultiStepLR*>(&self)) arguments["milestones"] = state.milestones;
  if (attributes.contains("lr_lambdas")) arguments["lr_lambda"] = attributes["lr_lambdas"];
  const py::object rebuild = py::module_::import("ember.optim").attr("_rebuild_scheduler");
  const auto optimizer = py::cast(self.optimizer(), py::return_value_policy::reference);
  return py::make_tuple(rebuild, py::make_tuple(py::type::of(object), optimizer, arguments),
                        py::make_tuple(state_dict(self), attributes));
}

void set_state(const py::object& object, const py::tuple& state) {
  load_state_dict(object.cast<LRScheduler&>(), state[0]);
  object.attr("__dict__").attr("update")(state[1]);
}

/// Without the __init__ of a subclass, whose arguments nobody knows; the rates of the optimizer stay what they are.
py::object rebuild(const py::object& type, const py::object& optimizer, const py::dict& arguments) {
  const py::object self = type.attr("__new__")(type);
  const auto lock = lock_of(optimizer.cast<Optimizer&>());
  auto& groups = optimizer.cast<Optimizer&>().param_groups();
  std::vector<std::pair<double, std::optional<double>>> rates;
  for (const auto& group : groups) rates.emplace_back(group.options().lr_, group.options().initial_lr_);
  nearest_bound_class(type).attr("__init__")(self, optimizer, **arguments);
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].options().lr_ = rates[i].first;
    groups[i].options().initial_lr_ = rates[i].second;
  }
  return self;
}

}  // namespace

void bind_lr_scheduler(py::module_& m) {
  const auto optimizer = py::arg("optimizer");
  const auto last_epoch = py::arg("last_epoch") = -1;
  // The optimizer, which a schedule refers to, lives as long as the schedule.
  const auto keep_optimizer = py::keep_alive<1, 2>();

  py::class_<LRScheduler> c(m, "LRScheduler", py::dynamic_attr(), Collected<LRScheduler, visit>::setup(),
                            "Sets the rate of each parameter group, once when made and at each step().");
  c.def(
       "step",
       [](LRScheduler& self) {
         const auto lock = lock_of(self.optimizer());
         self.step();
       },
       "The next epoch's rates; after the optimizer's step.")
      .def(
          "get_last_lr", [](const LRScheduler& self) { return state_of(self).last_lr; }, "The rates last set.")
      .def_property_readonly("last_epoch", &LRScheduler::last_epoch)
      .def_property_readonly("base_lrs", [](const LRScheduler& self) { return state_of(self).base_lrs; })
      .def_property_readonly("optimizer", &LRScheduler::optimizer, py::return_value_policy::reference)
      .def("state_dict", &state_dict)
      .def("load_state_dict", &load_state_dict, py::arg("state_dict"))
      .def("__reduce__", &reduce)
      .def(
          "__reduce_ex__", [](const py::object& self, int) { return reduce(self); }, py::arg("protocol"));
  // Not by def: pybind11 takes a function of this name for a constructor.
  py::setattr(c, "__setstate__", py::cpp_function(&set_state, py::name("_set_object_state"), py::is_method(c)));
  py::module_(py::module_::import("ember._C.optim")).def("_rebuild_scheduler", &rebuild);
  py::class_<StepLR, LRScheduler>(m, "StepLR", "Multiplies the rate by gamma every step_size epochs.")
      .def(make<StepLR, int64_t, double, int64_t>(), optimizer, py::arg("step_size"), py::arg("gamma") = 0.1,
           last_epoch, keep_optimizer);
  py::class_<MultiStepLR, LRScheduler>(m, "MultiStepLR", "Multiplies the rate by gamma at each milestone.")
      .def(make<MultiStepLR, const std::vector<int64_t>&, double, int64_t>(), optimizer, py::arg("milestones"),
           py::arg("gamma") = 0.1, last_epoch, keep_optimizer);
  py::class_<LambdaLR, LRScheduler>(m, "LambdaLR", "The initial rate times a function of the epoch.")
      .def("__init__", &make_of_functions<LambdaLR>, py::detail::is_new_style_constructor(), optimizer,
           py::arg("lr_lambda"), last_epoch, keep_optimizer);
  py::class_<MultiplicativeLR, LRScheduler>(m, "MultiplicativeLR", "Multiplies the rate by a function of the epoch.")
      .def("__init__", &make_of_functions<MultiplicativeLR>, py::detail::is_new_style_constructor(), optimizer,
           py::arg("lr_lambda"), last_epoch, keep_optimizer);
  py::class_<ConstantLR, LRScheduler>(m, "ConstantLR", "factor times the rate for the first total_iters epochs.")
      .def(make<ConstantLR, double, int64_t, int64_t>(), optimizer, py::arg("factor") = 1.0 / 3,
           py::arg("total_iters") = 5, last_epoch, keep_optimizer);
  py::class_<PolynomialLR, LRScheduler>(m, "PolynomialLR", "The rate times (1 - epoch / total_iters)^power.")
      .def(make<PolynomialLR, int64_t, double, int64_t>(), optimizer, py::arg("total_iters") = 5,
           py::arg("power") = 1.0, last_epoch, keep_optimizer);
  py::class_<LinearLR, LRScheduler>(m, "LinearLR", "From start_factor to end_factor of the rate in equal steps.")
      .def(make<LinearLR, double, double, int64_t, int64_t>(), optimizer, py::arg("start_factor") = 1.0 / 3,
           py::arg("end_factor") = 1.0, py::arg("total_iters") = 5, last_epoch, keep_optimizer);
  py::class_<CosineAnnealingLR, LRScheduler>(m, "CosineAnnealingLR", "Half a cosine from the rate to eta_min.")
      .def(make<CosineAnnealingLR, int64_t, double, int64_t>(), optimizer, py::arg("T_max"), py::arg("eta_min") = 0.0,
           last_epoch, keep_optimizer);
  py::class_<ExponentialLR, LRScheduler>(m, "ExponentialLR", "Multiplies the rate by gamma every epoch.")
      .def(make<ExponentialLR, double, int64_t>(), optimizer, py::arg("gamma"), last_epoch, keep_optimizer);
  Collected<LRScheduler, visit>::put_into(m);
}

}  // namespace ember::python
