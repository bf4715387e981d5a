// A callable passed by reference: one pointer to it and one to the code that calls it, no allocation.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace ember {

template <class Signature>
class FunctionRef;

template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>) && std::is_invocable_r_v<R, F&, Args...> FunctionRef(
                                                                        F&& f)
      : object_((void*)std::addressof(f)),  // a C cast: f may be const, or a function
  call_([](void* object, Args... args) -> R {
    return (*(std::remove_reference_t<F>*)(object))(std::forward<Args>(args)...);
  }) {}

  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace ember
