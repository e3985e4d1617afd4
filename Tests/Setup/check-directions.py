#!/usr/bin/env python3
"""Fails when folders of Swift targets use each other, directly or in a circle, and says what for.

    Tests/Setup/check-directions.py Sources/BenchmarkResults Sources/BenchmarkKit

A folder uses another when one of its files names a type or function that is declared at the top level of a file there. The
targets' own top-level files are a folder too. Members of extensions are not seen: it is a lower bound.
"""

import pathlib
import re
import sys

DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))? +)*(?:(?:public|package|final|indirect|nonisolated) +)*"
    r"(?:struct|class|enum|protocol|actor|typealias|func) +(\w+)",
    re.MULTILINE,
)


def read(targets: list[str]) -> dict[pathlib.Path, tuple[str, str]]:
    """The folder of each file, and its text without comments."""
    files = {}
    for target in map(pathlib.Path, targets):
        for path in sorted(target.rglob("*.swift")):
            folder = target.name + "/" + "/".join(path.relative_to(target).parts[:-1][:1])
            files[path] = (folder.rstrip("/"), re.sub(r"//.*", "", path.read_text()))
    return files


def uses(files: dict[pathlib.Path, tuple[str, str]]) -> dict[str, dict[str, list[str]]]:
    """What each folder uses of which others, and where."""
    declared = {name: folder for folder, text in files.values() for name in DECLARATION.findall(text)}
    found: dict[str, dict[str, list[str]]] = {folder: {} for folder, _ in files.values()}
    for path, (folder, text) in files.items():
        # Nested types and members are named behind a point, or are declared in the file itself.
        own = set(re.findall(r"(?:struct|class|enum|protocol|actor|typealias|func) +(\w+)", text))
        for name in sorted(set(re.findall(r"(?<![\w.])\w+", text)) - own):
            other = declared.get(name, folder)
            if other != folder:
                found[folder].setdefault(other, []).append(f"{path} uses {name}")
    return found


def circle(graph: dict[str, dict[str, list[str]]]) -> list[str]:
    """Folders of which each uses the next one, and the last the first; none where all go in one direction."""
    finished: set[str] = set()

    def visit(folder: str, trail: list[str]) -> list[str]:
        if folder in trail:
            return trail[trail.index(folder) :]
        if folder in finished:
            return []
        for other in graph[folder]:
            if found := visit(other, [*trail, folder]):
                return found
        finished.add(folder)
        return []

    return next((found for folder in graph if (found := visit(folder, []))), [])


def main() -> int:
    """Checks the targets that are named on the command line."""
    files = read(sys.argv[1:])
    if not files:
        print("no Swift files in", *sys.argv[1:])
        return 1
    graph = uses(files)
    found = circle(graph)
    for folder, other in zip(found, found[1:] + found[:1], strict=True):
        for use in graph[folder][other]:
            print(f"{folder} must not use {other}, or not be used by it: {use}")
    print(f"{len(graph)} folders, {sum(map(len, graph.values()))} arrows between them")
    return 1 if found else 0


sys.exit(main())
