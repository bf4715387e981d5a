// The switch for results whose bits depend on the inputs alone.
#include "ember/core/determinism.h"

#include "ember/core/error.h"
#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"

namespace ember::python {

void bind_determinism(py::module_& ember) {
  ember.def(
      "use_deterministic_algorithms",
      [](bool mode, bool warn_only, const std::optional<std::string>& instruction_set) {
        check<ValueError>(!instruction_set || !instruction_set->empty(),
                          "use_deterministic_algorithms: instruction_set is \"\"; leave it out or name one");
        use_deterministic_algorithms(mode, instruction_set.value_or(""), warn_only);
      },
      py::arg("mode").noconvert(), py::kw_only(), py::arg("warn_only").noconvert() = false,
      py::arg("instruction_set") = py::none(),
      R"(With True every op, forward and backward, gives the same bits for any number of threads.

Without it that holds for all but products of matrices, convolutions, recurrent layers, LAPACK's decompositions, and what is made of
those: oneDNN and OpenBLAS split their sums by threads. With it, products and convolutions are Ember's own and a routine of LAPACK
computes on one thread, which takes more time: README.md tells how much.

`instruction_set` ("sse2", "avx2" or "avx512") asks for kernels that use that set and no better one, LAPACK's too: two machines that
have it then agree in every bit, whatever else their processors offer, given the same build of Ember, OpenBLAS and the C library.
Without it, the set is the one chosen at start. One that is unknown, or that this machine lacks, is a ValueError.

Every op of Ember has a deterministic way, so `warn_only` never has anything to warn of; it is kept for
`is_deterministic_algorithms_warn_only_enabled`. What a program does not set, the memory of `empty`, is what it was. Call this while
no other thread computes.)");
  ember.def("are_deterministic_algorithms_enabled", &are_deterministic_algorithms_enabled,
            "Whether use_deterministic_algorithms(True) holds.");
  ember.def("is_deterministic_algorithms_warn_only_enabled", &is_deterministic_algorithms_warn_only_enabled,
            "What the last use_deterministic_algorithms was given as warn_only.");
}

}  // namespace ember::python
