// The hooks of a tensor or node. They may come and go while a walk over them is under way, in this thread or another.
#pragma once

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <mutex>
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
    const std::lock_guard lock(hook_lists_mutex);
    own_hooks().push_back(std::move(hook));
    is_empty_.store(false, std::memory_order_release);
  }
  /// Takes out those that `is_meant` picks. What they hold goes with the result, not under the lock: it may be Python's.
  template <class Predicate>
  Hooks take(const Predicate& is_meant) {
    Hooks taken;
    const std::lock_guard lock(hook_lists_mutex);
    if (!hooks_) return taken;
    Hooks& hooks = own_hooks();
    const auto rest = std::stable_partition(hooks.begin(), hooks.end(), [&](const Hook& h) { return !is_meant(h); });
    taken.assign(std::make_move_iterator(rest), std::make_move_iterator(hooks.end()));
    hooks.erase(rest, hooks.end());
    is_empty_.store(hooks.empty(), std::memory_order_release);
    return taken;
  }

 private:
  /// The list itself while no walk sees it, a copy otherwise.
  Hooks& own_hooks() {
    if (!hooks_)
      hooks_ = std::make_shared<Hooks>();
    else if (hooks_.use_count() > 1)
      hooks_ = std::make_shared<Hooks>(*hooks_);
    std::atomic_thread_fence(std::memory_order_acquire);  // after the last read of a walk that has just ended
    return *hooks_;
  }

  std::shared_ptr<Hooks> hooks_;
  std::atomic<bool> is_empty_{true};
};

}  // namespace ember::autograd
