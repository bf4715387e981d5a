#include "ember/io/loader_state.h"

#include <nlohmann/json.hpp>

namespace ember::io {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
std::optional<T> optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

Json to_json(const auto& value) { return value ? Json(*value) : Json(); }

}  // namespace

std::string loader_to_json(const data::DataLoaderState& state) {
  const Json json = {
      {"epoch", state.epoch},         {"taken", to_json(state.taken)},           {"seed", state.seed},
      {"samples", state.samples},     {"batch_size", state.batch_size},          {"shuffle", state.shuffle},
      {"drop_last", state.drop_last}, {"fixed_seed", to_json(state.fixed_seed)}, {"order", state.order}};
  return json.dump();
}

data::DataLoaderState read_loader_state(const std::string& json, const std::string& path) {
  try {
    const Json value = Json::parse(json);
    data::DataLoaderState state;
    state.epoch = value.at("epoch").get<int64_t>();
    state.taken = optional<int64_t>(value.at("taken"));
    state.seed = optional<uint64_t>(value.at("seed")).value_or(0);
    state.samples = optional<int64_t>(value.at("samples")).value_or(-1);
    state.batch_size = optional<int64_t>(value.at("batch_size")).value_or(-1);
    state.shuffle = value.at("shuffle").get<bool>();
    state.drop_last = value.at("drop_last").get<bool>();
    state.fixed_seed = optional<uint64_t>(value.at("fixed_seed"));
    state.order = value.at("order").get<uint64_t>();
    return state;
  } catch (const std::exception& error) {
    fail<IoError>(path, ": its loader cannot be read: ", error.what());
  }
}

}  // namespace ember::io
