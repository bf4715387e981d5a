// A bounded cache of what is expensive to make, keyed by a list of integers. Thread-safe; entries are shared and constant.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ember::dnnl {

using CacheKey = std::vector<int64_t>;

struct CacheKeyHash {
  size_t operator()(const CacheKey& key) const {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(key.data()), key.size() * sizeof(int64_t)});
  }
};

template <class T>
class Cache {
 public:
  explicit Cache(size_t capacity) : capacity_(capacity) {}

  /// The entry for `key`, made by `make()` when there is none; the one used longest ago gives way.
  template <class Make>
  std::shared_ptr<const T> get(const CacheKey& key, Make make) {
    {
      std::lock_guard lock(mutex_);
      if (auto found = index_.find(key); found != index_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
      }
    }
    // Outside of the lock: two threads may both make it, and the first one's is kept.
    std::shared_ptr<const T> made = make();
    std::lock_guard lock(mutex_);
    if (auto found = index_.find(key); found != index_.end()) return found->second->second;
    std::list<Entry> added;  // by itself until the index knows it, too
    added.emplace_front(key, made);
    index_.emplace(key, added.begin());
    entries_.splice(entries_.begin(), added);
    if (entries_.size() > capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return made;
  }

 private:
  using Entry = std::pair<CacheKey, std::shared_ptr<const T>>;

  size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> entries_;
  std::unordered_map<CacheKey, typename std::list<Entry>::iterator, CacheKeyHash> index_;
};

}  // namespace ember::dnnl
