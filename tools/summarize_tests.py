"""Reads the events of a `bazel test` run, counts its test cases and prints `N passed, N failed`.

A test target that did not build, crashed or timed out counts as one failure.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree as xml


def count(path):
    """The cases in a JUnit file, as GoogleTest and pytest write it: (passed, names of the failed, skipped)."""
    passed, failed, skipped = 0, [], 0
    for case in xml.parse(path).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name')}".lstrip(".")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None or case.get("result") in ("skipped", "suppressed"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    events, status = sys.argv[1], int(sys.argv[2])
    results, unbuilt = {}, set()
    with open(events) as lines:
        for event in map(json.loads, lines):
            if "testResult" in event:
                results[event["id"]["testResult"]["label"]] = event["testResult"]
            target = event["id"].get("targetCompleted")
            if target and not event.get("completed", {}).get("success"):
                unbuilt.add(target["label"])

    passed, skipped, failed = 0, 0, []
    for label, result in sorted(results.items()):
        files = {f["name"]: urllib.parse.urlparse(f.get("uri", "")).path for f in result.get("testActionOutput", [])}
        try:
            good, bad, omitted = count(files["test.xml"])
        except (KeyError, OSError, xml.ParseError):
            good, bad, omitted = 0, [], 0
        if result["status"] != "PASSED" and not bad:
            bad = [result["status"].lower().replace("_", " ")]
        passed += good
        skipped += omitted
        failed += [f"{label}: {name}" for name in bad]
    failed += [f"{label}: does not build" for label in sorted(unbuilt - results.keys())]
    if status and not failed:
        failed.append("bazel test: see its message above")

    for name in failed:
        print("FAILED", name)
    print(f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
