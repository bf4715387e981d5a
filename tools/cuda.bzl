"""cuda_library: CUDA sources compiled by nvcc, beside C++ sources, as one library."""

load("@local_cuda//:defs.bzl", "CUDA_FOUND", "CUDA_HOME")
load("//tools:compile.bzl", "COMPILER_ATTRS", "ember_library", "packages_of", "public_include_folder", "run_compiler")

# Machine code for the data-centre GPUs in use, and PTX from which the driver compiles for all others since Turing.
_ARCHITECTURES = [
    "-gencode=arch=compute_75,code=compute_75",
    "-gencode=arch=compute_80,code=sm_80",
    "-gencode=arch=compute_90,code=sm_90",
]

_FLAGS = [
    "-std=c++20",
    "-O3",
    "-Xcompiler=-fPIC,-fopenmp,-Wall,-Wextra,-Werror,-Wno-unused-parameter",
    "--Werror=all-warnings",
    "-ccbin=/usr/bin/g++",
]

def _cuda_objects_impl(ctx):
    context = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context
    includes = ["-I" + path for path in context.quote_includes.to_list() + context.includes.to_list()]
    includes.append("-I" + public_include_folder(ctx))
    includes += ["-isystem=" + path for path in context.system_includes.to_list()]
    headers = depset(ctx.files.hdrs, transitive = [context.headers])
    objects = []
    for source in ctx.files.srcs:
        object = ctx.actions.declare_file("%s/%s.pic.o" % (ctx.label.name, source.basename[:-3]))
        command = [CUDA_HOME + "/bin/nvcc"] + _FLAGS + _ARCHITECTURES + ["-I."] + includes
        command += ["-c", source.path, "-o", object.path]
        # nvcc looks for cicc and ptxas by its own path, for the host compiler by this one.
        env = {"PATH": "/usr/bin:/bin"}
        run_compiler(ctx, source, object, headers, packages_of(headers), command, "CudaCompile", env = env)
        objects.append(object)
    return [DefaultInfo(files = depset(objects))]

_cuda_objects = rule(
    implementation = _cuda_objects_impl,
    attrs = dict(
        COMPILER_ATTRS,
        srcs = attr.label_list(allow_files = [".cu"]),
        hdrs = attr.label_list(allow_files = [".h", ".cuh"]),
    ),
)

def cuda_library(name, cuda_srcs, srcs = [], hdrs = [], deps = [], **kwargs):
    """A cc_library of `srcs` and of the .cu files `cuda_srcs`; an empty one where no CUDA toolkit is found."""
    if not CUDA_FOUND:
        native.cc_library(name = name, **kwargs)
        return
    _cuda_objects(name = name + "_objects", srcs = cuda_srcs, hdrs = hdrs, deps = deps + ["@local_cuda//:cudart"])
    native.cc_library(name = name + "_kernels", srcs = [name + "_objects"], linkstatic = 1, alwayslink = 1)
    ember_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        deps = deps + [name + "_kernels", "@local_cuda//:cudart"],
        **kwargs
    )
