// ModuleHolder: shared ownership of a module that reads like a value. `Linear fc(784, 10)` makes a LinearImpl; copies of the
// holder are the same module; `Linear fc{nullptr}` is empty until assigned.
#pragma once

#include <any>
#include <array>
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "ember/core/error.h"
#include "ember/ops/tensor.h"

namespace ember::nn {

class Module;

/// The forward of a class that declares one of its own, instead of overriding Module's: by value, of several arguments, of another
/// result, a template.
struct OwnForward {
  Tensor (*map)(Module& module, const Tensor& input);                     ///< null unless it maps one tensor to one
  std::any (*call)(Module& module, std::span<const std::any> arguments);  ///< null where `map` is all
};

namespace detail {

/// The type as C++ writes it, without ember's namespace.
std::string type_text(const std::type_info& type);
[[noreturn]] void fail_forward_count(const Module& module, size_t given, size_t expected);
[[noreturn]] void fail_forward_argument(const Module& module, size_t i, const std::type_info& given,
                                        const std::type_info& expected);

/// A forward that is no template, and not overloaded.
template <class F>
struct ForwardSignature;
template <class M, class R, class... Args>
struct ForwardSignature<R (M::*)(Args...)> {
  static constexpr bool kMapsTensor = std::is_same_v<R(std::remove_cvref_t<Args>...), Tensor(Tensor)>;

  template <class Self>
  static std::any call(Self& self, std::span<const std::any> arguments) {
    if (arguments.size() != sizeof...(Args)) fail_forward_count(self, arguments.size(), sizeof...(Args));
    return [&]<size_t... I>(std::index_sequence<I...>)->std::any {
      // Copies, which a forward that takes them by reference may change.
      [[maybe_unused]] std::tuple<std::remove_cvref_t<Args>...> values(get<Args>(self, arguments[I], I)...);
      if constexpr (std::is_void_v<R>)
        return self.forward(static_cast<Args>(std::get<I>(values))...), std::any();
      else
        return self.forward(static_cast<Args>(std::get<I>(values))...);
    }
    (std::index_sequence_for<Args...>());
  }

 private:
  template <class A>
  static std::remove_cvref_t<A> get(const Module& self, const std::any& argument, size_t i) {
    const auto* value = std::any_cast<std::remove_cvref_t<A>>(&argument);
    if (!value) fail_forward_argument(self, i, argument.type(), typeid(A));
    return *value;
  }
};
template <class M, class R, class... Args>
struct ForwardSignature<R (M::*)(Args...) const> : ForwardSignature<R (M::*)(Args...)> {};
template <class M, class R, class... Args>
struct ForwardSignature<R (M::*)(Args...) noexcept> : ForwardSignature<R (M::*)(Args...)> {};
template <class M, class R, class... Args>
struct ForwardSignature<R (M::*)(Args...) const noexcept> : ForwardSignature<R (M::*)(Args...)> {};

/// Calls forward with sizeof...(I) tensors where it takes so many, by an overload, as a template or for its default arguments.
template <class M, size_t... I>
bool call_with_tensors(M& module, std::span<const std::any> arguments, std::any& result, std::index_sequence<I...>) {
  if constexpr (requires { module.forward((void(I), std::declval<const Tensor&>())...); }) {
    if (arguments.size() != sizeof...(I)) return false;
    const std::array<const Tensor*, sizeof...(I)> tensors = {std::any_cast<Tensor>(&arguments[I])...};
    if (!(tensors[I] && ...)) return false;
    if constexpr (std::is_void_v<decltype(module.forward(*tensors[I]...))>)
      module.forward(*tensors[I]...);
    else
      result = module.forward(*tensors[I]...);
    return true;
  } else {
    return false;
  }
}

template <class M>
std::any call_forward(Module& base, std::span<const std::any> arguments) {
  M& module = static_cast<M&>(base);
  std::any result;
  const bool is_done = [&]<size_t... N>(std::index_sequence<N...>) {
    return (call_with_tensors(module, arguments, result, std::make_index_sequence<N + 1>()) || ...);
  }
  (std::make_index_sequence<4>());
  if (is_done) return result;
  if constexpr (requires { &M::forward; })
    return ForwardSignature<decltype(&M::forward)>::call(module, arguments);
  else
    fail_forward_count(base, arguments.size(), 1);
}

template <class M>
Tensor map_tensor(Module& module, const Tensor& input) {
  return static_cast<M&>(module).forward(input);
}

template <class M>
constexpr OwnForward make_own_forward() {
  OwnForward own{nullptr, &call_forward<M>};
  if constexpr (requires(M & m, const Tensor& x) {
                  { m.forward(x) } -> std::same_as<Tensor>;
                })
    own.map = &map_tensor<M>;
  if constexpr (requires { requires ForwardSignature<decltype(&M::forward)>::kMapsTensor; })
    if (own.map) own.call = nullptr;
  return own;
}
template <class M>
inline constexpr OwnForward own_forward = make_own_forward<M>();

void is_modules_own(Tensor (Module::*forward)(const Tensor&));

}  // namespace detail

/// Tells a module which forward its class declares, as far as this type knows: C++ finds no function by name at run time.
template <class M>
void remember_forward(M* module) {
  if constexpr (
      requires { module->forward(std::declval<const Tensor&>()); } || requires { &M::forward; }) {
    if constexpr (!requires { detail::is_modules_own(&M::forward); })
      if (module) module->set_own_forward(detail::own_forward<M>);
  }
}

template <class Impl>
class ModuleHolder {
 public:
  using ContainedType = Impl;

  /// What stands for a module that exists, or for none.
  template <class T>
  static constexpr bool is_handle =
      std::same_as<std::remove_cvref_t<T>, ModuleHolder> || std::same_as<std::remove_cvref_t<T>, std::nullptr_t> ||
      std::convertible_to<T, std::shared_ptr<Impl>>;

  ModuleHolder() requires std::is_default_constructible_v<Impl> : ModuleHolder(std::make_shared<Impl>()) {}
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) { remember_forward(impl_.get()); }
  /// Constructs the module from these arguments.
  template <class Head, class... Tail>
  requires(!(sizeof...(Tail) == 0 &&
             is_handle<Head>)&&std::constructible_from<Impl, Head, Tail...>) explicit ModuleHolder(Head&& head,
                                                                                                   Tail&&... tail)
      : ModuleHolder(std::make_shared<Impl>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  template <class Index>
  decltype(auto) operator[](Index&& index) const {
    return (*get())[std::forward<Index>(index)];
  }
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
    if constexpr (sizeof...(Args) == 1 && (std::convertible_to<Args, const Tensor&> && ...) && maps_tensor<Impl>) {
      return static_cast<Module&>(impl)(std::forward<Args>(args)...);
    } else {
      return impl.forward(std::forward<Args>(args)...);
    }
  }

 private:
  template <class M>
  static constexpr bool maps_tensor = requires(M& module, const Tensor& input) {
    { module.forward(input) } -> std::same_as<Tensor>;
  };

  std::shared_ptr<Impl> impl_;
};

}  // namespace ember::nn
