"""PyPI wheels unpacked into one repository. A wheel once fetched is kept in ember's cache folder; its sum is checked each time."""

def _wheels_impl(ctx):
    home = ctx.os.environ.get("HOME", "/root")
    cache = ctx.os.environ.get("EMBER_CACHE", home + "/.cache/ember")
    for package, sha256 in ctx.attr.packages.items():
        folder = cache + "/wheels/" + sha256
        if not _wheel_in(ctx, folder):
            ctx.file("requirements.txt", "%s --hash=sha256:%s\n" % (package, sha256))
            ctx.report_progress("downloading " + package)
            fetched = ctx.execute(_pip(ctx, cache) + [
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--require-hashes",
                "--requirement=requirements.txt",
                "--dest=" + folder,
            ])
            if fetched.return_code != 0:
                fail("pip could not download %s:\n%s" % (package, fetched.stderr))
        wheel = _wheel_in(ctx, folder)
        found = ctx.execute(["sha256sum", wheel]).stdout.split(" ")[0]
        if found != sha256:
            fail("%s is not %s: its sum is %s, not %s; remove it and try again" % (wheel, package, found, sha256))
        ctx.extract(_zip_link(ctx, wheel))

    # A wheel's <name>.data/data/ is what pip would merge into the prefix.
    merge = "set -e; shopt -s nullglob; for d in *.data/data; do cp -r $d/. .; rm -r $d; done; rm -f wheel-*.zip"
    merged = ctx.execute(["bash", "-c", merge])
    if merged.return_code != 0:
        fail(merged.stderr)
    ctx.symlink(ctx.attr.build_file, "BUILD")

def _wheel_in(ctx, folder):
    return ctx.execute(["find", folder, "-name", "*.whl"]).stdout.strip()

def _zip_link(ctx, wheel):
    name = "wheel-%s.zip" % wheel.split("/")[-1]
    ctx.symlink(wheel, name)
    return name

def _pip(ctx, cache):
    for python in [cache + "/venv/bin/python", "/usr/bin/python3"]:
        if ctx.execute([python, "-m", "pip", "--version"]).return_code == 0:
            return [python, "-m", "pip"]
    fail("pip is missing: run ./ember setup")

wheels = repository_rule(
    implementation = _wheels_impl,
    attrs = {
        "packages": attr.string_dict(doc = "name==version to the wheel's sha256", mandatory = True),
        "build_file": attr.label(mandatory = True),
    },
)
