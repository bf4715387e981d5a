"""Kernels compiled once for each instruction set; the best one is chosen when the program starts."""

load("//tools:compile.bzl", "ember_library")

_OPTIMISED = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd"]

_ISA_FLAGS = {
    "sse2": [],
    "avx2": ["-mavx2", "-mfma", "-mf16c", "-mbmi2"],
    "avx512": [
        "-mavx512f",
        "-mavx512cd",
        "-mavx512bw",
        "-mavx512dq",
        "-mavx512vl",
        "-mfma",
        "-mf16c",
        "-mbmi2",
        "-mprefer-vector-width=512",
        # GCC 12 takes the undefined operand of its own AVX-512 headers for a mistake of ours.
        "-Wno-maybe-uninitialized",
        "-Wno-uninitialized",
    ],
}

def isa_library(name, srcs, **kwargs):
    """A cc_library of `srcs` for every instruction set, optimised in every configuration.

    Each file is compiled with -DEMBER_ISA=<name of the set> and puts all it defines into namespace ember::EMBER_ISA, so that
    no code for a newer CPU can replace its twin for an older one at link time.
    """
    for isa, flags in _ISA_FLAGS.items():
        ember_library(
            name = name + "_" + isa,
            srcs = srcs,
            copts = _OPTIMISED + flags + ["-DEMBER_ISA=" + isa] + select({
                # With checks in each loop, to optimise them takes as long as all the rest.
                "//tools:sanitizer": ["-O1"],
                "//conditions:default": [],
            }),
            linkopts = ["-lmvec", "-lm"],
            **kwargs
        )
    ember_library(name = name, deps = [name + "_" + isa for isa in _ISA_FLAGS])
