"""Sums up what the test runner reported in its xunit file.

    Tests/Setup/summary.py [--may-skip] FILE

Prints the names of the tests that were skipped or that failed, then `N passed, N failed, N skipped`. Exits 1 unless
every test passed, or with --may-skip was skipped, and there was one. Where there is no report, it prints what the log
beside it, of the same name, has to say of that.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

path = pathlib.Path(sys.argv[-1])
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


try:
    cases = list(ElementTree.parse(path).iter("testcase"))
except (FileNotFoundError, ElementTree.ParseError):
    sys.exit(early_end(path.with_suffix(".log").read_text(errors="replace")))

passed, failed, skipped = [], [], []
for case in cases:
    name = f"{case.get('classname')}.{case.get('name')}"
    if case.find("failure") is not None or case.find("error") is not None:
        failed.append(name)
    elif case.find("skipped") is not None:
        skipped.append(name)
    else:
        passed.append(name)

for outcome, names in (("failed", failed), ("skipped", skipped)):
    for name in names:
        print(f"{outcome}: {name}")
print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped", flush=True)
sys.exit(0 if passed and not failed and (may_skip or not skipped) else 1)
