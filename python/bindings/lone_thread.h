// Changes of what C++ reads without Python's lock: a module's children, parameters and options, a tensor's memory and shape.
#pragma once

#include "ember/optim/optimizer.h"
#include "python/bindings/gil.h"

namespace ember::python {

/// With Python's lock: returns, with it, once no other thread runs C++ without it. What such threads read may be changed until the lock is
/// given up, or Python code runs. Threads that begin meanwhile wait, so it takes no longer than the calls that are under way.
void wait_for_other_threads();

/// The optimizer's lock, waited for without Python's, which its holder may need to go on.
optim::Optimizer::Lock lock_of(const optim::Optimizer& optimizer);

}  // namespace ember::python
