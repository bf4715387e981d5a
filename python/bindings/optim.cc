// Optimizers. Their param_groups and state are dictionaries of ember/optim/live.py, which read and write C++'s by what is bound here.
#include "ember/optim/optim.h"

#include "ember/autograd/grad_mode.h"
#include "python/bindings/bindings.h"
#include "python/bindings/collector.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/param_groups.h"

namespace ember::python {

namespace {

using optim::Optimizer;
using optim::ParamGroup;

void visit(Visitor& visitor, const Optimizer& optimizer) {
  for (const ParamGroup& group : optimizer.param_groups())
    for (const Tensor& x : group.params()) visitor.tensor(x);
}

void add_group(const py::object& object, const py::dict& given) {
  const py::dict group = plain_dict(given);
  auto& self = object.cast<Optimizer&>();
  ParamGroup made = group_of(group, self.defaults());
  const auto lock = lock_of(self);
  py::list extras = group_extras(object);
  self.add_param_group(std::move(made));
  extras.append(extras_of(group, self.defaults()));
}

void step_without_gil(Optimizer& self) {
  const auto lock = lock_of(self);
  const GilRelease gil;
  self.step();
}

py::object step(Optimizer& self, const py::object& closure) {
  if (closure.is_none()) {
    step_without_gil(self);
    return py::none();
  }
  py::object loss;
  {
    const EnableGradGuard grad;
    loss = closure();
  }
  step_without_gil(self);
  return loss;
}

/// What live.py makes dictionaries of.
void bind_live_parts(py::class_<Optimizer>& c) {
  c.def("_group_extras_list", &group_extras);
  c.def("_state_extras_dict", &state_extras);
  c.def("_group_count", [](const Optimizer& self) {
    const auto lock = lock_of(self);
    return self.param_groups().size();
  });
  c.def("_options", &options_of, py::arg("group"));
  c.def(
      "_set_option",
      [](Optimizer& self, size_t group, const std::string& name, const py::object& value) {
        const auto lock = lock_of(self);
        auto& options = self.param_groups().at(group).options();
        if (!options.has(name)) return false;
        set_option(options, name, value);
        return true;
      },
      py::arg("group"), py::arg("name"), py::arg("value"));
  c.def(
      "_params",
      [](const Optimizer& self, size_t group) {
        const auto lock = lock_of(self);
        return parameter_list(self.param_groups().at(group).params());
      },
      py::arg("group"));
  c.def(
      "_set_params",
      [](Optimizer& self, size_t group, const py::object& params) {
        std::vector<Tensor> tensors = parameters_of(params);
        for (const Tensor& x : tensors) check<ValueError>(x.is_leaf(), "can't optimize a non-leaf Tensor");
        const auto lock = lock_of(self);
        self.param_groups().at(group).set_params(std::move(tensors));
      },
      py::arg("group"), py::arg("params"));
  c.def("_all_params", [](const Optimizer& self) { return parameter_list(all_parameters(self)); });
  c.def(
      "_state_of",
      [](const Optimizer& self, const Tensor& parameter) {
        const auto lock = lock_of(self);
        return to_dict(self.state(parameter));
      },
      py::arg("param"));
  c.def(
      "_set_state",
      [](Optimizer& self, const Tensor& parameter, const std::string& name, const py::object& value) {
        Tensor x;
        if (!value.is_none() && !convert(value.ptr(), x)) return false;
        const auto lock = lock_of(self);
        return self.set_state(parameter, name, x);
      },
      py::arg("param"), py::arg("name"), py::arg("value"));
}

constexpr py::detail::is_new_style_constructor kOwnInit;

/// Constructs the C++ optimizer in a Python object, whose groups may hold more than C++ knows.
template <class O, class Options>
void construct(py::detail::value_and_holder& self, const py::object& params, const Options& options) {
  check<TypeError>(!is_tensor(params.ptr()), "an optimizer takes an iterable of tensors or dicts, not a tensor");
  py::list list, extras;
  for (py::handle item : params) {
    const bool is_group = py::isinstance<py::dict>(item);
    list.append(is_group ? py::object(plain_dict(item)) : py::reinterpret_borrow<py::object>(item));
    if (is_group) extras.append(extras_of(plain_dict(item), options));
  }
  self.value_ptr() = new O(groups_of(list, options), options);
  const auto object = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(self.inst));
  object.attr("__dict__")[kGroupExtras] = extras;
}

void bind_sgd(py::module_& m) {
  const optim::SGDOptions own;
  py::class_<optim::SGD, Optimizer>(m, "SGD", "Stochastic gradient descent with momentum.")
      .def(
          "__init__",
          [](py::detail::value_and_holder& self, const py::object& params, double lr, double momentum, double dampening,
             double weight_decay, bool nesterov, bool maximize) {
            const auto options = optim::SGDOptions(lr)
                                     .momentum(momentum)
                                     .dampening(dampening)
                                     .weight_decay(weight_decay)
                                     .nesterov(nesterov)
                                     .maximize(maximize);
            construct<optim::SGD>(self, params, options);
          },
          kOwnInit, py::arg("params"), py::arg("lr") = own.lr_, py::arg("momentum") = own.momentum_,
          py::arg("dampening") = own.dampening_, py::arg("weight_decay") = own.weight_decay_,
          py::arg("nesterov") = own.nesterov_, py::kw_only(), py::arg("maximize") = own.maximize_);
}

/// The arguments that Adam and AdamW share, with the defaults that their options have.
template <class Class, class F, class... More>
void define_adam(Class adam, F init, const optim::AdamOptions& own, const More&... more) {
  adam.def("__init__", init, kOwnInit, py::arg("params"), py::arg("lr") = own.lr_, py::arg("betas") = own.betas_,
           py::arg("eps") = own.eps_, py::arg("weight_decay") = own.weight_decay_, py::arg("amsgrad") = own.amsgrad_,
           py::kw_only(), py::arg("maximize") = own.maximize_, more...);
}

void bind_adam(py::module_& m) {
  using Betas = std::pair<double, double>;
  const auto filled = [](auto options, double lr, Betas betas, double eps, double weight_decay, bool amsgrad,
                         bool maximize) {
    options.lr(lr).betas(betas).eps(eps).weight_decay(weight_decay).amsgrad(amsgrad).maximize(maximize);
    return options;
  };
  const optim::AdamOptions own;
  define_adam(
      py::class_<optim::Adam, Optimizer>(m, "Adam", "Kingma and Ba, 2014."),
      [filled](py::detail::value_and_holder& self, const py::object& params, double lr, Betas betas, double eps,
               double weight_decay, bool amsgrad, bool maximize, bool decoupled) {
        auto options = filled(optim::AdamOptions(), lr, betas, eps, weight_decay, amsgrad, maximize);
        options.decoupled_weight_decay(decoupled);
        construct<optim::Adam>(self, params, options);
      },
      own, py::arg("decoupled_weight_decay") = own.decoupled_weight_decay_);
  define_adam(
      py::class_<optim::AdamW, optim::Adam>(m, "AdamW", "Adam that decays the weights beside the gradient."),
      [filled](py::detail::value_and_holder& self, const py::object& params, double lr, Betas betas, double eps,
               double weight_decay, bool amsgrad, bool maximize) {
        construct<optim::AdamW>(self, params,
                                filled(optim::AdamWOptions(), lr, betas, eps, weight_decay, amsgrad, maximize));
      },
      optim::AdamWOptions());
}

}  // namespace

