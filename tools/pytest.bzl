"""pytest under the Python environment that ./ember setup makes, with the package as users import it."""

def _ember_pytest_impl(ctx):
    runner = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(runner, """#!/usr/bin/env bash
exec "$TEST_SRCDIR/{workspace}/{script}" {tests}
""".format(
        workspace = ctx.workspace_name,
        script = ctx.file._script.short_path,
        tests = " ".join([f.short_path for f in ctx.files.srcs]),
    ), is_executable = True)
    files = ctx.files.srcs + ctx.files.data + [ctx.file._script] + ctx.files._package
    return [DefaultInfo(executable = runner, runfiles = ctx.runfiles(files = files))]

ember_pytest_test = rule(
    implementation = _ember_pytest_impl,
    test = True,
    attrs = {
        "srcs": attr.label_list(allow_files = [".py"]),
        "data": attr.label_list(allow_files = True),
        "_package": attr.label(default = "//python:package"),
        "_script": attr.label(default = "//tools:pytest.sh", allow_single_file = True),
    },
)

def ember_pytest(name, srcs, **kwargs):
    ember_pytest_test(name = name, srcs = srcs, **kwargs)
