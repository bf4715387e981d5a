#include "ember/io/optimizer_value.h"

namespace ember::io {

namespace {

using optim::OptionValue;

constexpr const char *kState = "state", *kGroups = "param_groups", *kParams = "params";

Value value_of(const OptionValue& option) {
  return std::visit(
      []<class T>(const T& v) -> Value {
        if constexpr (std::is_same_v<T, std::monostate>)
          return {};
        else if constexpr (std::is_same_v<T, std::pair<double, double>>)
          return Value::tuple({v.first, v.second});
        else
          return v;
      },
      option);
}

OptionValue option_of(const Value& value) {
  if (value.is_none()) return {};
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* whole = value.get_if<int64_t>()) return *whole;
  if (value.is_tensor()) return value.tensor().item<double>();  // a rate that is a tensor
  if (!value.part<Sequence>()) return value.number();
  check<TypeError>(value.size() == 2, "expected a pair of numbers but found ", value.describe());
  return std::pair(value[0].number(), value[1].number());
}

}  // namespace

Value optimizer_value(const optim::OptimizerState& state) {
  Entries params;
  for (const auto& [index, tensors] : state.state) {
    Entries entries;
    for (const auto& [name, x] : tensors) entries.emplace_back(name, x);
    params.emplace_back(index, Value::dict(std::move(entries)));
  }
  Values groups;
  for (const auto& group : state.param_groups) {
    Entries entries;
    for (const auto& [name, option] : group.options) entries.emplace_back(name, value_of(option));
    entries.emplace_back(kParams, Value::list({group.params.begin(), group.params.end()}));
    groups.push_back(Value::dict(std::move(entries)));
  }
  return Value::dict({{kState, Value::dict(std::move(params))}, {kGroups, Value::list(std::move(groups))}});
}

optim::OptimizerState read_optimizer_value(const Value& value) {
  optim::OptimizerState state;
  for (const auto& [index, tensors] : value[kState].entries()) state.state[index.integer()] = tensors.tensors();
  for (const Value& group : value[kGroups].items()) {
    auto& added = state.param_groups.emplace_back();
    for (const auto& [name, option] : group.entries())
      if (name.string() != kParams) added.options.insert(name.string(), option_of(option));
    for (const Value& index : group[kParams].items()) added.params.push_back(index.integer());
  }
  return state;
}

}  // namespace ember::io
