#include "ember/io/optimizer_state.h"

#include <charconv>
#include <cmath>

#include "ember/io/json.h"

namespace ember::io {

namespace {

using optim::OptionDict;
using optim::OptionValue;

constexpr const char* kParams = "params";

/// JSON has no nan and inf, so they are texts.
Json to_json(double value) { return std::isfinite(value) ? Json(value) : Json(concat(value)); }

Json to_json(const std::vector<double>& values) {
  Json::List list;
  for (double value : values) list.push_back(to_json(value));
  return list;
}

double read_double(const Json& value) {
  if (!value.is_string()) return value.number();
  const std::string& text = value.string();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || std::isfinite(number))
    fail("'", text, "' is neither nan nor inf");
  return number;
}

std::vector<double> read_doubles(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list.list()) values.push_back(read_double(value));
  return values;
}

Json::Object to_json(const OptionDict& options) {
  Json::Object result;
  for (const auto& [name, value] : options) {
    Json& field = result.emplace_back(name, Json()).second;
    std::visit(
        [&]<class T>(const T& v) {
          if constexpr (std::is_same_v<T, double>)
            field = to_json(v);
          else if constexpr (std::is_same_v<T, std::pair<double, double>>)
            field = to_json(std::vector<double>{v.first, v.second});
          else if constexpr (!std::is_same_v<T, std::monostate>)
            field = v;
        },
        value);
  }
  return result;
}

OptionValue option_value(const Json& value) {
  return std::visit(
      [&]<class T>(const T& v) -> OptionValue {
        if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, bool>)
          return v;
        else if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>)
          return value.integer();
        else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::string>)
          return read_double(value);
        else
          return std::pair(read_double(value.list().at(0)), read_double(value.list().at(1)));
      },
      value.value());
}

OptionDict option_dict(const Json& object, std::string_view without = "") {
  OptionDict options;
  for (const auto& [name, value] : object.object())
    if (name != without) options.insert(name, option_value(value));
  return options;
}

/// Runs `read`; what JSON it does not find as it should be becomes an IoError.
template <class F>
auto reading(const std::string& path, const char* what, F read) {
  try {
    return read();
  } catch (const IoError&) {
    throw;
  } catch (const std::bad_alloc&) {
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
  Json::List groups;
  for (const auto& group : state.param_groups) {
    Json::Object entry = to_json(group.options);
    entry.emplace_back(kParams, Json(group.params));
    groups.emplace_back(std::move(entry));
  }
  return Json(std::move(groups)).dump();
}

optim::OptimizerState read_optimizer_state(const TensorDict& tensors, const std::string& prefix,
                                           const std::string& groups_json, const std::string& path) {
  optim::OptimizerState state;
  reading(path, "optimizer groups", [&] {
    const Json groups = Json::parse(groups_json);
    for (const Json& group : groups.list())
      state.param_groups.push_back({option_dict(group, kParams), group.at(kParams).integers()});
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
  Json::Object json;
  json.emplace_back("last_epoch", state.last_epoch);
  json.emplace_back("_step_count", state.step_count);
  json.emplace_back("base_lrs", to_json(state.base_lrs));
  json.emplace_back("_last_lr", to_json(state.last_lr));
  json.emplace_back("own", to_json(state.own));
  json.emplace_back("milestones", Json(state.milestones));
  return Json(std::move(json)).dump();
}

optim::lr_scheduler::LRScheduler::State read_scheduler_state(const std::string& json, const std::string& path) {
  return reading(path, "scheduler", [&] {
    const Json value = Json::parse(json);
    optim::lr_scheduler::LRScheduler::State state;
    state.last_epoch = value.at("last_epoch").integer();
    const Json* steps = value.find("_step_count");  // which the first files lack
    state.step_count = steps ? steps->integer() : state.last_epoch + 1;
    state.base_lrs = read_doubles(value.at("base_lrs"));
    state.last_lr = read_doubles(value.at("_last_lr"));
    state.own = option_dict(value.at("own"));
    state.milestones = value.at("milestones").integers();
    return state;
  });
}

}  // namespace ember::io
