#include "python/bindings/grad_fn.h"

#include "ember/autograd/meta.h"
#include "ember/ops/creation/format.h"
#include "python/bindings/casters.h"
#include "python/bindings/collector.h"

namespace ember::python {

namespace {

/// A node of the tape in Python's hands.
struct GradFn {
  IntrusivePtr<autograd::Node> node;
};
/// Where a gradient ends: a leaf's .grad.
struct AccumulateGrad {
  Tensor variable;
};

void visit(Visitor& visitor, const GradFn& self) { visitor.node(self.node.get()); }
void visit(Visitor& visitor, const AccumulateGrad& self) { visitor.tensor(self.variable); }

std::vector<std::pair<py::object, uint32_t>> next_functions(const GradFn& self) {
  std::vector<std::pair<py::object, uint32_t>> result;
  for (const autograd::Edge& edge : self.node->edges()) {
    py::object next = py::none();
    if (edge.node) next = py::cast(GradFn{edge.node});
    if (edge.leaf.defined()) next = py::cast(AccumulateGrad{edge.leaf});
    result.emplace_back(std::move(next), edge.output);
  }
  return result;
}

}  // namespace

PyObject* grad_fn_object(const Tensor& x) {
  auto node = autograd::grad_fn(x);
  if (!node) Py_RETURN_NONE;
  return py::cast(GradFn{std::move(node)}).release().ptr();
}

void bind_grad_fn(PyObject* module) {
  auto m = py::reinterpret_borrow<py::module_>(module);
  py::class_<GradFn>(m, "Node", Collected<GradFn, visit>::setup(), "A recorded op.")
      .def("name", [](const GradFn& self) { return backward_name(self.node->name()); })
      .def_property_readonly(
          "next_functions", [](const GradFn& self) { return py::tuple(py::cast(next_functions(self))); },
          "Where this node's gradients go: (node, output) for each input.")
      .def("__repr__", [](const GradFn& self) { return "<" + backward_name(self.node->name()) + ">"; })
      .def("__eq__", [](const GradFn& a, const GradFn& b) { return a.node == b.node; })
      .def("__hash__", [](const GradFn& self) { return reinterpret_cast<intptr_t>(self.node.get()); });
  py::class_<AccumulateGrad>(m, "AccumulateGrad", Collected<AccumulateGrad, visit>::setup(),
                             "The end of the tape at a leaf.")
      .def("name", [](const AccumulateGrad&) { return "AccumulateGrad"; })
      .def_readonly("variable", &AccumulateGrad::variable)
      .def_property_readonly("next_functions", [](const AccumulateGrad&) { return py::tuple(); })
      .def("__repr__", [](const AccumulateGrad&) { return "<AccumulateGrad>"; });
}

}  // namespace ember::python
