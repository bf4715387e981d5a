// What becomes of the values that a pickle has made: those of its result are checked, all others taken apart.
#include <algorithm>

#include "ember/io/pickle_reader.h"

namespace ember::io {

namespace {

/// Of nested tuples, in values.
constexpr int kLargestKey = 200;

/// Whether Python can hash it, which takes a time that grows with the tuples in it; `budget` counts them.
bool can_be_key(const Value& key, int& budget) {
  if (--budget < 0) return false;
  if (const auto* text = key.get_if<Text>()) return text->kind != Text::Kind::ByteArray;
  if (const auto* sequence = key.part<Sequence>())
    return sequence->kind != Sequence::Kind::List && sequence->kind != Sequence::Kind::Set &&
           std::all_of(sequence->items.begin(), sequence->items.end(),
                       [&](const Value& item) { return can_be_key(item, budget); });
  return !key.is_tensor() && !key.part<Mapping>();
}

}  // namespace

/// How deep it nests. A Value that contains itself, or is no data, is an error.
int PickleReader::check_finished(const Value& value, int depth, std::unordered_map<const void*, int>& heights) const {
  constexpr int kOpen = -1;
  require(!value.get_if<StoredElements>(), "holds a storage outside of a tensor");
  const auto check_key = [&](const Value& key) {
    int budget = kLargestKey;
    require(can_be_key(key, budget), key.describe(), " cannot be a key of a dict or an item of a set");
  };
  const void* place = nullptr;
  std::vector<const Value*> children;
  if (const auto* sequence = value.part<Sequence>()) {
    place = sequence;
    const bool is_set = sequence->kind == Sequence::Kind::Set || sequence->kind == Sequence::Kind::FrozenSet;
    for (const Value& item : sequence->items) {
      if (is_set) check_key(item);
      children.push_back(&item);
    }
  } else if (const auto* mapping = value.part<Mapping>()) {
    place = mapping;
    children.push_back(&mapping->attributes);
    for (const auto& [key, item] : mapping->entries) {
      check_key(key);
      children.insert(children.end(), {&key, &item});
    }
  } else if (const auto* object = value.part<Object>()) {
    place = object;
    require(object->kind != Object::Kind::Name || (safe_globals_ && safe_globals_(object->name)), "holds the class ",
            object->name, " itself");
    for (const Value* part : {&object->arguments, &object->state}) children.push_back(part);
    for (const Value& item : object->items) children.push_back(&item);
    for (const auto& [key, item] : object->entries) children.insert(children.end(), {&key, &item});
  } else {
    return 0;
  }
  const auto [entry, is_new] = heights.emplace(place, kOpen);
  require(is_new || entry->second != kOpen, value.describe(), " contains itself");
  int height = is_new ? 0 : entry->second;
  require(depth + height < kDeepestValue, "nests more than ", kDeepestValue, " deep");
  if (!is_new) return height;
  for (const Value* child : children) height = std::max(height, 1 + check_finished(*child, depth + 1, heights));
  heights[place] = height;
  return height;
}

/// Empties all containers but these, so that no destructor descends into another.
void PickleReader::take_apart(const std::unordered_map<const void*, int>& kept) noexcept {
  for (const Value& value : made_) {
    if (auto* sequence = value.part<Sequence>(); sequence && !kept.contains(sequence)) {
      sequence->items.clear();
    } else if (auto* mapping = value.part<Mapping>(); mapping && !kept.contains(mapping)) {
      mapping->entries.clear();
      mapping->attributes = {};
    } else if (auto* object = value.part<Object>(); object && !kept.contains(object)) {
      object->arguments = object->state = {};
      object->items.clear();
      object->entries.clear();
    }
  }
  stack_.clear();
  marks_.clear();
  memo_.clear();
  made_.clear();
}

}  // namespace ember::io
