// Writes digests of the outputs and gradients of every row: one line each, for tests of where results are the same bits. Arguments: the
// number of threads and, for deterministic algorithms, an instruction set.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ember/core/determinism.h"
#include "ember/core/parallel.h"
#include "tests/op_table/results.h"

namespace {

/// FNV-1a.
uint64_t digest(const op_table::Results& results) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const auto* list : {&results.outputs, &results.gradients})
    for (const ember::Tensor& x : *list) {
      const ember::Tensor dense = ember::contiguous(x);
      const auto* bytes = reinterpret_cast<const unsigned char*>(dense.raw_data());
      for (int64_t i = 0; i < static_cast<int64_t>(dense.nbytes()); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
    }
  return hash;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s THREADS [INSTRUCTION_SET]\n", arguments[0]);
    return EXIT_FAILURE;
  }
  ember::set_num_threads(std::atoi(arguments[1]));
  if (count > 2) ember::use_deterministic_algorithms(true, arguments[2]);
  for (const op_table::Row& row : op_table::all_rows()) {
    const auto bits = [&](const op_table::Sample& sample, ember::DType dtype) {
      return digest(op_table::run(row.op, op_table::make(sample, dtype)));
    };
    std::printf("%016lx %016lx %s\n", bits(op_table::large_sample(row), ember::kFloat32),
                bits(row.samples[0], ember::kFloat64), row.name.c_str());
  }
}
