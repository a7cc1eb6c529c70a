"""The picture of the packages: the layers of pyproject.toml, and the imports that are really there."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "rmos_migration"

_WIDTH, _ROW, _BOX, _GAP = 1040, 66, (150, 34), 24  # pixels
_PAPER, _FILL, _EDGE, _INK, _ARROW = "#fbf8f2", "#e9dcc3", "#8a7452", "#2c2418", "#6b5b45"
_UNSAID = {"__main__", "_version", "logs"}
"""Parts that say nothing about the order of the others."""

Graph = Mapping[str, set[str]]


def picture() -> Iterator[str]:
    """Yield the lines of an SVG: a row a layer, and an arrow for each import that no others imply."""
    layers = _layers()
    imports = _imports({name for row in layers for name in row})
    places = {
        name: (_left(row, column), 20 + depth * _ROW)
        for depth, row in enumerate(layers)
        for column, name in enumerate(row)
    }
    height = 20 + len(layers) * _ROW
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="15">'
    )
    yield "<title>The packages and what each imports</title>"
    yield (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6"'
        f' orient="auto"><path d="M0 0 10 5 0 10z" fill="{_ARROW}"/></marker></defs>'
    )
    yield f'<rect width="{_WIDTH}" height="{height}" rx="14" fill="{_PAPER}"/>'
    for upper, lower in sorted(_without_implied(imports)):
        yield _arrow(places[upper], places[lower])
    for name, (x, y) in places.items():
        yield (
            f'<rect x="{x}" y="{y}" width="{_BOX[0]}" height="{_BOX[1]}" rx="8" fill="{_FILL}"'
            f' stroke="{_EDGE}"/>'
        )
        yield (
            f'<text x="{x + _BOX[0] // 2}" y="{y + 22}" text-anchor="middle" font-weight="600" fill="{_INK}">'
            f"{escape(name)}</text>"
        )
    yield "</svg>"


def _layers() -> list[list[str]]:
    """Return the layers that import-linter holds, the upper first, without those that say nothing."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rows = (re.split(r"[|:]", row) for row in settings["tool"]["importlinter"]["contracts"][0]["layers"])
    named = ([name.strip() for name in row if name.strip() not in _UNSAID] for row in rows)
    return [row for row in named if row]


def _imports(parts: set[str]) -> Graph:
    """Return for each part of the package the other parts that its modules import."""
    found: dict[str, set[str]] = {part: set() for part in parts}
    for file in PACKAGE.rglob("*.py"):
        steps = file.relative_to(PACKAGE).with_suffix("").parts
        if steps[0] in parts:
            found[steps[0]] |= _imported_by(file, ["", *steps]) & parts - {steps[0]}
    return found


def _imported_by(file: Path, steps: list[str]) -> set[str]:
    """Return the parts of the package that one module imports from, by their first steps."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            module = [*steps[: -node.level], *(node.module or "").split(".")]
            names |= {[*filter(None, module), alias.name][0] for alias in node.names}
    return names


def _without_implied(imports: Graph) -> set[tuple[str, str]]:
    """Return the pairs of the graph that no longer way leads along: its transitive reduction."""
    below: dict[str, set[str]] = {}

    def all_below(part: str) -> set[str]:
        if part not in below:
            below[part] = set()  # a circle of two parts ends here
            below[part] = imports[part].union(*(all_below(one) for one in imports[part]))
        return below[part]

    return {
        (part, one)
        for part, there in imports.items()
        for one in there
        if not any(one in all_below(other) for other in there - {one})
    }


def _left(row: Iterable[str], column: int) -> int:
    """Return where a box of a row begins, so that the row stands in the middle."""
    number = len(list(row))
    return (_WIDTH - number * _BOX[0] - (number - 1) * _GAP) // 2 + column * (_BOX[0] + _GAP)


def _arrow(upper: tuple[int, int], lower: tuple[int, int]) -> str:
    """Draw an arrow from one box to a lower one, or to its neighbour; past other rows it bends outwards."""
    (left, top), (end, foot) = upper, lower
    if top == foot:
        toward = 1 if end > left else -1
        side = left + (_BOX[0] if toward > 0 else 0)
        way = f"M{side} {top + _BOX[1] // 2}H{end + (0 if toward > 0 else _BOX[0])}"
    else:
        x1, y1, x2, y2 = left + _BOX[0] // 2, top + _BOX[1], end + _BOX[0] // 2, foot
        rows = (foot - top) // _ROW
        outwards = 0 if rows == 1 else (160 + 50 * rows) * (1 if x1 + x2 > _WIDTH else -1)
        middle = (y1 + y2) // 2
        upper_bend, lower_bend = (middle, middle) if rows == 1 else (y1 + _ROW // 2, y2 - _ROW // 2)
        way = f"M{x1} {y1}C{x1 + outwards} {upper_bend} {x2 + outwards} {lower_bend} {x2} {y2}"
    return f'<path d="{way}" fill="none" stroke="{_ARROW}" stroke-width="1.5" marker-end="url(#head)"/>'
