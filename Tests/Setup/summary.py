"""Sums up what the test runner reported in its xunit files.

Prints the names of the tests that were skipped or that failed, then `N passed, N failed, N skipped`. Exits 1 unless
every test passed, and there was one.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

paths = [pathlib.Path(argument) for argument in sys.argv[1:]]
if not all(path.is_file() for path in paths):
    sys.exit("The test runner reported nothing: it ended early, and its last lines above say why.")

passed, failed, skipped = [], [], []
for case in (case for path in paths for case in ElementTree.parse(path).iter("testcase")):
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
sys.exit(0 if passed and not failed and not skipped else 1)
