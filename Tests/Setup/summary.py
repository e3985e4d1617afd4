"""Sums up what the test runner reported in its xunit file.

    Tests/Setup/summary.py [--may-skip] FILE [AGAIN]
    Tests/Setup/summary.py --filter FILE

Prints the names of the tests that were skipped or that failed, then `N passed, N failed, N skipped`. Exits 1 unless
every test passed, or with --may-skip was skipped, and there was one. Where there is no report, it prints what the log
beside it, of the same name, has to say of that. AGAIN is the report of those that failed, run once more by themselves:
what passed there is named, and has passed.

With --filter, prints what `swift test --filter` takes for the tests that failed; nothing where there are none, or so
many that it is not chance.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

MOST_BY_CHANCE = 3

paths = [pathlib.Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
may_skip = "--may-skip" in sys.argv


def early_end(log: str) -> str:
    """What a log tells of a test runner that has not written its report: its last lines, and which tests were under way."""
    under_way = dict.fromkeys(re.findall(r"^◇ Test (?!run )(?!case )(.+) started\.$", log, re.MULTILINE))
    for name in re.findall(
        r"^. Test (?!run )(?!case )(.+?)(?: with \d+ test cases)? (?:passed|failed) after", log, re.MULTILINE
    ):
        under_way.pop(name, None)
    last = "\n".join(f"  {line}" for line in log.splitlines()[-60:])
    return (
        f"The test runner ended before it came to its report. Its last lines:\n{last}\n"
        f"Tests under way: {', '.join(under_way) or 'none'}"
    )


def outcomes(path: pathlib.Path) -> dict[str, str]:
    """What became of each test of a report: passed, failed or skipped; empty where there is no report."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        return {}
    result: dict[str, str] = {}
    for case in cases:
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            result[name] = "failed"
        else:
            result.setdefault(name, "skipped" if case.find("skipped") is not None else "passed")
    return result


tests = outcomes(paths[0])
if "--filter" in sys.argv:
    failed = [name for name, outcome in tests.items() if outcome == "failed"]
    if 0 < len(failed) <= MOST_BY_CHANCE:
        # What is matched has slashes behind a suite, and the place in its file behind a test.
        print("^(" + "|".join(re.escape(name).replace(r"\.", "[./]") for name in failed) + ")(/|$)")
    sys.exit()
if not tests:
    sys.exit(early_end(paths[0].with_suffix(".log").read_text(errors="replace")))

for name, outcome in outcomes(paths[1]).items() if len(paths) > 1 else ():
    if tests.get(name) == "failed" and outcome == "passed":
        print(f"failed beside the others, passed by itself: {name}")
        tests[name] = "passed"
for name, outcome in tests.items():
    if outcome != "passed":
        print(f"{outcome}: {name}")
count = {outcome: list(tests.values()).count(outcome) for outcome in ("passed", "failed", "skipped")}
print(", ".join(f"{number} {outcome}" for outcome, number in count.items()), flush=True)
sys.exit(0 if count["passed"] and not count["failed"] and (may_skip or not count["skipped"]) else 1)