void bind_optim(py::module_& m) {
  py::class_<Optimizer> c(m, "Optimizer", py::dynamic_attr(), Collected<Optimizer, visit>::setup(),
                          "Updates parameters by their gradients.");
  c.def("step", &step, py::arg("closure") = py::none(),
        "Updates every parameter that has a gradient; a closure computes the loss first.");
  c.def(
      "zero_grad",
      [](Optimizer& self, bool set_to_none) {
        const auto lock = lock_of(self);
        self.zero_grad(set_to_none);
      },
      py::arg("set_to_none") = true, "Forgets the gradients.");
  c.def_property_readonly("defaults", [](const Optimizer& self) { return to_dict(self.defaults().to_dict()); });
  c.def("add_param_group", &add_group, py::arg("param_group"));
  c.def("state_dict", &optimizer_state, "The state by parameter number, and the groups' options.");
  c.def("load_state_dict", &load_optimizer_state, py::arg("state_dict"));
  c.def("__repr__", [](const Optimizer& self) {
    const auto lock = lock_of(self);
    return self.repr();
  });
  bind_live_parts(c);
  bind_optimizer_copies(m, c);

  bind_sgd(m);
  bind_adam(m);
  Collected<Optimizer, visit>::put_into(m);
}

}  // namespace ember::python
