#include "ember/io/pickle_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ember/io/pickle_opcodes.h"

namespace ember::io {

namespace {

/// A pickle may copy as many items as this times its bytes.
constexpr size_t kCopiesPerByte = 16;

/// The name under which Python 3 knows what a pickle of protocol 2 names as Python 2 did.
std::string present_name(const std::string& module, const std::string& name) {
  if (module == "__builtin__") return "builtins." + name;
  if (module == "copy_reg") return "copyreg." + name;
  return concat(module, ".", name);
}

std::optional<DType> dtype_named(std::string_view name) {
  for (int i = 0; i < kDTypeCount; ++i)
    if (const auto dtype = static_cast<DType>(i); name == concat("torch.", dtype)) return dtype;
  return {};
}

}  // namespace

PickleReader::PickleReader(Cursor& cursor, std::string where, StorageOf storage_of, SafeGlobals safe_globals)
    : cursor_(cursor),
      where_(std::move(where)),
      storage_of_(std::move(storage_of)),
      safe_globals_(std::move(safe_globals)) {}

PickleReader::~PickleReader() { take_apart({}); }

Value PickleReader::read() {
  begin_ = cursor_.position();
  spent_ = 0;
  while (step(static_cast<unsigned char>(*cursor_.take(1)))) {
  }
  require(stack_.size() == 1 && marks_.empty(), "the pickle ends with ", stack_.size(), " values instead of one");
  std::unordered_map<const void*, int> heights;
  Value result = std::move(stack_.back());
  check_finished(result, 0, heights);
  take_apart(heights);
  return result;
}

template <class T>
T PickleReader::number() {
  T value;
  std::memcpy(&value, cursor_.take(sizeof value), sizeof value);
  return value;
}

std::string PickleReader::bytes(uint64_t count) {
  const char* from = cursor_.take(count);
  return std::string(from, count);
}

Value PickleReader::pop() {
  Value value = std::move(top());
  stack_.pop_back();
  return value;
}

Value& PickleReader::top() {
  require(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "the pickle takes a value where none is");
  return stack_.back();
}

Values PickleReader::pop_mark() {
  require(!marks_.empty(), "the pickle lacks a mark");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  Values items(std::make_move_iterator(first), std::make_move_iterator(stack_.end()));
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

Value PickleReader::made(Value container) {
  made_.push_back(container);
  return container;
}

void PickleReader::spend(size_t items) {
  spent_ += items;
  require(spent_ / kCopiesPerByte <= cursor_.position() - begin_, "the pickle grows to many times its size");
}

bool PickleReader::step(unsigned char op) {
  switch (op) {
    case pickle::kProtocol: {
      const int version = number<uint8_t>();
      require(version <= 5, "the pickle has protocol ", version, " but 5 is the last that is known");
      return true;
    }
    case pickle::kFrame:
      cursor_.skip(8);
      return true;
    case pickle::kStop:
      return false;
    case pickle::kMark:
      marks_.push_back(stack_.size());
      return true;
    case pickle::kNone:
      push({});
      return true;
    case pickle::kTrue:
    case pickle::kFalse:
      push(op == pickle::kTrue);
      return true;
    case pickle::kPersistentId: {
      const Value id = pop();
      const auto* parts = id.part<Sequence>();
      require(parts && parts->kind == Sequence::Kind::Tuple, "a persistent id is ", id.describe(), ", not a tuple");
      push(storage_of_(parts->items));
      return true;
    }
    default:
      if (!step_number(op) && !step_text(op) && !step_container(op) && !step_memo(op)) step_call(op);
      return true;
  }
}

bool PickleReader::step_number(unsigned char op) {
  switch (op) {
    case pickle::kInt32:
      push(int64_t{number<int32_t>()});
      return true;
    case pickle::kUInt8:
      push(int64_t{number<uint8_t>()});
      return true;
    case pickle::kUInt16:
      push(int64_t{number<uint16_t>()});
      return true;
    case pickle::kLong:
      push_integer(number<uint8_t>());
      return true;
    case pickle::kLong4:
      push_integer(number<uint32_t>());
      return true;
    case pickle::kFloat:
      push(std::bit_cast<double>(__builtin_bswap64(number<uint64_t>())));
      return true;
    default:
      return false;
  }
}

void PickleReader::push_integer(uint64_t count) {
  std::string text = bytes(count);
  if (count > 8) return push(Value(Text::Kind::Integer, std::move(text)));
  const bool is_negative = count > 0 && (text.back() & 0x80);
  text.resize(8, is_negative ? '\xff' : '\0');
  int64_t value;
  std::memcpy(&value, text.data(), sizeof value);
  push(value);
}

bool PickleReader::step_text(unsigned char op) {
  using Kind = Text::Kind;
  switch (op) {
    case pickle::kShortString:  // Python 2's str
    case pickle::kShortUnicode:
      push_text(Kind::String, number<uint8_t>());
      return true;
    case pickle::kString:
    case pickle::kUnicode:
      push_text(Kind::String, number<uint32_t>());
      return true;
    case pickle::kUnicode8:
      push_text(Kind::String, number<uint64_t>());
      return true;
    case pickle::kShortBytes:
      push_text(Kind::Bytes, number<uint8_t>());
      return true;
    case pickle::kBytes:
      push_text(Kind::Bytes, number<uint32_t>());
      return true;
    case pickle::kBytes8:
      push_text(Kind::Bytes, number<uint64_t>());
      return true;
    case pickle::kByteArray8:
      push_text(Kind::ByteArray, number<uint64_t>());
      return true;
    default:
      return false;
  }
}

bool PickleReader::step_container(unsigned char op) {
  using Kind = Sequence::Kind;
  const auto push_made = [&](Value container) { push(made(std::move(container))); };
  const auto tuple_of_last = [&](size_t count) {
    Values items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    push_made(Value::tuple(std::move(items)));
  };
  switch (op) {
    case pickle::kEmptyList:
      push_made(Value::list());
      return true;
    case pickle::kEmptyTuple:
      push_made(Value::tuple());
      return true;
    case pickle::kEmptyDict:
      push_made(Value::dict());
      return true;
    case pickle::kEmptySet:
      push_made(Sequence{Kind::Set, {}});
      return true;
    case pickle::kList:
      push_made(Value::list(pop_mark()));
      return true;
    case pickle::kTuple:
      push_made(Value::tuple(pop_mark()));
      return true;
    case pickle::kFrozenSet:
      push_made(Sequence{Kind::FrozenSet, pop_mark()});
      return true;
    case pickle::kTuple1:
      tuple_of_last(1);
      return true;
    case pickle::kTuple2:
      tuple_of_last(2);
      return true;
    case pickle::kTuple3:
      tuple_of_last(3);
      return true;
    case pickle::kDict: {
      Values items = pop_mark();
      push_made(Value::dict());
      set_items(std::move(items));
      return true;
    }
    case pickle::kAppend: {
      Value item = pop();
      append({std::move(item)});
      return true;
    }
    case pickle::kAppends:
    case pickle::kAddItems:
      append(pop_mark());
      return true;
    case pickle::kSetItem: {
      Value value = pop(), key = pop();
      set_items({std::move(key), std::move(value)});
      return true;
    }
    case pickle::kSetItems:
      set_items(pop_mark());
      return true;
    default:
      return false;
  }
}

void PickleReader::append(Values items) {
  Value& target = top();
  auto* sequence = target.part<Sequence>();
  auto* object = target.part<Object>();
  const bool can_grow = sequence && (sequence->kind == Sequence::Kind::List || sequence->kind == Sequence::Kind::Set);
  require(can_grow || (object && object->kind != Object::Kind::Name), "the pickle appends to ", target.describe());
  Values& all = sequence ? sequence->items : object->items;
  all.insert(all.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

void PickleReader::set_items(Values keys_and_values) {
  require(keys_and_values.size() % 2 == 0, "the pickle sets a key without a value");
  Value& target = top();
  auto* mapping = target.part<Mapping>();
  auto* object = target.part<Object>();
  require(mapping || (object && object->kind != Object::Kind::Name), "the pickle sets items of ", target.describe());
  Entries& entries = mapping ? mapping->entries : object->entries;
  for (size_t i = 0; i < keys_and_values.size(); i += 2) {
    entries.emplace_back(std::move(keys_and_values[i]), std::move(keys_and_values[i + 1]));
  }
}

bool PickleReader::step_memo(unsigned char op) {
  const auto get = [&](uint64_t index) {
    const auto found = memo_.find(index);
    require(found != memo_.end(), "the pickle has no value of number ", index);
    push(found->second);
  };
  switch (op) {
    case pickle::kPut:
      memo_[number<uint8_t>()] = top();
      return true;
    case pickle::kLongPut:
      memo_[number<uint32_t>()] = top();
      return true;
    case pickle::kMemoize:
      memo_[memo_.size()] = top();
      return true;
    case pickle::kGet:
      get(number<uint8_t>());
      return true;
    case pickle::kLongGet:
      get(number<uint32_t>());
      return true;
    default:
      return false;
  }
}

void PickleReader::step_call(unsigned char op) {
  switch (op) {
    case pickle::kGlobal: {
      const std::string module = cursor_.line(), name = cursor_.line();
      return push(global(module, name));
    }
    case pickle::kStackGlobal: {
      const Value name = pop(), module = pop();
      require(name.find_string() && module.find_string(), "a class is named by ", module.describe(), " and ",
              name.describe());
      return push(global(*module.find_string(), *name.find_string()));
    }
    case pickle::kReduce:
    case pickle::kNewObject: {
      const Value arguments = pop(), callable = pop();
      const auto* named = callable.part<Object>();
      require(named && named->kind == Object::Kind::Name, "the pickle calls ", callable.describe());
      return push(call(*named, arguments, op == pickle::kReduce ? Object::Kind::Call : Object::Kind::New));
    }
    case pickle::kBuild:
      return build(pop());
    default:
      require(false, "the pickle's instruction ", int{op}, " is none of those that data needs");
  }
}

Value PickleReader::global(const std::string& module, const std::string& name) {
  const std::string full = present_name(module, name);
  if (const auto dtype = dtype_named(full)) return *dtype;
  const bool is_known = find_builder(full) || storage_dtype(full) || (safe_globals_ && safe_globals_(full));
  check<RefusedError>(is_known, where_, ": holds ", full,
                      ", which is none of the classes of plain data, and no class or function is taken from a file "
                      "unasked; if you trust it, ember.serialization.add_safe_globals lets Python load it");
  return made(Object{Object::Kind::Name, full, {}, {}, false, {}, {}});
}

Value PickleReader::call(const Object& callable, const Value& arguments, Object::Kind kind) {
  const auto* given = arguments.part<Sequence>();
  require(given && given->kind == Sequence::Kind::Tuple, callable.name, " is called with ", arguments.describe());
  if (const Builder builder = find_builder(callable.name)) return made(builder(*this, given->items));
  require(!storage_dtype(callable.name), "a storage is made without its data");
  return made(Object{kind, callable.name, arguments, {}, false, {}, {}});
}

void PickleReader::build(const Value& state) {
  const Value& target = top();
  if (auto* object = target.part<Object>(); object && object->kind != Object::Kind::Name) {
    object->state = state;
    object->has_state = true;
    return;
  }
  auto* mapping = target.part<Mapping>();
  require(mapping && mapping->kind == Mapping::Kind::OrderedDict && state.part<Mapping>(),
          "the pickle sets the state of ", target.describe(), " to ", state.describe());
  mapping->attributes = state;
}

void PickleReader::spend_elements(const Tensor& x) {
  const auto bytes = static_cast<size_t>(x.nbytes());
  require(bytes <= cursor_.file_size() - spent_bytes_, "the pickle copies more bytes than the file has");
  spent_bytes_ += bytes;
}

}  // namespace ember::io
