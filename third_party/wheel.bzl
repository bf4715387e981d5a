"""PyPI wheels unpacked into one repository. pip checks the sums; a wheel once fetched is kept in ember's cache folder."""

def _wheels_impl(ctx):
    home = ctx.os.environ.get("HOME", "/root")
    cache = ctx.os.environ.get("EMBER_CACHE", home + "/.cache/ember") + "/wheels/"
    for package, sha256 in ctx.attr.packages.items():
        folder = cache + sha256
        if not _wheel_in(ctx, folder):
            ctx.file("requirements.txt", "%s --hash=sha256:%s\n" % (package, sha256))
            ctx.report_progress("downloading " + package)
            fetched = ctx.execute(_pip(ctx) + [
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
        ctx.extract(_zip_link(ctx, _wheel_in(ctx, folder)))

    # A wheel's <name>.data/data/ is what pip would merge into the prefix.
    merge = "set -e; for d in *.data/data; do [ -d $d ] && cp -r $d/. . && rm -r $d; done; rm -rf wheel-*.zip"
    merged = ctx.execute(["bash", "-c", merge + " || true"])
    if merged.return_code != 0:
        fail(merged.stderr)
    ctx.symlink(ctx.attr.build_file, "BUILD")

def _wheel_in(ctx, folder):
    found = ctx.execute(["bash", "-c", "ls '%s'/*.whl 2>/dev/null" % folder])
    return found.stdout.strip()

def _zip_link(ctx, wheel):
    name = "wheel-%s.zip" % wheel.split("/")[-1]
    ctx.symlink(wheel, name)
    return name

def _pip(ctx):
    """The system's pip, or that of a throw-away environment where Debian has none installed."""
    if ctx.execute(["/usr/bin/python3", "-m", "pip", "--version"]).return_code == 0:
        return ["/usr/bin/python3", "-m", "pip"]
    if ctx.execute(["/usr/bin/python3", "-m", "venv", "pip"]).return_code != 0:
        fail("python3 -m venv failed: run ./ember setup")
    return ["pip/bin/python", "-m", "pip"]

wheels = repository_rule(
    implementation = _wheels_impl,
    attrs = {
        "packages": attr.string_dict(doc = "name==version to the wheel's sha256", mandatory = True),
        "build_file": attr.label(mandatory = True),
    },
)
