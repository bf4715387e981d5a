"""Finds a CUDA toolkit. Where there is none, or EMBER_CUDA=off, the repository is empty and everything of CUDA is skipped."""

def _cuda_configure_impl(ctx):
    wanted = ctx.os.environ.get("EMBER_CUDA", "auto")
    path = ctx.os.environ.get("CUDA_HOME", "/usr/local/cuda")
    found = wanted != "off" and ctx.path(path + "/bin/nvcc").exists
    if wanted == "on" and not found:
        fail("EMBER_CUDA=on, but there is no %s/bin/nvcc; set CUDA_HOME" % path)
    ctx.file("defs.bzl", "CUDA_FOUND = %s\nCUDA_HOME = %r\n" % (found, path))
    if not found:
        ctx.file("BUILD", 'filegroup(name = "library", visibility = ["//visibility:public"])\n')
        return
    ctx.symlink(path, "cuda")
    ctx.symlink(Label("//third_party:cuda.BUILD"), "BUILD")

cuda_configure = repository_rule(
    implementation = _cuda_configure_impl,
    environ = ["EMBER_CUDA", "CUDA_HOME"],
    local = True,
)
