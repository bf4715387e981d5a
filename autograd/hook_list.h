// The hooks of a tensor or node. They may come and go while a walk over them is under way, in this thread or another.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ember::autograd {

/// One for all lists: hooks come and go seldom, and every node of a tape has a list.
inline std::mutex hook_lists_mutex;

template <class Hook>
class HookList {
 public:
  using Hooks = std::vector<Hook>;

  bool is_empty() const { return is_empty_.load(std::memory_order_acquire); }
  /// Those of this moment, in order of registration; null when there never were any.
  std::shared_ptr<const Hooks> all() const {
    const std::lock_guard lock(hook_lists_mutex);
    return hooks_;
  }
  template <class Call>
  void for_each(const Call& call) const {
    if (is_empty()) return;
    const auto hooks = all();
    for (const Hook& hook : *hooks) call(hook);
  }

  void add(Hook hook) {
    std::shared_ptr<Hooks> before;  // goes after the lock
    const std::lock_guard lock(hook_lists_mutex);
    auto hooks = hooks_ ? std::make_shared<Hooks>(*hooks_) : std::make_shared<Hooks>();
    hooks->push_back(std::move(hook));
    before = std::exchange(hooks_, std::move(hooks));
    is_empty_.store(false, std::memory_order_release);
  }
  /// Takes out those that `is_meant` picks. What they hold goes with the result, not under the lock: it may be Python's.
  template <class Predicate>
  Hooks take(const Predicate& is_meant) {
    Hooks taken;
    std::shared_ptr<Hooks> before;
    const std::lock_guard lock(hook_lists_mutex);
    if (!hooks_) return taken;
    auto rest = std::make_shared<Hooks>();
    for (const Hook& hook : *hooks_) (is_meant(hook) ? taken : *rest).push_back(hook);
    is_empty_.store(rest->empty(), std::memory_order_release);
    before = std::exchange(hooks_, std::move(rest));
    return taken;
  }

 private:
  std::shared_ptr<Hooks> hooks_;  ///< never changed: a walk may read it
  std::atomic<bool> is_empty_{true};
};

}  // namespace ember::autograd
