// Value: data of any form, as a .pt file holds it: None, numbers, text, lists, dicts, tensors and nests of them.
//
//   io::Value run = load("run.pt");
//   Tensor weight = run["model"]["0.weight"].tensor();
//   save(io::Value::dict({{"model", net->state_dict()}, {"epoch", 3}, {"loss", 0.25}}), "run.pt");
//
// It is a handle, as every object of Python's is: copies of a list are the same list, and one that stands in two places is read and
// written once.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ember/core/ordered_dict.h"
#include "ember/ops/tensor.h"

namespace ember::io {

class Value;
/// The items of a list, tuple or set.
using Values = std::vector<Value>;
/// The items of a dict, in order. Of two with one key the later counts.
using Entries = std::vector<std::pair<Value, Value>>;

struct Sequence;
struct Mapping;
struct Object;

/// A str, in UTF-8 but for halves of surrogate pairs, or bytes, or an integer beyond int64 (its two's complement, little-endian).
struct Text {
  enum class Kind : uint8_t { String, Bytes, ByteArray, Integer };
  Kind kind;
  std::shared_ptr<const std::string> bytes;
};

/// A tensor that is an nn.Parameter in Python.
struct ParameterValue {
  Tensor x;
};

/// PyTorch's storage, of which tensors are made; no Value that was read or is written holds one.
struct StoredElements {
  DType dtype;
  Storage memory;
  int64_t offset, numel;  ///< in elements
};

class Value {
 public:
  /// None.
  Value() = default;
  template <std::same_as<bool> T>
  Value(T value) : value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T value) : value_(static_cast<int64_t>(value)) {}
  Value(double value) : value_(value) {}
  Value(std::complex<double> value) : value_(value) {}
  Value(DType value) : value_(value) {}
  Value(Device value) : value_(value) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(std::string text) : Value(Text::Kind::String, std::move(text)) {}
  Value(Text::Kind kind, std::string bytes)
      : value_(Text{kind, std::make_shared<const std::string>(std::move(bytes))}) {}
  Value(Tensor x) : value_(std::move(x)) {}
  Value(ParameterValue x) : value_(std::move(x)) {}
  Value(StoredElements x) : value_(std::move(x)) {}
  /// An OrderedDict, such as a module's state_dict.
  Value(const OrderedDict<Tensor>& tensors);
  Value(Sequence sequence);
  Value(Mapping mapping);
  Value(Object object);
  static Value list(Values items = {});
  static Value tuple(Values items = {});
  static Value dict(Entries entries = {});

  bool is_none() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_tensor() const { return find_tensor() != nullptr; }

  // TypeError, which says what it is, for a Value of another kind.
  bool boolean() const;
  int64_t integer() const;
  /// An integer's too.
  double number() const;
  const std::string& string() const;
  /// A Parameter's too.
  Tensor tensor() const;
  const Values& items() const;
  const Entries& entries() const;
  /// The tensors of a dict that has str keys and nothing else, such as a state_dict.
  OrderedDict<Tensor> tensors() const;

  /// Of a sequence, a dict or a text.
  size_t size() const;
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Null when the dict has no such key.
  const Value* find(std::string_view key) const;
  /// IndexError when the dict has no such key.
  Value operator[](std::string_view key) const;
  Value operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  /// IndexError behind the end of the list.
  Value operator[](size_t index) const;
  Value operator[](int index) const { return (*this)[static_cast<size_t>(index)]; }

  /// "a dict of 3", "the int 7": for messages.
  std::string describe() const;

  using Alternatives = std::variant<std::monostate, bool, int64_t, double, std::complex<double>, DType, Device, Text,
                                    Tensor, ParameterValue, StoredElements, std::shared_ptr<Sequence>,
                                    std::shared_ptr<Mapping>, std::shared_ptr<Object>>;
  const Alternatives& alternatives() const { return value_; }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  /// What it points to, if it is a T.
  template <class T>
  T* part() const {
    const auto* found = std::get_if<std::shared_ptr<T>>(&value_);
    return found ? found->get() : nullptr;
  }
  /// Null unless it is a str.
  const std::string* find_string() const;
  const Tensor* find_tensor() const;

 private:
  Alternatives value_;
};

struct Sequence {
  enum class Kind : uint8_t { List, Tuple, Set, FrozenSet, Size };
  Kind kind;
  Values items;
};

struct Mapping {
  enum class Kind : uint8_t { Dict, OrderedDict, Counter };
  Kind kind;
  Entries entries;
  Value attributes;  ///< an OrderedDict's, such as a state_dict's _metadata: a dict, or None
};

/// An object of a class that only Python knows and that add_safe_globals has let in, as pickles describe it: what to call with which
/// arguments, and what to put into the result.
struct Object {
  enum class Kind : uint8_t { Name, Call, New };
  Kind kind;         ///< the class itself, cls(*arguments) or cls.__new__(cls, *arguments)
  std::string name;  ///< with its module: "collections.deque"
  Value arguments;   ///< a tuple
  Value state;
  bool has_state = false;
  Values items;     ///< to append
  Entries entries;  ///< to set
};

/// How deep a Value may nest.
inline constexpr int kDeepestValue = 500;

}  // namespace ember::io
