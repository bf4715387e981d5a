"""Reads the events of a `bazel test` run, counts its test cases and prints `N passed, N failed`.

    summarize_tests.py EVENTS STATUS [JUNIT_REPORT...]

Numbers that tests record, of signals sent say, are summed and told. Further reports are counted too. A test target that did not
build, crashed or timed out counts as one failure, and so does a report that is missing.
"""

import collections
import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree as xml


def count(path):
    """The cases in a JUnit file, as GoogleTest and pytest write it: (passed, names of the failed, skipped, numbers by name)."""
    passed, failed, skipped, numbers = 0, [], 0, collections.Counter()
    for case in xml.parse(path).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name')}".lstrip(".")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None or case.get("result") in ("skipped", "suppressed"):
            skipped += 1
        else:
            passed += 1
        for recorded in case.iter("property"):
            if recorded.get("value").isdigit():
                numbers[recorded.get("name")] += int(recorded.get("value"))
    return passed, failed, skipped, numbers


def main():
    events, status, reports = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    results, unbuilt = {}, set()
    with open(events) as lines:
        for event in map(json.loads, lines):
            if "testResult" in event:
                results[event["id"]["testResult"]["label"]] = event["testResult"]
            target = event["id"].get("targetCompleted")
            if target and not event.get("completed", {}).get("success"):
                unbuilt.add(target["label"])

    runs = []
    for label, result in sorted(results.items()):
        files = {f["name"]: urllib.parse.urlparse(f.get("uri", "")).path for f in result.get("testActionOutput", [])}
        runs.append((label, files.get("test.xml", ""), result["status"]))
    runs += [
        (os.path.basename(report), report, "PASSED" if os.path.exists(report) else "NO_REPORT") for report in reports
    ]

    passed, skipped, failed, numbers = 0, 0, [], collections.Counter()
    for label, report, outcome in runs:
        try:
            good, bad, omitted, recorded = count(report)
        except (OSError, xml.ParseError):
            good, bad, omitted, recorded = 0, [], 0, {}
        numbers.update(recorded)
        if outcome != "PASSED" and not bad:
            bad = [outcome.lower().replace("_", " ")]
        passed += good
        skipped += omitted
        failed += [f"{label}: {name}" for name in bad]
    failed += [f"{label}: does not build" for label in sorted(unbuilt - results.keys())]
    if status and not failed:
        failed.append("bazel test: see its message above")

    for name in failed:
        print("FAILED", name)
    if numbers:
        print("among them " + ", ".join(f"{number:,} {name}" for name, number in sorted(numbers.items())))
    print(f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
