// JSON as files hold it. nlohmann's parser reads and its printer writes numbers and strings; the tree is Ember's own, since the parser's asks
// for memory in its destructors, and ends the process when it is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ember/core/error.h"

namespace ember::io {

/// Text that is no JSON, JSON that names something twice or is nested deeper than 8 levels, or another structure than was asked for.
class JsonError : public Error {
 public:
  using Error::Error;
};

/// Whether it is a text, as names are.
bool is_utf8(std::string_view text);

class Json {
 public:
  using List = std::vector<Json>;
  /// In the order of the text.
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(bool value) : value_(value) {}
  Json(int64_t value) : value_(value) {}
  Json(uint64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(List value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  template <class T>
  explicit Json(const std::vector<T>& values) : value_(List(values.begin(), values.end())) {}

  /// Throws JsonError, whose text goes on after a subject: "is no JSON: ...".
  static Json parse(std::string_view text);
  /// Throws JsonError when a string is no UTF-8.
  std::string dump() const;

  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_list() const { return std::holds_alternative<List>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  /// A whole number that fits into an int64 and is not negative.
  bool is_count() const;

  // JsonError when it is something else.
  const Object& object() const { return as<Object>("an object"); }
  const List& list() const { return as<List>("a list"); }
  const std::string& string() const { return as<std::string>("a string"); }
  int64_t integer() const;
  double number() const;
  std::vector<int64_t> integers() const;

  /// Null when there is none of that name, or this is no object.
  const Json* find(std::string_view name) const;
  /// JsonError when there is none.
  const Json& at(std::string_view name) const;

  using Value = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, List, Object>;
  const Value& value() const { return value_; }
  Value& value() { return value_; }

 private:
  template <class T>
  const T& as(const char* what) const {
    const T* found = std::get_if<T>(&value_);
    check<JsonError>(found, "expected ", what, " but found ", dump());
    return *found;
  }

  Value value_;
};

}  // namespace ember::io
