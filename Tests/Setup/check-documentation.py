#!/usr/bin/env python3
"""Checks README and articles: links and files they name are there, and docc converts every catalog without a warning.

    Tests/Setup/check-documentation.py [--modules FOLDER]

Links of README and articles are relative, so that they can be followed wherever the Markdown lies. docc has links of its own, so
that it is given a copy in which those between articles of a catalog are written its way, and others to files are plain text. With
--modules, the folder of built modules, symbols that articles of a library name are looked up as well. What docc makes is put to
.build/documentation.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OUTPUT = ROOT / ".build/documentation"
CATALOGS = sorted(ROOT.glob("Sources/*/*.docc"))
# A file or folder in code; not a pattern of several, and not one of somewhere else.
NAME = re.compile(r"(?<![\w./-])(?:Benchmarks|Sources|Tests|docker)/[\w./+-]*(?![\w*])")
# The libraries that have articles about their symbols; the other catalog's are about a program.
LIBRARIES = ["Gob"]

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
FENCED = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^ *(```|~~~).*?^ *\1 *$|^(?: {4}|\t).*?$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """The text with code blanked out, in which nothing is a link; lines and columns stay."""
    return CODE.sub(lambda code: re.sub(r"[^\n]", " ", code.group()), text)


def links(text: str) -> list[re.Match[str]]:
    """The links of a text. Their titles may hold code, so that only where they stand is looked up in the prose."""
    blanked = prose(text)
    return [link for link in LINK.finditer(text) if blanked[link.end() - 1] == ")"]


def anchors(text: str) -> set[str]:
    """What the headings are linked by, on a web forge and, but for the case, in docc."""
    heads = re.findall(r"^#+ +(.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def dead_links(file: pathlib.Path) -> list[str]:
    """What is wrong with the relative links of a file."""
    text = file.read_text()
    found = []
    for link in links(text):
        target = link.group(3)
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, link.start()) + 1}"
        other = (file.parent / path).resolve() if path else file
        if not other.is_relative_to(ROOT) or not other.exists():
            found.append(f"{place}: there is no {target}")
        elif anchor and anchor not in anchors(other.read_text()):
            found.append(f"{place}: {path or file.name} has no heading for #{anchor}")
    return found


def missing_files(file: pathlib.Path) -> list[str]:
    """Files of this repository that code in a text names and that are not there."""
    text = file.read_text()
    names = {name.rstrip(".") for code in CODE.finditer(text) for name in NAME.findall(code.group())}
    return [f"{file.relative_to(ROOT)}: there is no {name}" for name in sorted(names) if not (ROOT / name).exists()]


def for_docc(file: pathlib.Path) -> str:
    """An article with its links written the way docc has them."""
    text = file.read_text()

    def rewritten(link: re.Match[str]) -> str:
        image, title, target = link.groups()
        path, _, anchor = target.partition("#")
        if image or re.match(r"[a-z]+:", target):
            return link.group()
        if path and (file.parent / path).resolve().parent != file.parent:
            return title
        return f"[{title}](doc:{pathlib.Path(path or file.name).stem}{'#' + anchor if anchor else ''})"

    parts, end = [], 0
    for link in links(text):
        parts += [text[end : link.start()], rewritten(link)]
        end = link.end()
    return "".join([*parts, text[end:]])


def convert(catalog: pathlib.Path, modules: pathlib.Path | None) -> bool:
    """Has docc convert a catalog; whether it did so without a warning."""
    module = catalog.parent.name
    work = OUTPUT / module
    copy = work / catalog.name
    shutil.copytree(catalog, copy)
    for article in catalog.glob("*.md"):
        (copy / article.name).write_text(for_docc(article))
    command = ["docc", "convert", copy, "--output-path", work / f"{module}.doccarchive", "--warnings-as-errors"]
    command += ["--fallback-display-name", module, "--fallback-bundle-identifier", f"broker-lab.{module}"]
    if module in LIBRARIES:
        if not modules:
            print(f"{catalog.relative_to(ROOT)}: not converted, as it names symbols; give --modules")
            return True
        symbols = work / "symbols"
        symbols.mkdir()
        target = subprocess.run(["swiftc", "-print-target-info"], capture_output=True, text=True, check=True).stdout
        triple = re.search(r'"unversionedTriple": "([^"]+)"', target)
        extract = ["swift-symbolgraph-extract", "-module-name", module, "-I", modules, "-output-dir", symbols]
        extract += ["-target", triple.group(1) if triple else "", "-minimum-access-level", "public"]
        if subprocess.run(extract, check=False).returncode != 0:
            return False
        command += ["--additional-symbol-graph-dir", symbols]
    converted = subprocess.run(command, capture_output=True, text=True, check=False)
    if converted.returncode != 0:
        print(converted.stdout.strip(), converted.stderr.strip(), sep="\n")
    return converted.returncode == 0


def main() -> int:
    """Checks all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=pathlib.Path)
    arguments = parser.parse_args()
    articles = [article for catalog in CATALOGS for article in sorted(catalog.glob("*.md"))]
    if not articles:
        print("no articles in", ROOT / "Sources")
        return 1
    texts = [ROOT / "README.md", *articles]
    problems = [problem for file in texts for problem in [*dead_links(file), *missing_files(file)]]
    lines = len((ROOT / "README.md").read_text().splitlines())
    if lines > 130:
        problems.append(f"README.md has {lines} lines, 130 at most: the rest belongs into an article")
    print(*problems, sep="\n", end="\n" if problems else "")
    shutil.rmtree(OUTPUT, ignore_errors=True)
    converted = [convert(catalog, arguments.modules) for catalog in CATALOGS]
    print(f"{len(articles)} articles in {len(CATALOGS)} catalogs: {os.path.relpath(OUTPUT)}")
    return 0 if not problems and all(converted) else 1


sys.exit(main())
