#!/usr/bin/env python3
"""Fails when code outside the transports knows one of them by its name, or a module has a type of its own name, and says where.

    Tests/Setup/check-names.py Sources

A transport's target is one that makes a TransportDescriptor with a name; all that others have to know of it is a property of
that descriptor. Looked at are string literals that are a transport's name, or its selector; comments may say what they like.
Where a module has a type of its own name, nothing else of it can be named by `Module.Name`: the type is found first.
"""

import pathlib
import re
import sys

DESCRIPTOR = re.compile(r'TransportDescriptor\(\s*name: "(\w+)"')

# What may be: records of runs before the baseline was kept in them had this one, and colours that pages have had stay the same.
EXCEPTIONS = {"BenchmarkResults/Results/RunRecord.swift": ["grpc"], "BenchmarkResults/Page/Palette.swift": None}


def is_excepted(path: str, name: str) -> bool:
    """Whether that file may know that transport."""
    names = EXCEPTIONS.get(path, [])
    return names is None or name in names


def main() -> int:
    """Checks the targets in the folder that is named on the command line."""
    sources = pathlib.Path(sys.argv[1])
    texts = {path: re.sub(r"//.*", "", path.read_text()) for path in sorted(sources.rglob("*.swift"))}
    owners = {
        name: path.relative_to(sources).parts[0] for path, text in texts.items() for name in DESCRIPTOR.findall(text)
    }
    if not owners:
        print(f"no transport in {sources}")
        return 1
    literal = re.compile(rf'"({"|".join(sorted(owners))})(?::[\w-]+)?"')
    found = [
        f'{path}:{number} knows the transport "{name}"; make what it has to know a property of TransportDescriptor'
        for path, text in texts.items()
        if path.relative_to(sources).parts[0] not in owners.values()
        for number, line in enumerate(text.split("\n"), 1)
        for name in literal.findall(line)
        if not is_excepted(str(path.relative_to(sources)), name)
    ]
    found += [
        f"{path}: the module {path.relative_to(sources).parts[0]} has a type of its own name"
        for path, text in texts.items()
        if re.search(rf"\b(struct|class|enum|protocol|actor|typealias) {path.relative_to(sources).parts[0]}\b", text)
    ]
    print("\n".join(found) or f"{len(owners)} transports: {', '.join(sorted(owners))}")
    return 1 if found else 0


sys.exit(main())
