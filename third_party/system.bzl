"""Libraries that Debian installs, as Bazel repositories. A missing package is an error that names it."""

def _require(ctx):
    found = ctx.execute(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", ctx.attr.package])
    if found.return_code != 0 or not found.stdout.startswith("installed"):
        fail("the Debian package %s is missing: run ./ember setup" % ctx.attr.package)
    return found.stdout.split(" ")[1]

def _library_impl(ctx):
    version = _require(ctx)
    ctx.file("BUILD", """
# {package} {version}
cc_library(
    name = "{name}",
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
""".format(name = ctx.name, package = ctx.attr.package, version = version, linkopts = ctx.attr.linkopts))

debian_library = repository_rule(
    implementation = _library_impl,
    doc = "A library whose headers lie in /usr/include itself.",
    local = True,
    attrs = {
        "package": attr.string(mandatory = True),
        "linkopts": attr.string_list(),
    },
)

def _headers_impl(ctx):
    version = _require(ctx)
    ctx.symlink(ctx.attr.path, "include")
    ctx.file("BUILD", """
# {package} {version}
cc_library(
    name = "{target}",
    hdrs = glob(["include/**"]),
    defines = {defines},
    includes = ["include"],
    visibility = ["//visibility:public"],
)
""".format(
        package = ctx.attr.package,
        version = version,
        target = ctx.attr.target or ctx.name,
        defines = ctx.attr.defines,
    ))

debian_headers = repository_rule(
    implementation = _headers_impl,
    doc = "Headers in a folder of their own.",
    local = True,
    attrs = {
        "package": attr.string(mandatory = True),
        "path": attr.string(mandatory = True),
        "target": attr.string(),
        "defines": attr.string_list(),
    },
)
