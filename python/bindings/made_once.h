// Python objects made at the first use and never let go of: Python may be gone before C++'s statics are.
#pragma once

namespace ember::python {

/// What `make` gives, a pointer, at the first call. Not by a static's initializer alone: `make` may run Python code, in which other threads
/// get Python's lock, and those that arrive at the same static would wait for it with that lock.
template <class Make>
auto made_once(const Make& make) {
  static decltype(make()) made = nullptr;
  if (!made) {
    const auto own = make();
    if (!made) made = own;
  }
  return made;
}

}  // namespace ember::python
