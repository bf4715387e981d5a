// main of every benchmark: Google Benchmark's own but for what stands above the table. Debian's library keeps its assertions and
// says so in each run; they lie outside of the loops that are timed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "ember/core/parallel.h"

namespace {

class Table : public benchmark::ConsoleReporter {
 public:
  Table() : ConsoleReporter(isatty(STDOUT_FILENO) ? OO_Color : OO_None) {}

  bool ReportContext(const Context& context) override {
    name_field_width_ = context.name_field_width;
    GetErrorStream() << ember::num_threads() << " threads on " << context.cpu_info.num_cpus << " CPUs of "
                     << context.cpu_info.cycles_per_second / 1e6 << " MHz\n";
    return true;
  }
};

}  // namespace

int main(int argc, char** argv) {
  const bool formats_itself = std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--benchmark_format") || argument.starts_with("--benchmark_color") ||
           argument.starts_with("--benchmark_counters_tabular");
  });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Table table;
  benchmark::RunSpecifiedBenchmarks(formats_itself ? nullptr : &table);
  benchmark::Shutdown();
}
