"""What stands in a page of the documentation: its blocks, its commands, its addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "examples/README.md", *(ROOT / "docs").glob("*.md")]
)

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\S*)\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S)
_REMARK = re.compile(r"(?:^|\s+)# .*$")
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is written in, and its text."""

    language: str
    text: str

    def commands(self) -> Iterator[str]:
        """Its lines without remarks; a line that ends in a backslash goes on."""
        for line in self.text.replace("\\\n", " ").splitlines():
            if command := _REMARK.sub("", line).strip():
                yield command


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, from its top."""
    text = page.read_text(encoding="utf-8")
    return [Block(found["language"], found["text"]) for found in _BLOCK.finditer(text)]


def prose(page: Path) -> str:
    """A page without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """What stands between backticks in a page's prose."""
    return _SPAN.findall(prose(page))


def name_of(page: Path) -> str:
    """A page's place in the project."""
    return page.relative_to(ROOT).as_posix()
