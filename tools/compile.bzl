"""C++ libraries whose files are compiled again only when a header changes that they include.

The native rules compile every file again that sees a new header, for all headers that a target sees are part of an action's key. Here the
compiler says what it read (compile.py), and the rest is left out of what Bazel compares.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")

_WARNINGS = ["-Wall", "-Wextra", "-Werror"]

def packages_of(headers):
    """The tree's packages that these headers are of: those that may be included."""
    return {header.owner.package: None for header in headers.to_list() if not header.owner.workspace_name}.keys()

def run_compiler(ctx, source, object, headers, packages, command, mnemonic, tools = [], env = {}):
    """The action that makes an object, and beside it a list of what was read, by a command that takes -MD."""
    depends = ctx.actions.declare_file(object.basename + ".d", sibling = object)
    unused = ctx.actions.declare_file(object.basename + ".unused", sibling = object)
    arguments = [
        "--package=" + ctx.label.package.split("/")[0],
        "--may-include=" + ",".join(sorted(packages)),
        "--include=" + public_include_folder(ctx),
        "--depends=" + depends.path,
        "--unused=" + unused.path,
    ]
    ctx.actions.run(
        executable = "/usr/bin/python3",
        arguments = ["-ES", ctx.file._compile.path] + arguments + command,
        inputs = depset([source, ctx.file._compile], transitive = [headers] + tools),
        outputs = [object, depends, unused],
        unused_inputs_list = unused,
        mnemonic = mnemonic,
        progress_message = "Compiling " + source.short_path,
        env = env,
    )

def public_include_folder(ctx):
    return ctx.bin_dir.path + "/include"

def _ember_library_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    own = cc_common.create_compilation_context(headers = depset(ctx.files.hdrs))
    infos = [dep[CcInfo] for dep in ctx.attr.deps]
    context = cc_common.merge_cc_infos(
        direct_cc_infos = [CcInfo(compilation_context = own)],
        cc_infos = infos,
    ).compilation_context
    headers = depset([file for file in ctx.files.srcs if file.extension == "h"], transitive = [context.headers])
    packages = packages_of(headers)
    cpp = ctx.fragments.cpp
    objects = []
    for source in ctx.files.srcs:
        if source.extension != "cc":
            continue
        object = ctx.actions.declare_file("_objects/%s/%s.pic.o" % (ctx.label.name, source.short_path[:-3]))
        variables = cc_common.create_compile_variables(
            feature_configuration = features,
            cc_toolchain = toolchain,
            source_file = source.path,
            output_file = object.path,
            user_compile_flags = cpp.copts + cpp.cxxopts + _WARNINGS + ctx.attr.copts,
            include_directories = depset([public_include_folder(ctx)], transitive = [context.includes]),
            quote_include_directories = depset(["."], transitive = [context.quote_includes]),
            system_include_directories = context.system_includes,
            preprocessor_defines = context.defines,
            use_pic = True,
        )
        action = dict(feature_configuration = features, action_name = CPP_COMPILE_ACTION_NAME)
        command = [cc_common.get_tool_for_action(**action)]
        command += cc_common.get_memory_inefficient_command_line(variables = variables, **action)
        env = cc_common.get_environment_variables(variables = variables, **action)
        run_compiler(ctx, source, object, headers, packages, command, "CppCompile", [toolchain.all_files], env)
        objects.append(object)
    link, _ = cc_common.create_linking_context_from_compilation_outputs(
        actions = ctx.actions,
        feature_configuration = features,
        cc_toolchain = toolchain,
        compilation_outputs = cc_common.create_compilation_outputs(pic_objects = depset(objects)),
        linking_contexts = [info.linking_context for info in infos],
        user_link_flags = ctx.attr.linkopts,
        name = ctx.label.name,
        alwayslink = True,
        disallow_dynamic_library = True,
    )
    return [
        CcInfo(compilation_context = context, linking_context = link),
        DefaultInfo(files = depset(objects), runfiles = ctx.runfiles(collect_default = True)),
    ]

COMPILER_ATTRS = {
    "deps": attr.label_list(providers = [CcInfo]),
    "_compile": attr.label(default = "//tools:compile.py", allow_single_file = True),
}

ember_library = rule(
    implementation = _ember_library_impl,
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    attrs = dict(
        COMPILER_ATTRS,
        srcs = attr.label_list(allow_files = [".cc", ".h"]),
        hdrs = attr.label_list(allow_files = [".h", ".cuh"]),
        copts = attr.string_list(),
        linkopts = attr.string_list(),
        _cc_toolchain = attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    ),
)

def folder_library(name, deps):
    """All sources of the folder `name`; its headers are included as ember/<name>/..."""
    ember_library(
        name = name,
        srcs = native.glob(["**/*.cc"]),
        hdrs = native.glob(["**/*.h"]),
        visibility = ["//visibility:public"],
        deps = deps,
    )

def ember_binary(rule, name, srcs, deps, testonly = 0, copts = [], **kwargs):
    """A native cc_binary or cc_test of sources that are compiled so."""
    ember_library(name = name + "_objects", srcs = srcs, deps = deps, testonly = testonly, copts = copts)
    rule(name = name, deps = [name + "_objects"], testonly = testonly, **kwargs)
