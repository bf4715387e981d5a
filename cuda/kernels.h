// The families of CUDA kernels, each entering its kernels into the table.
#pragma once

#include "core/backend.h"

namespace ember::cuda {

void register_memory(Backend& table);
void register_elementwise(Backend& table);

}  // namespace ember::cuda
