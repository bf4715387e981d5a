// Calls that have to be an error in words, with their text.
#pragma once

namespace ember::test {

struct Call {
  const char* text;
  void (*call)();
};

}  // namespace ember::test

#define CALL(...)                                        \
  {                                                      \
#__VA_ARGS__, [] { static_cast<void>(__VA_ARGS__); } \
  }
