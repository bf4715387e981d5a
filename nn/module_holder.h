// ModuleHolder: shared ownership of a module that reads like a value. `Linear fc(784, 10)` makes a LinearImpl; copies of the
// holder are the same module; `Linear fc{nullptr}` is empty until assigned.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/tensor.h"

namespace ember::nn {

class Module;

template <class Impl>
class ModuleHolder {
 public:
  using ContainedType = Impl;

  ModuleHolder() requires std::is_default_constructible_v<Impl> : impl_(std::make_shared<Impl>()) {}
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  /// Constructs the module from these arguments.
  template <class Head, class... Tail>
  requires(!std::same_as<std::remove_cvref_t<Head>, ModuleHolder> &&
           !std::same_as<std::remove_cvref_t<Head>, std::nullptr_t> &&
           !std::convertible_to<Head, std::shared_ptr<Impl>> &&
           std::constructible_from<Impl, Head, Tail...>) explicit ModuleHolder(Head&& head, Tail&&... tail)
      : impl_(std::make_shared<Impl>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  Impl* operator->() const { return get(); }
  Impl& operator*() const { return *get(); }
  Impl* get() const {
    check(impl_ != nullptr, "ModuleHolder: accessing an empty module; assign one first");
    return impl_.get();
  }
  const std::shared_ptr<Impl>& ptr() const { return impl_; }
  operator std::shared_ptr<Module>() const { return impl_; }
  explicit operator bool() const { return impl_ != nullptr; }
  bool is_empty() const { return impl_ == nullptr; }

  /// forward, with the hooks when it maps one tensor to one.
  template <class... Args>
  decltype(auto) operator()(Args&&... args) const {
    Impl& impl = *get();
    if constexpr (sizeof...(Args) == 1 && (std::convertible_to<Args, const Tensor&> && ...) &&
                  std::same_as<decltype(impl.forward(std::forward<Args>(args)...)), Tensor>) {
      return static_cast<Module&>(impl)(std::forward<Args>(args)...);
    } else {
      return impl.forward(std::forward<Args>(args)...);
    }
  }

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace ember::nn
