#include "ember/io/value.h"

namespace ember::io {

namespace {

template <class T>
const T& as(const Value& value, const T* found, const char* expected) {
  check<TypeError>(found != nullptr, "expected ", expected, " but found ", value.describe());
  return *found;
}

const char* name_of(Sequence::Kind kind) {
  switch (kind) {
    case Sequence::Kind::List:
      return "list";
    case Sequence::Kind::Tuple:
      return "tuple";
    case Sequence::Kind::Set:
      return "set";
    case Sequence::Kind::FrozenSet:
      return "frozenset";
    case Sequence::Kind::Size:
      return "Size";
  }
  return "";
}

struct Describe {
  std::string operator()(std::monostate) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(int64_t value) const { return concat("the int ", value); }
  std::string operator()(double value) const { return concat("the float ", value); }
  std::string operator()(std::complex<double>) const { return "a complex number"; }
  std::string operator()(DType value) const { return concat("the dtype ", value); }
  std::string operator()(Device value) const { return concat("the device ", value); }
  std::string operator()(const Text& text) const {
    if (text.kind == Text::Kind::Integer) return "an int beyond 64 bits";
    if (text.kind != Text::Kind::String) return concat(text.bytes->size(), " bytes");
    return concat("the str '", std::string_view(*text.bytes).substr(0, 100), "'");
  }
  std::string operator()(const Tensor& x) const {
    return x.defined() ? concat("a tensor, ", ember::describe(x)) : "an undefined tensor";
  }
  std::string operator()(const ParameterValue& p) const { return (*this)(p.x); }
  std::string operator()(const StoredElements&) const { return "a storage"; }
  std::string operator()(const std::shared_ptr<Sequence>& sequence) const {
    return concat("a ", name_of(sequence->kind), " of ", sequence->items.size());
  }
  std::string operator()(const std::shared_ptr<Mapping>& mapping) const {
    return concat("a dict of ", mapping->entries.size());
  }
  std::string operator()(const std::shared_ptr<Object>& object) const {
    return concat(object->kind == Object::Kind::Name ? "the class " : "an object of ", object->name);
  }
};

}  // namespace

Value::Value(const OrderedDict<Tensor>& tensors) {
  Mapping mapping{Mapping::Kind::OrderedDict, {}, {}};
  for (const auto& [name, x] : tensors) mapping.entries.emplace_back(name, x);
  *this = std::move(mapping);
}

Value::Value(Sequence sequence) : value_(std::make_shared<Sequence>(std::move(sequence))) {}
Value::Value(Mapping mapping) : value_(std::make_shared<Mapping>(std::move(mapping))) {}
Value::Value(Object object) : value_(std::make_shared<Object>(std::move(object))) {}

Value Value::list(Values items) { return Sequence{Sequence::Kind::List, std::move(items)}; }
Value Value::tuple(Values items) { return Sequence{Sequence::Kind::Tuple, std::move(items)}; }
Value Value::dict(Entries entries) { return Mapping{Mapping::Kind::Dict, std::move(entries), {}}; }

bool Value::boolean() const { return as(*this, get_if<bool>(), "a bool"); }
int64_t Value::integer() const { return as(*this, get_if<int64_t>(), "an int"); }
double Value::number() const {
  if (const auto* whole = get_if<int64_t>()) return static_cast<double>(*whole);
  return as(*this, get_if<double>(), "a number");
}
const std::string& Value::string() const { return as(*this, find_string(), "a str"); }
Tensor Value::tensor() const { return as(*this, find_tensor(), "a tensor"); }
const Values& Value::items() const { return as(*this, part<Sequence>(), "a list").items; }
const Entries& Value::entries() const { return as(*this, part<Mapping>(), "a dict").entries; }

OrderedDict<Tensor> Value::tensors() const {
  OrderedDict<Tensor> tensors;
  for (const auto& [key, x] : entries()) {
    check<TypeError>(x.is_tensor(), "expected a dict of tensors but ", key.describe(), " names ", x.describe());
    tensors.insert(key.string(), x.tensor());
  }
  return tensors;
}

size_t Value::size() const {
  if (const auto* sequence = part<Sequence>()) return sequence->items.size();
  if (const auto* text = get_if<Text>()) return text->bytes->size();
  return as(*this, part<Mapping>(), "a list, a dict or a str").entries.size();
}

const Value* Value::find(std::string_view key) const {
  const Entries& all = entries();
  for (auto entry = all.rbegin(); entry != all.rend(); ++entry)
    if (const std::string* name = entry->first.find_string(); name && *name == key) return &entry->second;
  return nullptr;
}

Value Value::operator[](std::string_view key) const {
  const Value* found = find(key);
  check<IndexError>(found != nullptr, "no item named '", key, "' in ", describe());
  return *found;
}

Value Value::operator[](size_t index) const {
  check<IndexError>(index < items().size(), "index ", index, " is out of range for ", describe());
  return items()[index];
}

std::string Value::describe() const { return std::visit(Describe(), value_); }

const std::string* Value::find_string() const {
  const auto* text = get_if<Text>();
  return text && text->kind == Text::Kind::String ? text->bytes.get() : nullptr;
}

const Tensor* Value::find_tensor() const {
  if (const auto* parameter = get_if<ParameterValue>()) return &parameter->x;
  return get_if<Tensor>();
}

}  // namespace ember::io
