// What the classes and functions that stand in pickles of data make of their arguments.
#include <algorithm>
#include <array>

#include "ember/io/pickle_reader.h"
#include "ember/io/stored_tensor.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/shape/shape.h"

namespace ember::io {

namespace {

constexpr size_t kMostDims = 64;

const Value& argument(PickleReader& reader, const Values& arguments, size_t i, const char* function) {
  reader.require(i < arguments.size(), function, " lacks an argument of its ", arguments.size());
  return arguments[i];
}

Values copied(PickleReader& reader, const Values& arguments, const char* kind) {
  if (arguments.empty()) return {};
  const auto* sequence = arguments[0].part<Sequence>();
  reader.require(sequence && arguments.size() == 1, "a ", kind, " is made of ", arguments[0].describe());
  reader.spend(sequence->items.size());
  return sequence->items;
}

Value set(PickleReader& reader, const Values& arguments) {
  return Sequence{Sequence::Kind::Set, copied(reader, arguments, "set")};
}
Value frozen_set(PickleReader& reader, const Values& arguments) {
  return Sequence{Sequence::Kind::FrozenSet, copied(reader, arguments, "frozenset")};
}

/// torch.Size((2, 3)), and Python 2's torch.Size([2, 3]).
Value size(PickleReader& reader, const Values& arguments) {
  Values sizes = copied(reader, arguments, "Size");
  for (const Value& n : sizes) reader.require(n.get_if<int64_t>(), "a Size holds ", n.describe());
  return Sequence{Sequence::Kind::Size, std::move(sizes)};
}

Value ordered_dict(PickleReader& reader, const Values& arguments) {
  Mapping mapping{Mapping::Kind::OrderedDict, {}, {}};
  for (const Value& item : copied(reader, arguments, "OrderedDict")) {
    const auto* pair = item.part<Sequence>();
    reader.require(pair && pair->items.size() == 2, "an OrderedDict is made of ", item.describe());
    mapping.entries.emplace_back(pair->items[0], pair->items[1]);
  }
  return mapping;
}

Value counter(PickleReader& reader, const Values& arguments) {
  Mapping mapping{Mapping::Kind::Counter, {}, {}};
  if (arguments.empty()) return mapping;
  const auto* counts = arguments[0].part<Mapping>();
  reader.require(counts != nullptr, "a Counter is made of ", arguments[0].describe());
  reader.spend(counts->entries.size());
  mapping.entries = counts->entries;
  return mapping;
}

Value complex(PickleReader& reader, const Values& arguments) {
  std::array<double, 2> parts{};
  for (size_t i = 0; i < 2; ++i) {
    const Value& part = argument(reader, arguments, i, "complex");
    reader.require(part.get_if<double>() || part.get_if<int64_t>(), "a complex number has the part ", part.describe());
    parts[i] = part.number();
  }
  return std::complex<double>(parts[0], parts[1]);
}

/// The bytes that protocol 2 writes as a str of as many characters.
std::string encoded(PickleReader& reader, const Values& arguments) {
  const std::string* text = argument(reader, arguments, 0, "encode").find_string();
  reader.require(text != nullptr, "bytes are made of ", arguments[0].describe());
  reader.spend(text->size() / sizeof(Value));
  std::string bytes;
  for (size_t i = 0; i < text->size(); ++i) {
    auto code = static_cast<unsigned char>((*text)[i]);
    const bool is_pair = (code == 0xc2 || code == 0xc3) && i + 1 < text->size();
    reader.require(code < 0x80 || is_pair, "bytes are written as a text with characters beyond 255");
    if (is_pair) code = static_cast<unsigned char>(code << 6 | ((*text)[++i] & 0x3f));
    bytes += static_cast<char>(code);
  }
  return bytes;
}

Value bytes(PickleReader& reader, const Values& arguments) { return {Text::Kind::Bytes, encoded(reader, arguments)}; }
Value byte_array(PickleReader& reader, const Values& arguments) {
  if (arguments.empty()) return {Text::Kind::ByteArray, ""};
  const auto* text = arguments[0].get_if<Text>();
  if (!text || text->kind == Text::Kind::String) return {Text::Kind::ByteArray, encoded(reader, arguments)};
  reader.spend(text->bytes->size() / sizeof(Value));
  return {Text::Kind::ByteArray, *text->bytes};
}

Value device(PickleReader& reader, const Values& arguments) {
  const std::string* type = argument(reader, arguments, 0, "device").find_string();
  reader.require(type && arguments.size() <= 2, "a device is made of ", arguments[0].describe());
  const int64_t* index = arguments.size() == 2 ? arguments[1].get_if<int64_t>() : nullptr;
  const bool is_known = *type == "cpu" || *type == "cuda" || type->starts_with("cuda:") || *type == "cpu:0";
  reader.require(is_known && (!index || (*index >= 0 && *index < 128)), "holds the device '", *type,
                 "', which Ember does not have");
  return index ? Device(Device(*type).type, static_cast<int8_t>(*index)) : Device(*type);
}

Shape shape_of(PickleReader& reader, const Value& value, const char* what) {
  const auto* sequence = value.part<Sequence>();
  reader.require(sequence && sequence->items.size() <= kMostDims, "a tensor's ", what, " is ", value.describe());
  Shape shape;
  for (const Value& n : sequence->items) {
    reader.require(n.get_if<int64_t>() && n.integer() >= 0, "a tensor's ", what, " holds ", n.describe());
    shape.push_back(n.integer());
  }
  return shape;
}

bool flag(PickleReader& reader, const Value& value) {
  reader.require(value.get_if<bool>() || value.get_if<int64_t>(), "a tensor's requires_grad is ", value.describe());
  return value.get_if<bool>() ? value.boolean() : value.integer() != 0;
}

/// Hooks would be code.
void check_hooks(PickleReader& reader, const Value& hooks) {
  const auto* mapping = hooks.part<Mapping>();
  reader.require(hooks.is_none() || (mapping && mapping->entries.empty()),
                 "a tensor has hooks, which are code: ", hooks.describe());
}

void ask_for_gradient(PickleReader& reader, Tensor& x, bool requires_grad) {
  reader.require(!requires_grad || x.is_differentiable(), "a tensor of dtype ", x.dtype(), " requires grad");
  if (requires_grad) x.requires_grad_();
}

Tensor strided(PickleReader& reader, const Values& arguments) {
  const auto* stored = argument(reader, arguments, 0, "a tensor").get_if<StoredElements>();
  reader.require(stored != nullptr, "a tensor is made of ", arguments[0].describe());
  const Value& offset = argument(reader, arguments, 1, "a tensor");
  reader.require(offset.get_if<int64_t>() && offset.integer() >= 0, "a tensor's offset is ", offset.describe());
  const Shape sizes = shape_of(reader, argument(reader, arguments, 2, "a tensor"), "shape");
  const Shape strides = shape_of(reader, argument(reader, arguments, 3, "a tensor"), "strides");
  const std::string mistake = mistake_in(*stored, offset.integer(), sizes, strides);
  reader.require(mistake.empty(), mistake);
  return stored_tensor(*stored, offset.integer(), sizes, strides);
}

/// (storage, offset, shape, strides), which the first releases wrote.
Value tensor(PickleReader& reader, const Values& arguments) { return strided(reader, arguments); }

/// (storage, offset, shape, strides, requires_grad, hooks), and what a lazy conjugate or negative is marked with.
Value tensor_v2(PickleReader& reader, const Values& arguments) {
  Tensor x = strided(reader, arguments);
  const bool requires_grad = flag(reader, argument(reader, arguments, 4, "a tensor"));
  check_hooks(reader, argument(reader, arguments, 5, "a tensor"));
  if (arguments.size() > 6 && !arguments[6].is_none()) {
    const auto* marks = arguments[6].part<Mapping>();
    reader.require(marks != nullptr, "a tensor's marks are ", arguments[6].describe());
    for (const auto& [key, value] : marks->entries) {
      const std::string* name = key.find_string();
      reader.require(name && (*name == "conj" || *name == "neg"), "a tensor is marked with ", key.describe());
      reader.spend_elements(x);
      if (flag(reader, value)) x = *name == "conj" ? conj(x) : -x;
    }
  }
  ask_for_gradient(reader, x, requires_grad);
  return x;
}

Value parameter(PickleReader& reader, const Values& arguments) {
  const Value& data = argument(reader, arguments, 0, "a Parameter");
  reader.require(data.is_tensor(), "a Parameter is made of ", data.describe());
  Tensor x = same_elements(data.tensor());
  ask_for_gradient(reader, x, arguments.size() > 1 ? flag(reader, arguments[1]) : true);
  if (arguments.size() > 2) check_hooks(reader, arguments[2]);
  return ParameterValue{std::move(x)};
}

constexpr std::pair<std::string_view, Builder> kBuilders[] = {
    {"_codecs.encode", bytes},
    {"builtins.bytearray", byte_array},
    {"builtins.complex", complex},
    {"builtins.frozenset", frozen_set},
    {"builtins.set", set},
    {"collections.Counter", counter},
    {"collections.OrderedDict", ordered_dict},
    {"torch.Size", size},
    {"torch._utils._rebuild_parameter", parameter},
    {"torch._utils._rebuild_tensor", tensor},
    {"torch._utils._rebuild_tensor_v2", tensor_v2},
    {"torch.device", device},
    {"torch.nn.parameter.Parameter", parameter},
};

constexpr std::pair<std::string_view, DType> kStorages[] = {
    {"ByteStorage", kUInt8},
    {"CharStorage", kInt8},
    {"ShortStorage", kInt16},
    {"IntStorage", kInt32},
    {"LongStorage", kInt64},
    {"HalfStorage", kFloat16},
    {"FloatStorage", kFloat32},
    {"DoubleStorage", kFloat64},
    {"BoolStorage", kBool},
    {"BFloat16Storage", kBFloat16},
    {"ComplexFloatStorage", kComplex64},
    {"ComplexDoubleStorage", kComplex128},
};

}  // namespace

Builder find_builder(std::string_view name) {
  for (const auto& [known, builder] : kBuilders)
    if (known == name) return builder;
  return nullptr;
}

std::optional<DType> storage_dtype(std::string_view name) {
  for (const std::string_view module : {"torch.cuda.", "torch."}) {
    if (!name.starts_with(module)) continue;
    for (const auto& [known, dtype] : kStorages)
      if (known == name.substr(module.size())) return dtype;
  }
  return name == "torch.storage.UntypedStorage" ? std::optional(kUInt8) : std::nullopt;
}

}  // namespace ember::io
