"""The workshops that are recorded: the examples, a generated one of 2,300 documents, and their edits."""

import codecs
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from . import hostile
from .documents import OTHER_GENERATIONS, family, joblog, pattern

EXAMPLES = Path(__file__).parents[2] / "examples"
ENTITIES = ("strip_families", "patterns", "joblogs")
GENERATED = "generated"
NAMES = (GENERATED, *sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()))
"""The largest comes first, as it takes longest."""

_COPIES = 7
_AN_ID = re.compile(r'"(?:\w+_)?id":\s*"([^"\\]+)"')
_A_TEXT = re.compile(r'"([^"\\\n]{1,80})"')
_A_WIDTH = re.compile(r'("\w*width_mm":\s*)(\d{1,3}(?:\.\d{1,2})?)\b')


@dataclass
class Workshop:
    """A legacy folder whose files get times of years ago, one second apart, in the order of writing."""

    tree: Path
    clock: Iterator[int] = field(default_factory=lambda: count(1_600_000_000))

    def write(self, path: str | bytes, content: bytes | str | dict[str, Any] | list[Any]) -> None:
        """Write a file: bytes and text as they are, a value as JSON."""
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        file = self.tree / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        self.date(file)

    def date(self, file: Path) -> None:
        """Give a file the next time."""
        second = next(self.clock)
        os.utime(file, (second, second), follow_symlinks=False)

    def documents(self, entity: str) -> list[Path]:
        """Return the files of an entity that hold one JSON object with an id under a native key, sorted."""
        return [
            file for file in sorted((self.tree / entity).rglob("*.json"), key=os.fsencode) if _has_id(file)
        ]


def plant(name: str, tree: Path) -> Workshop:
    """Make a workshop in a new folder: an example, or the generated one."""
    workshop = Workshop(tree)
    if name == GENERATED:
        _generate(workshop)
    else:
        shutil.copytree(EXAMPLES / name, tree)
        for file in _files(tree):
            workshop.date(file)
    return workshop


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _has_id(file: Path) -> bool:
    if not file.is_file() or file.is_symlink():
        return False
    try:
        value = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("id"), str)


# the generated one


def _generate(workshop: Workshop) -> None:
    """Write every example several times with other ids, widths and encodings, and hostile files."""
    files = [(example, file) for example in NAMES[1:] for file in _files(EXAMPLES / example)]
    ids = {found for _, file in files for found in _AN_ID.findall(file.read_bytes().decode(errors="replace"))}
    for number in range(1, _COPIES + 1):
        for example, file in files:
            path = file.relative_to(EXAMPLES / example)
            entity = path.parts[0].removesuffix(".json")
            named = path.name if number < 3 else f"{path.stem}-{number}{path.suffix}"
            folder = Path(entity, f"copy-{number}", example, *path.parts[1:-1])
            workshop.write((folder / named).as_posix(), _varied(file.read_bytes(), number, ids))
    for number, (entity, document) in enumerate(OTHER_GENERATIONS):
        workshop.write(f"{entity}/other/{number:02}.json", document)
    _refer(workshop)
    hostile.plant(workshop.tree, workshop.write, workshop.date)


