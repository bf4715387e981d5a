// Intrusive reference counting, with objects recycled through per-thread free lists: an eager framework makes and drops
// several small objects for every op.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ember {

/// Memory for a small object from this thread's free list. Sizes above 1 KiB go to the system.
void* free_list_allocate(size_t bytes);
void free_list_release(void* memory, size_t bytes) noexcept;

class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void retain() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  void release() const noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) const_cast<RefCounted*>(this)->destroy();
  }
  uint32_t use_count() const noexcept { return count_.load(std::memory_order_acquire); }

  static void* operator new(size_t bytes) { return free_list_allocate(bytes); }
  static void operator delete(void* memory, size_t bytes) noexcept { free_list_release(memory, bytes); }

 protected:
  virtual ~RefCounted() = default;
  /// Called when the last reference goes; a type that must not recurse overrides it.
  virtual void destroy() noexcept { delete this; }

 private:
  mutable std::atomic<uint32_t> count_{0};
};

template <class T>
class IntrusivePtr {
 public:
  IntrusivePtr() = default;
  IntrusivePtr(std::nullptr_t) {}
  explicit IntrusivePtr(T* object) : object_(object) {
    if (object_) object_->retain();
  }
  IntrusivePtr(const IntrusivePtr& other) : IntrusivePtr(other.object_) {}
  IntrusivePtr(IntrusivePtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> IntrusivePtr(const IntrusivePtr<U>& other) : IntrusivePtr(other.get()) {}
  IntrusivePtr& operator=(IntrusivePtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~IntrusivePtr() {
    if (object_) object_->release();
  }

  /// Takes over a reference that someone counted, and gives one away.
  static IntrusivePtr adopt(T* object) {
    IntrusivePtr adopted;
    adopted.object_ = object;
    return adopted;
  }
  T* detach() noexcept { return std::exchange(object_, nullptr); }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const IntrusivePtr&) const = default;

 private:
  T* object_ = nullptr;
};

/// A reference that threads read while one of them replaces it; whoever replaces it keeps the object before alive for the readers.
template <class T>
class AtomicIntrusivePtr {
 public:
  AtomicIntrusivePtr() = default;
  AtomicIntrusivePtr(const AtomicIntrusivePtr&) = delete;
  AtomicIntrusivePtr& operator=(const AtomicIntrusivePtr&) = delete;
  ~AtomicIntrusivePtr() { exchange({}); }

  T* get() const { return object_.load(std::memory_order_acquire); }
  IntrusivePtr<T> load() const { return IntrusivePtr<T>(get()); }
  /// Puts `next` in and returns what was there. One thread at a time.
  IntrusivePtr<T> exchange(IntrusivePtr<T> next) {
    auto before = IntrusivePtr<T>::adopt(object_.load(std::memory_order_relaxed));
    object_.store(next.detach(), std::memory_order_release);
    return before;
  }

 private:
  std::atomic<T*> object_{nullptr};
};

template <class T, class... Args>
IntrusivePtr<T> make_intrusive(Args&&... args) {
  return IntrusivePtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace ember
