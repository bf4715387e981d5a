#include "ember/nn/lazy.h"

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/creation.h"

namespace ember::nn {
namespace {

/// Calls visit(name, tensor) for what a layer itself has that has a shape by its features.
template <class Entries, class Visit>
void for_each_floating(Entries& entries, const Visit& visit) {
  for (auto& [name, x] : entries)
    if (x.defined() && x.is_floating_point()) visit(name, x);
}

void take_shapes_of(const OrderedDict<Tensor>& waiting, const OrderedDict<Tensor>& made) {
  for_each_floating(waiting, [&](const std::string& name, const Tensor& x) {
    if (!is_lazy(x)) return;
    materialize(x, made[name].sizes());
    Tensor(x).copy_(made[name]);
  });
}

}  // namespace

Tensor uninitialized(const TensorOptions& options) {
  // By a stride that no other tensor without elements has.
  return empty({0}, options).as_strided({0}, {0});
}

bool is_lazy(const Tensor& x) { return x.defined() && x.sizes() == Shape{0} && x.strides() == Shape{0}; }

void materialize(const Tensor& x, const Shape& sizes) {
  check(is_lazy(x), "materialize: the tensor already has a shape, ", x.defined() ? x.sizes() : Shape());
  const Tensor data = empty(sizes, x.options().requires_grad(false));
  TensorImpl& impl = *x.impl();
  impl.storage = data.storage();
  impl.set_geometry(data.sizes(), data.strides(), data.storage_offset());
}

void detail::forget_shapes(Module& layer) {
  for_each_floating(layer.own_parameters(), [](const std::string&, Tensor& x) {
    const bool requires_grad = x.requires_grad();
    x = uninitialized(x.options().requires_grad(false));
    x.requires_grad_(requires_grad);
  });
  for_each_floating(layer.own_buffers(), [](const std::string&, Tensor& x) { x = uninitialized(x.options()); });
}

bool detail::has_uninitialized_params(const Module& layer) {
  for (const auto* entries : {&layer.own_parameters(), &layer.own_buffers()})
    for (const auto& [name, x] : *entries)
      if (is_lazy(x)) return true;
  return false;
}

void detail::take_shapes(Module& layer, const Module& made) {
  NoGradGuard no_grad;
  take_shapes_of(layer.own_parameters(), made.own_parameters());
  take_shapes_of(layer.own_buffers(), made.own_buffers());
}

int64_t& detail::features_of(const OptionFields& fields) {
  for (const OptionField& field : fields)
    for (const std::string_view name : {"in_features", "in_channels", "num_features"})
      if (field.name == name) return **std::get_if<int64_t*>(&field.place);
  fail<TypeError>("lazy: the layer has no in_features, in_channels or num_features that an input could tell");
}

int64_t detail::count_features(const Module& layer, const OptionFields& fields, const Tensor& input) {
  for (const OptionField& field : fields) {
    if (std::string_view(field.name) == "in_features") return input.size(-1);
    const auto* window = std::get_if<Shape*>(&field.place);
    if (!window || std::string_view(field.name) != "kernel_size") continue;
    const auto spatial = static_cast<int64_t>((*window)->size());
    check(input.dim() == spatial + 1 || input.dim() == spatial + 2, layer.name(), ": expected ", spatial + 1, "D or ",
          spatial + 2, "D input, but got one of shape ", input.sizes());
    return input.size(input.dim() == spatial + 1 ? 0 : 1);
  }
  check<ValueError>(input.dim() >= 2, layer.name(), ": expected at least 2D input (got ", input.dim(), "D input)");
  return input.size(1);
}

}  // namespace ember::nn