def _varied(raw: bytes, number: int, ids: set[str]) -> bytes:
    """Return a copy with its own ids; the numbers differ in what else is done to it."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw
    text = _A_TEXT.sub(lambda found: f'"{found[1]}-{number}"' if found[1] in ids else found[0], text)
    text = _A_WIDTH.sub(lambda found: f"{found[1]}{float(found[2]) + number / 8:g}", text)
    match number:
        case 2:
            return text.encode("utf-8-sig")
        case 3:
            return text.encode("utf-16")
        case 4:
            return text.replace("\n", "\r\n").encode()
        case 5:
            return text.encode("cp1252", errors="replace")
        case 6:
            return codecs.BOM_UTF16_BE + text.encode("utf-16-be")
        case _:
            return text.encode()


def _refer(workshop: Workshop) -> None:
    """Write references that wait, never arrive or look alike, duplicates and conflicts."""
    for number in range(40):
        workshop.write(
            f"patterns/refer/{number}.json", pattern(f"rp{number}", strip_family_id=f"rf{number % 9}")
        )
        job = joblog(f"rj{number}", pattern_id=f"rp{number + 5}", strip_family_id=f"RF{number % 9}")
        workshop.write(f"joblogs/refer/{number}.json", job)
    for number in range(8):
        workshop.write(f"strip_families/refer/{number}.json", family(f"rf{number}"))
        workshop.write(f"strip_families/again/{number}.json", family(f"rf{number}", strip_width_mm=2.50))
        other = family(f"rf{number}", name=f"another {number}", strip_width_mm=number + 1)
        workshop.write(f"strip_families/conflict/{number}.json", other)
    many = [joblog(f"many-{number % 70}", pattern_id=f"rp{number}") for number in range(100)]
    workshop.write("joblogs/many.json", many)
    lines = [json.dumps(pattern(f"line-{number}")) for number in range(60)]
    workshop.write("patterns/lines.jsonl", "\n".join([*lines, '{"id": "cut', "", "17", lines[3]]))


# the edits


def edit(workshop: Workshop) -> None:
    """Change, break, copy, move, delete and exchange some documents of each entity, and add others."""
    for entity in ENTITIES:
        documents = workshop.documents(entity)
        for change, file in zip((_remark, _break, _copy, _twin, _move, _delete), documents, strict=False):
            change(workshop, file, f"{entity}/moved/{file.name}")
        if len(documents) > 7:
            _exchange(workshop, *documents[6:8])
    _mend_and_add(workshop)


def _remark(workshop: Workshop, file: Path, _: str) -> None:
    workshop.write(_below(workshop, file), _changed(file, "remark", "edited"))


def _break(workshop: Workshop, file: Path, _: str) -> None:
    workshop.write(_below(workshop, file), file.read_bytes()[: file.stat().st_size // 2])


def _copy(workshop: Workshop, file: Path, beside: str) -> None:
    workshop.write(beside, file.read_bytes())


def _twin(workshop: Workshop, file: Path, beside: str) -> None:
    workshop.write(beside, _changed(file, "name", "Twin"))


def _move(workshop: Workshop, file: Path, to: str) -> None:
    workshop.write(to, file.read_bytes())
    file.unlink()


def _delete(_workshop: Workshop, file: Path, _: str) -> None:
    file.unlink()


def _exchange(workshop: Workshop, first: Path, second: Path) -> None:
    contents = first.read_bytes(), second.read_bytes()
    workshop.write(_below(workshop, first), contents[1])
    workshop.write(_below(workshop, second), contents[0])


def _mend_and_add(workshop: Workshop) -> None:
    unusable = [file for file in workshop.tree.rglob("*-*.json") if file.is_file() and not _is_json(file)]
    for number, file in enumerate(sorted(unusable, key=os.fsencode)[:3]):
        make = {"strip_families": family, "patterns": pattern}.get(
            _below(workshop, file).split("/")[0], joblog
        )
        workshop.write(_below(workshop, file), make(f"mended-{number}"))
    workshop.write(
        "joblogs/new/new.json", joblog("new-job", pattern_id="new-pattern", strip_family_id="nowhere")
    )
    workshop.write("patterns/new/new.json", pattern("new-pattern", strip_family_id="new-family"))
    workshop.write("strip_families/new/new.json", family("new-family"))
    workshop.write("patterns/new/broken.json", '{"id": "new-broken",}')
    workshop.write(
        "patterns/new/list.json", [pattern("new-1"), pattern("new-2", ring_count=0), pattern("new-1")]
    )
    workshop.write("rosettes-of-a-neighbour.json", pattern("beside"))


def _below(workshop: Workshop, file: Path) -> str:
    return file.relative_to(workshop.tree).as_posix()


def _changed(file: Path, key: str, value: str) -> dict[str, Any]:
    return {**json.loads(file.read_bytes()), key: value}


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True
