"""Sums up what the test runner reported in its xunit file.

    Tests/Setup/summary.py [--may-skip] FILE

Prints the names of the tests that were skipped or that failed, then `N passed, N failed, N skipped`. Exits 1 unless
every test passed, or with --may-skip was skipped, and there was one.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

path = pathlib.Path(sys.argv[-1])
may_skip = "--may-skip" in sys.argv

try:
    cases = list(ElementTree.parse(path).iter("testcase"))
except (FileNotFoundError, ElementTree.ParseError):
    sys.exit("The test runner did not come to its report: it ended early, and its last lines above say why.")

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
