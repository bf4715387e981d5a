// A dictionary that keeps insertion order: named parameters, state dicts, a module's children. An item stays at its address
// until it is erased, so references into the dictionary are safe while others come and go.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ember/core/error.h"

namespace ember {

template <class Value>
class OrderedDict {
 public:
  /// Unpacks as `for (auto& [name, value] : dict)`.
  struct Item {
    std::string first;
    Value second;

    const std::string& key() const { return first; }
    Value& value() { return second; }
    const Value& value() const { return second; }
  };
  using iterator = typename std::list<Item>::iterator;
  using const_iterator = typename std::list<Item>::const_iterator;

  OrderedDict() = default;
  OrderedDict(std::initializer_list<std::pair<std::string, Value>> items) {
    for (const auto& [key, value] : items) insert(key, value);
  }
  OrderedDict(const OrderedDict& other) { *this = other; }
  OrderedDict(OrderedDict&&) noexcept = default;
  OrderedDict& operator=(const OrderedDict& other) {
    if (this != &other) {
      clear();
      for (const Item& item : other) insert(item.first, item.second);
    }
    return *this;
  }
  OrderedDict& operator=(OrderedDict&&) noexcept = default;

  iterator begin() { return items_.begin(); }
  iterator end() { return items_.end(); }
  const_iterator begin() const { return items_.begin(); }
  const_iterator end() const { return items_.end(); }
  size_t size() const { return items_.size(); }
  bool is_empty() const { return items_.empty(); }
  bool empty() const { return items_.empty(); }

  bool contains(std::string_view key) const { return index_.contains(key); }
  /// Null when the key is absent.
  Value* find(std::string_view key) {
    auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  const Value* find(std::string_view key) const { return const_cast<OrderedDict*>(this)->find(key); }
  /// Throws IndexError when the key is absent.
  Value& operator[](std::string_view key) {
    Value* value = find(key);
    check<IndexError>(value != nullptr, "no item named '", key, "'");
    return *value;
  }
  const Value& operator[](std::string_view key) const { return const_cast<OrderedDict&>(*this)[key]; }

  /// Grows with each item that comes or goes: a loop whose body may change the dictionary compares it.
  uint64_t changes() const { return changes_; }

  /// A new item at the end, or the item of that name with its value replaced.
  Value& insert(std::string key, Value value) {
    if (Value* existing = find(key)) return *existing = std::move(value);
    std::list<Item> added;  // by itself until the index knows it, too
    Item& item = added.emplace_back(Item{std::move(key), std::move(value)});
    index_.emplace(item.first, added.begin());
    items_.splice(items_.end(), added);
    ++changes_;
    return item.second;
  }
  /// False when the key was absent.
  bool erase(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return false;
    ++changes_;
    auto item = found->second;
    index_.erase(found);
    items_.erase(item);
    return true;
  }
  void clear() {
    std::list<Item> dropped;
    move_items_to(dropped);
  }
  /// To the end of a list; allocates nothing.
  void move_items_to(std::list<Item>& list) {
    ++changes_;
    index_.clear();
    list.splice(list.end(), items_);
  }

  std::vector<std::string> keys() const {
    std::vector<std::string> result;
    for (const Item& item : items_) result.push_back(item.first);
    return result;
  }
  std::vector<Value> values() const {
    std::vector<Value> result;
    for (const Item& item : items_) result.push_back(item.second);
    return result;
  }

 private:
  std::list<Item> items_;
  std::unordered_map<std::string_view, iterator> index_;  ///< the keys lie in items_
  uint64_t changes_ = 0;
};

}  // namespace ember
