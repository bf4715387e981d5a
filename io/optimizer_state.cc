#include "io/optimizer_state.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace ember::io {

namespace {

using Json = nlohmann::ordered_json;
using optim::OptionDict;
using optim::OptionValue;

Json to_json(const OptionDict& options) {
  Json result = Json::object();
  for (const auto& [name, value] : options) {
    Json& field = result[name];
    std::visit(
        [&]<class T>(const T& v) {
          if constexpr (!std::is_same_v<T, std::monostate>) field = v;
        },
        value);
  }
  return result;
}

OptionValue option_value(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return std::monostate();
    case Json::value_t::boolean:
      return value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return value.get<int64_t>();
    case Json::value_t::number_float:
      return value.get<double>();
    default:
      return value.get<std::pair<double, double>>();
  }
}

OptionDict option_dict(const Json& object) {
  OptionDict options;
  for (const auto& [name, value] : object.items()) options.insert(name, option_value(value));
  return options;
}

/// Runs `read`; what JSON it does not find as it should be becomes an IoError.
template <class F>
auto reading(const std::string& path, const char* what, F read) {
  try {
    return read();
  } catch (const Json::exception& error) {
    fail<IoError>(path, ": its ", what, " cannot be read: ", error.what());
  }
}

}  // namespace

void append_tensors(const optim::OptimizerState& state, const std::string& prefix, TensorDict& tensors) {
  for (const auto& [index, values] : state.state)
    for (const auto& [name, x] : values) tensors.insert(concat(prefix, index, ".", name), x);
}

std::string groups_to_json(const optim::OptimizerState& state) {
  Json groups = Json::array();
  for (const auto& group : state.param_groups) {
    Json entry = to_json(group.options);
    entry["params"] = group.params;
    groups.push_back(std::move(entry));
  }
  return groups.dump();
}

optim::OptimizerState read_optimizer_state(const TensorDict& tensors, const std::string& prefix,
                                           const std::string& groups_json, const std::string& path) {
  optim::OptimizerState state;
  reading(path, "optimizer groups", [&] {
    for (Json group : Json::parse(groups_json)) {
      auto params = group.at("params").get<std::vector<int64_t>>();
      group.erase("params");
      state.param_groups.push_back({option_dict(group), std::move(params)});
    }
  });
  for (const auto& [name, x] : tensors) {
    if (!name.starts_with(prefix)) continue;
    const char *first = name.data() + prefix.size(), *last = name.data() + name.size();
    int64_t index = -1;
    const char* dot = std::from_chars(first, last, index).ptr;
    check<IoError>(index >= 0 && dot != last && *dot == '.', path, ": '", name,
                   "' does not name an optimizer's tensor as <index>.<name>");
    state.state[index].insert(std::string(dot + 1, last), x);
  }
  return state;
}

std::string scheduler_to_json(const optim::lr_scheduler::LRScheduler::State& state) {
  const Json json = {{"last_epoch", state.last_epoch},
                     {"base_lrs", state.base_lrs},
                     {"_last_lr", state.last_lr},
                     {"own", to_json(state.own)},
                     {"milestones", state.milestones}};
  return json.dump();
}

optim::lr_scheduler::LRScheduler::State read_scheduler_state(const std::string& json, const std::string& path) {
  return reading(path, "scheduler", [&] {
    const Json value = Json::parse(json);
    optim::lr_scheduler::LRScheduler::State state;
    state.last_epoch = value.at("last_epoch").get<int64_t>();
    state.base_lrs = value.at("base_lrs").get<std::vector<double>>();
    state.last_lr = value.at("_last_lr").get<std::vector<double>>();
    state.own = option_dict(value.at("own"));
    state.milestones = value.at("milestones").get<std::vector<int64_t>>();
    return state;
  });
}

}  // namespace ember::io
