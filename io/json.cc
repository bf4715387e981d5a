#include "ember/io/json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace ember::io {

namespace {

constexpr size_t kDeepest = 8;

/// Builds the tree while nlohmann's parser reads.
class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(number_integer_t value) { return put(value); }
  bool number_unsigned(number_unsigned_t value) { return put(value); }
  bool number_float(number_float_t value, const string_t&) { return put(value); }
  bool string(string_t& value) { return put(std::move(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(size_t) { return open(Json::Object()); }
  bool start_array(size_t) { return open(Json::List()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    std::get<Json::Object>(open_.back()->value()).emplace_back().first = std::move(name);
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) {
    fail<JsonError>("is no JSON: ", error.what());
  }

  Json root;

 private:
  Json* place() {
    if (open_.empty()) return &root;
    auto& parent = open_.back()->value();
    if (auto* object = std::get_if<Json::Object>(&parent)) return &object->back().second;
    return &std::get<Json::List>(parent).emplace_back();
  }
  bool put(Json value) {
    *place() = std::move(value);
    return true;
  }
  bool open(Json empty) {
    check<JsonError>(open_.size() < kDeepest, "is nested too deeply");
    Json* here = place();
    *here = std::move(empty);
    open_.push_back(here);  // stays where it is until it is closed: only the innermost one grows
    return true;
  }
  bool close() {
    if (const auto* object = std::get_if<Json::Object>(&open_.back()->value())) check_names(*object);
    open_.pop_back();
    return true;
  }

  static void check_names(const Json::Object& object) {
    std::unordered_set<std::string_view> names;
    for (const auto& [name, value] : object) check<JsonError>(names.insert(name).second, "names '", name, "' twice");
  }

  std::vector<Json*> open_;
};

/// A string or a number as nlohmann prints it.
template <class T>
void write_leaf(const T& value, std::string& out) {
  try {
    out += nlohmann::json(value).dump();
  } catch (const nlohmann::json::exception& error) {
    fail<JsonError>(error.what());
  }
}

void write(const Json& json, std::string& out) {
  const auto separated = [&](char first, char last, const auto& items, auto write_item) {
    out += first;
    bool is_first = true;
    for (const auto& item : items) {
      if (!std::exchange(is_first, false)) out += ',';
      write_item(item);
    }
    out += last;
  };
  std::visit(
      [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          out += "null";
        } else if constexpr (std::is_same_v<T, Json::List>) {
          separated('[', ']', value, [&](const Json& item) { write(item, out); });
        } else if constexpr (std::is_same_v<T, Json::Object>) {
          separated('{', '}', value, [&](const auto& item) {
            write_leaf(item.first, out);
            out += ':';
            write(item.second, out);
          });
        } else {
          write_leaf(value, out);
        }
      },
      json.value());
}

}  // namespace

Json Json::parse(std::string_view text) {
  Builder builder;
  nlohmann::json::sax_parse(text, &builder);
  return std::move(builder.root);
}

std::string Json::dump() const {
  std::string text;
  write(*this, text);
  return text;
}

bool Json::is_count() const {
  const auto* count = std::get_if<uint64_t>(&value_);
  return count && *count <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

int64_t Json::integer() const {
  if (is_count()) return static_cast<int64_t>(std::get<uint64_t>(value_));
  return as<int64_t>("a whole number");
}

double Json::number() const {
  if (const auto* count = std::get_if<uint64_t>(&value_)) return static_cast<double>(*count);
  if (const auto* integer = std::get_if<int64_t>(&value_)) return static_cast<double>(*integer);
  return as<double>("a number");
}

std::vector<int64_t> Json::integers() const {
  std::vector<int64_t> values;
  for (const Json& item : list()) values.push_back(item.integer());
  return values;
}

const Json* Json::find(std::string_view name) const {
  const auto* items = std::get_if<Object>(&value_);
  if (!items) return nullptr;
  for (const auto& [key, item] : *items)
    if (key == name) return &item;
  return nullptr;
}

const Json& Json::at(std::string_view name) const {
  const Json* found = find(name);
  check<JsonError>(found, "there is no '", name, "'");
  return *found;
}

bool is_utf8(std::string_view text) {
  try {
    Json(std::string(text)).dump();
    return true;
  } catch (const JsonError&) {
    return false;
  }
}

}  // namespace ember::io
