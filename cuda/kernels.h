// The families of CUDA kernels, each entering its kernels into the table.
#pragma once

namespace ember::cuda {

void register_memory();
void register_elementwise();

}  // namespace ember::cuda
