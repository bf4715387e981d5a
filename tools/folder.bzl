"""The library of a top-level folder."""

def folder_library(name, deps):
    """All sources of the folder `name`; its headers are included as ember/<name>/..."""
    native.cc_library(
        name = name,
        srcs = native.glob(["**/*.cc"]),
        hdrs = native.glob(["**/*.h"]),
        include_prefix = "ember/" + name,
        linkstatic = 1,
        visibility = ["//visibility:public"],
        alwayslink = 1,
        deps = deps,
    )
