// Enters the CUDA backend when the program starts on a machine with a GPU. Without one nothing of CUDA is touched.
#include <unistd.h>

#include "cuda/allocator.h"
#include "cuda/kernels.h"
#include "cuda/runtime.h"

namespace ember::cuda {

namespace {

bool has_device() {
  // Asking the runtime takes a tenth of a second, so first see whether a driver (Linux's or WSL's) is loaded at all.
  if (access("/dev/nvidiactl", F_OK) != 0 && access("/dev/dxg", F_OK) != 0) return false;
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

[[maybe_unused]] const bool registered = [] {
  if (!has_device()) return false;
  // Never destroyed: tensors in static variables may outlive it otherwise.
  register_allocator(kCUDA, new PoolAllocator);
  register_memory();
  register_elementwise();
  return true;
}();

}  // namespace

}  // namespace ember::cuda
