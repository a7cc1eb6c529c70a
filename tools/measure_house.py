"""Measure how the source reads: ``python tools/measure_house.py [--start]`` prints one table.

The measures are those by which a reader of the whole source judges it: whether one name means one thing, one
fact has one shape, and the way of a document can be followed. ``--start`` also times how long the commands
take to start (about 20 s).
"""

import ast
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "rmos_migration"
STORE = SOURCE / "store"
BIN = Path(sys.executable).parent

PATTERN = {"id": "a", "name": "A", "pattern_type": "rosette", "ring_count": 2, "geometry": {"rings": []}}
"""A plain document of the newest generation."""

_PAGE = re.compile(r"(?<![\w/.*{-])(?:docs/)?([\w-]+\.md)\b")
_DATABASE_PATH = re.compile(r"\b(?:database|db)\.path\b|\bsqlite|PRAGMA|is_locked\(|lock_path\(", re.I)


class Measure(NamedTuple):
    """One line of the table."""

    name: str
    value: str
    aim: str


def main() -> None:
    """Print the table."""
    measures = list(_measures())
    if "--start" in sys.argv[1:]:
        measures += _starts()
    width = max(len(measure.name) for measure in measures)
    for name, value, aim in [Measure("measure", "now", "aim"), *measures]:
        print(f"{name:{width}}  {value:>8}  {aim:>8}")


def _measures() -> Iterator[Measure]:
    classes = Counter(name for name, _ in _classes())
    yield Measure("class names with two meanings", str(sum(n > 1 for n in classes.values())), "0")
    yield Measure("modules of SELECTs", str(len(set(_modules_of_selects()))), "≤ 5")
    yield Measure("docstrings that are not imperative", str(_broken("D401")), "0")
    yield Measure("lines longer than 110 characters", str(_broken("E501")), "0")
    lines = sum(file.read_text(encoding="utf-8").count("\n") for file in SOURCE.rglob("*.py"))
    yield Measure("lines of Python below src/", f"{lines:,}", "≤ 20,500")
    before, after = _walk()
    yield Measure("walk of a document: hops until it is loaded", str(_hops(before)), "≤ 16")
    yield Measure("walk of a document: returns while it is loaded", str(_returns(after)), "≤ 5")
    yield Measure("references to pages that are not there", str(len(list(_dangling()))), "0")
    yield Measure("SQLite, its files and locks outside store/", str(len(list(_uses_of_the_file()))), "0")


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def _classes() -> Iterator[tuple[str, Path]]:
    """Yield every class of the source by name, with its file."""
    for file, tree in _trees():
        yield from ((node.name, file) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _modules_of_selects() -> Iterator[str]:
    """Yield the store's modules and packages that read tables and change nothing, once for each file."""
    for file, tree in _trees():
        if STORE not in file.parents or "migrations" in file.parts:
            continue
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
            for alias in node.names
        }
        if "select" in names and not names & {"insert", "update", "delete"}:
            yield file.relative_to(STORE).parts[0]


