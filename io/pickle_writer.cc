#include "ember/io/pickle_writer.h"

#include <bit>

#include "ember/io/pickle_opcodes.h"

namespace ember::io {

namespace {

const char* storage_name(DType dtype) {
  switch (dtype) {
    case DType::UInt8:
      return "torch.ByteStorage";
    case DType::Int8:
      return "torch.CharStorage";
    case DType::Int16:
      return "torch.ShortStorage";
    case DType::Int32:
      return "torch.IntStorage";
    case DType::Int64:
      return "torch.LongStorage";
    case DType::Float16:
      return "torch.HalfStorage";
    case DType::Float32:
      return "torch.FloatStorage";
    case DType::Float64:
      return "torch.DoubleStorage";
    case DType::Bool:
      return "torch.BoolStorage";
    case DType::BFloat16:
      return "torch.BFloat16Storage";
    case DType::Complex64:
      return "torch.ComplexFloatStorage";
    case DType::Complex128:
      return "torch.ComplexDoubleStorage";
  }
  return "";
}

/// Each byte as the character of that number.
std::string as_characters(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

/// The name that Python 2 and PyTorch's reader have.
std::string old_module(std::string_view module) { return module == "builtins" ? "__builtin__" : std::string(module); }

}  // namespace

std::string PickleWriter::write(const Value& value) {
  out_.clear();
  op(pickle::kProtocol);
  number(uint8_t{2});
  put(value);
  op(pickle::kStop);
  return std::move(out_);
}

void PickleWriter::put(const Value& value) {
  check<ValueError>(++depth_ <= kDeepestValue, "save: nested more than ", kDeepestValue, " deep");
  if (value.is_none()) {
    op(pickle::kNone);
  } else if (const auto* flag = value.get_if<bool>()) {
    op(*flag ? pickle::kTrue : pickle::kFalse);
  } else if (const auto* whole = value.get_if<int64_t>()) {
    put_integer(*whole);
  } else if (const auto* real = value.get_if<double>()) {
    op(pickle::kFloat);
    number(__builtin_bswap64(std::bit_cast<uint64_t>(*real)));
  } else if (const auto* pair = value.get_if<std::complex<double>>()) {
    global("builtins.complex");
    put_tuple({pair->real(), pair->imag()});
    op(pickle::kReduce);
  } else if (const auto* dtype = value.get_if<DType>()) {
    global(concat("torch.", *dtype));
  } else if (const auto* device = value.get_if<Device>()) {
    global("torch.device");
    put_tuple(device->is_cpu() ? Values{"cpu"} : Values{"cuda", int64_t{device->index}});
    op(pickle::kReduce);
  } else if (const auto* text = value.get_if<Text>()) {
    put_text(*text);
  } else if (const auto* x = value.get_if<Tensor>()) {
    put_tensor(*x);
  } else if (const auto* parameter = value.get_if<ParameterValue>()) {
    put_parameter(parameter->x);
  } else if (const auto* sequence = value.part<Sequence>()) {
    put_once(sequence, [&] { put_sequence(*sequence); });
  } else if (const auto* mapping = value.part<Mapping>()) {
    put_once(mapping, [&] { put_mapping(*mapping); });
  } else if (const auto* object = value.part<Object>()) {
    put_once(object, [&] { put_object(*object); });
  } else {
    fail<TypeError>("save: cannot save ", value.describe(), " by itself");
  }
  --depth_;
}

template <class F>
void PickleWriter::put_once(const void* container, F put_content) {
  check<ValueError>(!open_.contains(container), "save: a list, dict or object contains itself");
  if (again(container)) return;
  open_.insert(container);
  put_content();
  open_.erase(container);
}

void PickleWriter::put_integer(int64_t value) {
  if (value >= 0 && value <= UINT8_MAX) {
    op(pickle::kUInt8);
    number(static_cast<uint8_t>(value));
  } else if (value == static_cast<int32_t>(value)) {
    op(pickle::kInt32);
    number(static_cast<int32_t>(value));
  } else {
    op(pickle::kLong);
    number(uint8_t{8});
    number(value);
  }
}

void PickleWriter::put_string(std::string_view text) {
  check<ValueError>(text.size() <= UINT32_MAX, "save: a str of ", text.size(), " bytes is too long for a pickle");
  op(pickle::kUnicode);
  number(static_cast<uint32_t>(text.size()));
  out_ += text;
}

void PickleWriter::put_encoded(const std::string& name, const Text& text, const char* encoding) {
  global(name);
  put_string(as_characters(*text.bytes));
  put_string(encoding);
  op(pickle::kTuple2);
  op(pickle::kReduce);
}

void PickleWriter::put_text(const Text& text) {
  const std::string& bytes = *text.bytes;
  switch (text.kind) {
    case Text::Kind::String:
      return put_string(bytes);
    case Text::Kind::Bytes:
      return put_encoded("_codecs.encode", text, "latin1");
    case Text::Kind::ByteArray:
      if (again(&bytes)) return;
      put_encoded("builtins.bytearray", text, "latin-1");
      return remember(&bytes);
    case Text::Kind::Integer:
      check<ValueError>(bytes.size() <= UINT8_MAX, "save: an int of ", 8 * bytes.size(), " bits is too long");
      op(pickle::kLong);
      number(static_cast<uint8_t>(bytes.size()));
      out_ += bytes;
  }
}

void PickleWriter::put_tensor(const Tensor& x) {
  check<ValueError>(x.defined(), "save: a tensor is undefined");
  if (again(x.impl())) return;
  put_elements(x, x.requires_grad());
  remember(x.impl());
}

void PickleWriter::put_elements(const Tensor& x, bool requires_grad) {
  global("torch._utils._rebuild_tensor_v2");
  op(pickle::kMark);
  put_storage(x);
  put_integer(x.storage_offset());
  put_shape(x.sizes());
  put_shape(x.strides());
  op(requires_grad ? pickle::kTrue : pickle::kFalse);
  put_empty_ordered_dict();
  op(pickle::kTuple);
  op(pickle::kReduce);
}

void PickleWriter::put_parameter(const Tensor& x) {
  check<ValueError>(x.defined(), "save: a Parameter is undefined");
  if (again(x.impl())) return;
  global("torch._utils._rebuild_parameter");
  op(pickle::kMark);
  put_elements(x, false);
  op(x.requires_grad() ? pickle::kTrue : pickle::kFalse);
  put_empty_ordered_dict();
  op(pickle::kTuple);
  op(pickle::kReduce);
  remember(x.impl());
}

void PickleWriter::put_storage(const Tensor& x) {
  const Storage& memory = x.storage();
  const void* start = memory->data() ? memory->data() : memory.get();
  const auto [place, is_new] = places_.emplace(std::pair(start, memory->bytes()), storages_.size());
  const auto numel = static_cast<int64_t>(memory->bytes()) / x.element_size();
  if (is_new) storages_.push_back({x.dtype(), memory, 0, numel});
  const StoredElements& stored = storages_[place->second];
  check<ValueError>(stored.dtype == x.dtype(), "save: two tensors share memory as ", stored.dtype, " and ", x.dtype(),
                    ", which no file can hold; clone one");
  op(pickle::kMark);
  put_string("storage");
  global(storage_name(x.dtype()));
  put_string(std::to_string(place->second));
  put_string(x.device().is_cpu() ? "cpu" : to_string(x.device()));
  put_integer(numel);
  op(pickle::kTuple);
  op(pickle::kPersistentId);
}

void PickleWriter::put_shape(const Shape& shape) { put_tuple(Values(shape.begin(), shape.end())); }

void PickleWriter::put_items(const Values& items) {
  if (items.empty()) return;
  op(pickle::kMark);
  for (const Value& item : items) put(item);
  op(pickle::kAppends);
}

void PickleWriter::put_entries(const Entries& entries) {
  if (entries.empty()) return;
  op(pickle::kMark);
  for (const auto& [key, value] : entries) {
    put(key);
    put(value);
  }
  op(pickle::kSetItems);
}

void PickleWriter::put_tuple(const Values& items) {
  if (items.empty()) return op(pickle::kEmptyTuple);
  const bool is_short = items.size() <= 3;
  if (!is_short) op(pickle::kMark);
  for (const Value& item : items) put(item);
  op(is_short ? static_cast<unsigned char>(pickle::kTuple1 + items.size() - 1) : pickle::kTuple);
}

void PickleWriter::put_empty_ordered_dict() {
  global("collections.OrderedDict");
  op(pickle::kEmptyTuple);
  op(pickle::kReduce);
}

void PickleWriter::put_sequence(const Sequence& sequence) {
  using Kind = Sequence::Kind;
  switch (sequence.kind) {
    case Kind::List:
      op(pickle::kEmptyList);
      remember(&sequence);
      return put_items(sequence.items);
    case Kind::Tuple:
      put_tuple(sequence.items);
      return remember(&sequence);
    case Kind::Size:
      global("torch.Size");
      put_tuple(sequence.items);
      break;
    case Kind::Set:
    case Kind::FrozenSet:
      global(sequence.kind == Kind::Set ? "builtins.set" : "builtins.frozenset");
      op(pickle::kEmptyList);
      put_items(sequence.items);
      break;
  }
  op(pickle::kTuple1);
  op(pickle::kReduce);
  remember(&sequence);
}

void PickleWriter::put_mapping(const Mapping& mapping) {
  using Kind = Mapping::Kind;
  switch (mapping.kind) {
    case Kind::Dict:
      op(pickle::kEmptyDict);
      remember(&mapping);
      return put_entries(mapping.entries);
    case Kind::Counter:
      global("collections.Counter");
      op(pickle::kEmptyDict);
      put_entries(mapping.entries);
      op(pickle::kTuple1);
      op(pickle::kReduce);
      return remember(&mapping);
    case Kind::OrderedDict:
      put_empty_ordered_dict();
      remember(&mapping);
      put_entries(mapping.entries);
      if (mapping.attributes.is_none()) return;
      put(mapping.attributes);
      op(pickle::kBuild);
  }
}

void PickleWriter::put_object(const Object& object) {
  global(object.name);
  if (object.kind == Object::Kind::Name) return;
  put_tuple(object.arguments.items());
  op(object.kind == Object::Kind::Call ? pickle::kReduce : pickle::kNewObject);
  remember(&object);
  put_items(object.items);
  put_entries(object.entries);
  if (!object.has_state) return;
  put(object.state);
  op(pickle::kBuild);
}

void PickleWriter::global(std::string_view name) {
  if (const auto found = globals_.find(name); found != globals_.end()) {
    op(pickle::kLongGet);
    return number(found->second);
  }
  const size_t dot = name.rfind('.');
  check<ValueError>(dot != std::string_view::npos && name.find('\n') == std::string_view::npos,
                    "save: no class is named '", name, "'");
  op(pickle::kGlobal);
  out_ += old_module(name.substr(0, dot)) + "\n" + std::string(name.substr(dot + 1)) + "\n";
  op(pickle::kLongPut);
  number(remembered_);
  globals_.emplace(name, remembered_++);
}

bool PickleWriter::again(const void* place) {
  const auto found = memo_.find(place);
  if (found == memo_.end()) return false;
  op(pickle::kLongGet);
  number(found->second);
  return true;
}

void PickleWriter::remember(const void* place) {
  op(pickle::kLongPut);
  number(remembered_);
  memo_.emplace(place, remembered_++);
}

}  // namespace ember::io
