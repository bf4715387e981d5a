"""A folder that holds a Python package as it would be installed: its modules, and in its folder lib/ the shared libraries they load."""

def _python_package_impl(ctx):
    files = []
    for source in ctx.files.srcs:
        inside = source.short_path[len(ctx.label.package) + 1:]
        files.append(_link(ctx, inside, source))
    for extension in ctx.files.extensions:
        files.append(_link(ctx, ctx.attr.module + "/" + extension.basename, extension))
    for library in ctx.files.libraries:
        files.append(_link(ctx, ctx.attr.module + "/lib/" + library.basename, library))
    return [DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files = files))]

def _link(ctx, inside, target):
    link = ctx.actions.declare_file(ctx.label.name + "/" + inside)
    ctx.actions.symlink(output = link, target_file = target)
    return link

python_package = rule(
    implementation = _python_package_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "extensions": attr.label_list(allow_files = True),
        "libraries": attr.label_list(allow_files = True),
        "module": attr.string(mandatory = True),
    },
)