def _broken(rule: str) -> int:
    """Count the places below src, tools and bench that break a rule of ruff."""
    config = ("lint.ignore=[]", "lint.pydocstyle.convention='google'")
    command: list[str | Path] = [
        BIN / "ruff",
        "check",
        "--select",
        rule,
        "--output-format",
        "json",
        "--exit-zero",
    ]
    command += [option for line in config for option in ("--config", line)]
    done = subprocess.run(
        [*command, "src", "tools", "bench"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return len(json.loads(done.stdout))


def _walk() -> tuple[list[str], list[str]]:
    """Return the modules that a plain document meets, in order: before its batch is loaded, and while it is.

    A run of a folder with one document is watched call by call. Left out are the driver's connections and the
    column types, which stand under every statement.
    """
    from rmos_migration import migrate

    entered: list[tuple[str, str]] = []

    def watch(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(str(SOURCE)) and not code.co_name.startswith("<"):
            entered.append((Path(code.co_filename).relative_to(SOURCE).as_posix(), code.co_name))

    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder, "legacy", "patterns")
        patterns.mkdir(parents=True)
        Path(patterns, "a.json").write_text(json.dumps(PATTERN), encoding="utf-8")
        sys.setprofile(watch)
        try:
            migrate(patterns.parent, Path(folder, "rmos.db"))
        finally:
            sys.setprofile(None)
    calls = [
        call
        for call in entered
        if not call[0].endswith(("columns.py", "dialect.py", "driver.py", "engines.py"))
    ]
    read = calls.index(("sources/read.py", "read_files"))
    load = next(i for i, (module, name) in enumerate(calls) if i > read and module == "migrate/load.py")
    end = next(i for i, call in enumerate(calls) if call[1] == "write_progress")
    return _stays(calls[read:load]), _stays(calls[load:end])


def _stays(calls: list[tuple[str, str]]) -> list[str]:
    """Return the modules of calls in order, those that follow one another in one module once."""
    modules = [module for module, _ in calls]
    return [module for i, module in enumerate(modules) if i == 0 or module != modules[i - 1]]


def _hops(stays: list[str]) -> int:
    """Count the moves from module to module, those of the look at the next file left out."""
    last = len(stays) - 1
    while last and stays[last] == "sources/read.py":
        last -= 1
    return last


def _returns(stays: list[str]) -> int:
    """Count how often the way comes back to a module that it had left."""
    return len(stays) - len(set(stays))


def _dangling() -> Iterator[str]:
    """Yield the references to Markdown pages, in the source and the pages, that lead to no file."""
    pages = {
        page.name for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    }
    texts = [
        *SOURCE.rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "tools").rglob("*.py"),
        *ROOT.glob("docs/*.md"),
    ]
    for file in texts:
        for name in _PAGE.findall(file.read_text(encoding="utf-8")):
            if name not in pages and name[0].isupper():
                yield f"{file.relative_to(ROOT)}: {name}"


def _uses_of_the_file() -> Iterator[str]:
    """Yield the lines outside the store that know of SQLite, of the database's file, or of its lock."""
    for file in sorted(SOURCE.rglob("*.py")):
        if STORE in file.parents:
            continue
        code = _without_strings(file.read_text(encoding="utf-8"))
        yield from (
            f"{file.relative_to(ROOT)}: {line}" for line in code.splitlines() if _DATABASE_PATH.search(line)
        )


def _without_strings(text: str) -> str:
    """Return the code with its string literals and comments emptied: words for people may name SQLite."""
    return re.sub(r'""".*?"""|"[^"\n]*"|#.*', '""', text, flags=re.DOTALL)


def _starts() -> list[Measure]:
    """Return start-up times as ratios to ``sqlite-utils --help``: the best of interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder, "legacy", "patterns")
        patterns.mkdir(parents=True)
        for number in range(10):
            Path(patterns, f"{number}.json").write_text(
                json.dumps(PATTERN | {"id": str(number)}), encoding="utf-8"
            )
        databases = (str(Path(folder, f"{number}.db")) for number in range(100))
        commands: dict[str, Callable[[], list[str | Path]]] = {
            "sqlite-utils --help": lambda: [BIN / "sqlite-utils", "--help"],
            "rmos --help": lambda: [BIN / "rmos", "--help"],
            "rmos --version": lambda: [BIN / "rmos", "--version"],
            "rmos migrate, ten files": lambda: [
                BIN / "rmos",
                "migrate",
                patterns.parent,
                "--database",
                next(databases),
            ],
        }
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(10):
            for name, command in commands.items():
                began = time.perf_counter()
                subprocess.run(command(), cwd=folder, capture_output=True, check=True)
                best[name] = min(best[name], time.perf_counter() - began)
    peer = best.pop("sqlite-utils --help")
    aims = {"rmos migrate, ten files": "≤ 3"}
    return [Measure(f"start: {name}", f"{t / peer:.2f} ×", aims.get(name, "≤ 2")) for name, t in best.items()]


if __name__ == "__main__":
    main()
