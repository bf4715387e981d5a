// What is to be done when a thread ends.
#pragma once

#include <pthread.h>

namespace ember {

/// Calls `function(argument)` at the end of each thread that armed it. Unlike the destructor of a thread_local object, to note which needs
/// memory without which the process is ended. The main thread's end is the process's, which calls nothing.
class AtThreadEnd {
 public:
  explicit AtThreadEnd(void (*function)(void*)) : is_made_(pthread_key_create(&key_, function) == 0) {}

  /// For the calling thread; `argument` must not be null. False when it could not be noted.
  bool arm(void* argument) const { return is_made_ && pthread_setspecific(key_, argument) == 0; }

 private:
  pthread_key_t key_ = 0;
  bool is_made_;
};

}  // namespace ember
