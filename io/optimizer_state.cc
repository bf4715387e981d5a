#include "io/optimizer_state.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace ember::io {

namespace {

using Json = nlohmann::ordered_json;
using optim::OptionDict;
using optim::OptionValue;

/// JSON has no nan and inf, so they are texts.
Json to_json(double value) { return std::isfinite(value) ? Json(value) : Json(concat(value)); }

Json to_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (double value : values) list.push_back(to_json(value));
  return list;
}

double read_double(const Json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || std::isfinite(number))
    fail("'", text, "' is neither nan nor inf");
  return number;
}

std::vector<double> read_doubles(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list) values.push_back(read_double(value));
  return values;
}

Json to_json(const OptionDict& options) {
  Json result = Json::object();
  for (const auto& [name, value] : options) {
    Json& field = result[name];
    std::visit(
        [&]<class T>(const T& v) {
          if constexpr (std::is_same_v<T, double>)
            field = to_json(v);
          else if constexpr (std::is_same_v<T, std::pair<double, double>>)
            field = {to_json(v.first), to_json(v.second)};
          else if constexpr (!std::is_same_v<T, std::monostate>)
            field = v;
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
    case Json::value_t::string:
      return read_double(value);
    default:
      return std::pair(read_double(value.at(0)), read_double(value.at(1)));
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
  } catch (const IoError&) {
    throw;
  } catch (const std::exception& error) {
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
  const Json json = {{"last_epoch", state.last_epoch},      {"_step_count", state.step_count},
                     {"base_lrs", to_json(state.base_lrs)}, {"_last_lr", to_json(state.last_lr)},
                     {"own", to_json(state.own)},           {"milestones", state.milestones}};
  return json.dump();
}

optim::lr_scheduler::LRScheduler::State read_scheduler_state(const std::string& json, const std::string& path) {
  return reading(path, "scheduler", [&] {
    const Json value = Json::parse(json);
    optim::lr_scheduler::LRScheduler::State state;
    state.last_epoch = value.at("last_epoch").get<int64_t>();
    state.step_count = value.value("_step_count", state.last_epoch + 1);  // which the first files lack
    state.base_lrs = read_doubles(value.at("base_lrs"));
    state.last_lr = read_doubles(value.at("_last_lr"));
    state.own = option_dict(value.at("own"));
    state.milestones = value.at("milestones").get<std::vector<int64_t>>();
    return state;
  });
}

}  // namespace ember::io
