"""A legacy folder whose contents are known: what each document says, and what has to become of it. Knows
nothing of the program."""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ENTITIES = ("strip_families", "patterns", "joblogs")


@dataclass(frozen=True)
class Document:
    """One document: where it stands, its text, and the row it has to become; None for one that cannot become
    any."""

    entity: str
    path: str
    text: bytes
    row: dict[str, Any] | None
    fate: str = "migrated"

    @property
    def sha256(self) -> str:
        """Of the file, which holds this document alone."""
        return hashlib.sha256(self.text).hexdigest()


@dataclass(frozen=True)
class Workshop:
    """The documents in the order in which they are migrated, each in a file of its own."""

    documents: tuple[Document, ...]

    def write(self, folder: Path) -> None:
        """Write the files; each has a time that hangs on what is in it."""
        for entity in ENTITIES:
            (folder / entity).mkdir(parents=True, exist_ok=True)
        for document in self.documents:
            file = folder / document.path
            file.write_bytes(document.text)
            second = 1_600_000_000 + int(document.sha256[:6], 16)
            os.utime(file, (second, second))

    def of(self, entity: str) -> list[Document]:
        """The documents of an entity."""
        return [one for one in self.documents if one.entity == entity]

    def by_path(self) -> dict[str, Document]:
        """The documents by their places."""
        return {one.path: one for one in self.documents}


def _family(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    strips = [{"species": "maple", "length_mm": 600 + number}, {"species": "Palisander é", "length_mm": 0.1}]
    said = {
        "id": f"f{number}",
        "name": f"family {number}",
        "strip_width_mm": 2.5 + number / 10,
        "strip_thickness_mm": 0.6,
        "material_type": "wood",
        "strips": strips,
    }
    row = {
        "id": said["id"],
        "name": said["name"],
        "width_mm": said["strip_width_mm"],
        "thickness_mm": 0.6,
        "material_type": "wood",
        "strips_json": strips,
    }
    return said, row


def _pattern(number: int, families: int) -> tuple[dict[str, Any], dict[str, Any]]:
    geometry = {"rings": [{"radius_mm": 45.5 + number, "segments": 24}], "note": "x" * (number * 97 % 1900)}
    said = {
        "id": f"p{number}",
        "name": f"pattern {number}",
        "ring_count": 1,
        "geometry": geometry,
        "strip_family_id": f"f{number % families}",
    }
    row = {name: said[name] for name in ("id", "name", "ring_count", "strip_family_id")}
    return said, row | {"pattern_type": "generic", "geometry_json": geometry}


def _job(number: int, patterns: int) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters = {"blade_mm": 0.8 + number, "marks": ["a", None, True, number]}
    said = {
        "id": f"j{number}",
        "job_type": "slice",
        "status": "completed",
        "pattern_id": f"p{number % patterns}",
        "parameters": parameters,
    }
    row = {name: said[name] for name in ("id", "job_type", "status", "pattern_id")}
    return said, row | {"parameters_json": parameters}


def build(
    families: int = 12, patterns: int = 24, jobs: int = 42, *, taken: bool = True, bad: bool = True
) -> Workshop:
    """A workshop with so many good documents, one whose id is taken, and three bad ones that are no JSON."""
    made: list[Document] = []
    for number in range(families):
        made.append(_document("strip_families", f"{number:03}", *_family(number)))
    for number in range(patterns):
        made.append(_document("patterns", f"{number:03}", *_pattern(number, families)))
    said, _ = _pattern(0, families)
    same_id = json.dumps(said | {"name": "another pattern of the same id"}).encode()
    if taken:
        made.append(Document("patterns", "patterns/900-taken.json", same_id, None, "conflict"))
    for number in range(jobs):
        made.append(_document("joblogs", f"{number:03}", *_job(number, patterns)))
    if bad:
        made.append(Document("patterns", "patterns/901-cut.json", same_id[:-9], None, "rejected"))
        made.append(Document("joblogs", "joblogs/000-empty.json", b"", None, "rejected"))
        made.append(Document("joblogs", "joblogs/020-begun.json", b'{"id": "j0", ', None, "rejected"))
    order = {entity: place for place, entity in enumerate(ENTITIES)}
    return Workshop(tuple(sorted(made, key=lambda one: (order[one.entity], one.path))))


def changed(workshop: Workshop, every: int = 3) -> Workshop:
    """The same workshop after every third good document was given another name or other parameters."""
    documents: list[Document] = []
    for place, one in enumerate(workshop.documents):
        if one.row is None or place % every:
            documents.append(one)
            continue
        said = json.loads(one.text)
        if one.entity == "joblogs":
            said["parameters"] = parameters = {"blade_mm": 99.5, "was": said["parameters"]}
            row = one.row | {"parameters_json": parameters}
        else:
            said["name"] = name = said["name"] + ", changed"
            row = one.row | {"name": name}
        documents.append(replace(one, text=json.dumps(said).encode(), row=row))
    return Workshop(tuple(documents))


def _document(entity: str, stem: str, said: dict[str, Any], row: dict[str, Any]) -> Document:
    return Document(entity, f"{entity}/{stem}.json", json.dumps(said).encode(), row)
