"""A seeded tree of RMOS documents, native unless asked otherwise; the same for the same size and seed.

One document a file, about 500 bytes each: 10 % strip families, 30 % patterns, 60 % joblogs. Every document
has an id and every reference has its parent, because the simpler loaders could not do without.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from .older import Document, rewritten

_MATERIALS = {
    "wood": ("rosewood", "maple", "ebony", "spruce", "walnut", "padauk"),
    "shell": ("abalone", "mother-of-pearl"),
    "metal": ("copper", "brass"),
}
_COLOURS = ("black", "natural", "red-brown", "white", "green", "silver")
_SUPPLIERS = ("Tidewater Shell", "Harbour Hardwoods", "Fen & Moor Inlay Woods", "Säge Müller")
_STYLES = ("classical", "steel_string", "ukulele")
_MOTIFS = ("Herringbone", "Rope", "Wheat Sheaf", "Wave", "Chequer", "Torres Arches", "Celtic Braid")
_JOB_TYPES = ("slice", "saw_slice", "saw_slice_batch", "contour", "assembly", "batch", "rosette_cam")
_STATUSES = ("completed", "completed", "completed", "completed", "failed", "cancelled", "success")


class Sizes(NamedTuple):
    """How many documents of each entity a tree holds, in the order in which they refer to each other."""

    strip_families: int
    patterns: int
    joblogs: int

    @classmethod
    def of(cls, documents: int) -> "Sizes":
        """Return the shares of a tree of ``documents``: 10 %, 30 % and the rest."""
        families, patterns = documents // 10, documents * 3 // 10
        return cls(families, patterns, documents - families - patterns)


def plant(root: Path, documents: int, seed: int, *, mixed: bool = False) -> int:
    """Write a tree of ``documents`` files below ``root``, which must not hold one; returns its size in bytes.

    With ``mixed``, half of the documents are written as older programs would have written them.
    """
    forms = random.Random(seed)
    made: set[Path] = set()
    total = 0
    for path, document in _documents(Sizes.of(documents), random.Random(seed)):
        file = root / path
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        if mixed:
            document = rewritten(file.relative_to(root).parts[0], document, forms)
        total += file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return total


def plant_in_lists(root: Path, documents: int, seed: int) -> None:
    """Write the documents of ``plant`` below ``root`` in files of a thousand: equal work for the database, a
    small part of it for the disk."""
    kinds: dict[str, list[Document]] = {}
    for path, document in _documents(Sizes.of(documents), random.Random(seed)):
        kinds.setdefault(path.partition("/")[0], []).append(document)
    for kind, of_kind in kinds.items():
        (root / kind).mkdir(parents=True)
        for number, some in enumerate(_batched(of_kind, _IN_A_LIST)):
            (root / kind / f"{number:03}.json").write_bytes(orjson.dumps(some))


_IN_A_LIST = 1000


def _batched(documents: list[Document], size: int) -> Iterator[list[Document]]:
    return (documents[start : start + size] for start in range(0, len(documents), size))


def _documents(sizes: Sizes, chance: random.Random) -> Iterator[tuple[str, Document]]:
    families: list[str] = []
    patterns: list[str] = []
    for _ in range(sizes.strip_families):
        folder, document = _strip_family(chance)
        families.append(document["id"])
        yield f"strip_families/{folder}/{document['id']}.json", document
    for _ in range(sizes.patterns):
        document = _pattern(chance, families)
        patterns.append(document["id"])
        yield f"patterns/{chance.choice(_STYLES)}/{document['id']}.json", document
    for _ in range(sizes.joblogs):
        folder, document = _joblog(chance, families, patterns)
        yield f"joblogs/{folder}/{document['id']}.json", document


def _strip_family(chance: random.Random) -> tuple[str, Document]:
    folder = chance.choice(tuple(_MATERIALS))
    material, width = chance.choice(_MATERIALS[folder]), chance.choice((0.6, 1.5, 2.0, 2.5, 3.0))
    name = _identifier(chance, "sf")
    strips = [
        {"id": f"{name[3:7]}-{n}", "length_mm": chance.randint(58, 910), "color": chance.choice(_COLOURS)}
        for n in range(chance.randint(1, 3))
    ]
    return folder, {
        "id": name,
        "name": f"{material.title()} {width} mm",
        "strip_width_mm": width,
        "strip_thickness_mm": chance.choice((0.5, 1.0, 1.3, 1.5)),
        "material_type": material,
        "strips": strips,
        "metadata": {
            "supplier": chance.choice(_SUPPLIERS),
            "price_per_strip": round(chance.uniform(1, 9), 2),
        },
        "created_at": _time(chance, _day(chance)),
    }


def _pattern(chance: random.Random, families: list[str]) -> Document:
    count = chance.randint(1, 3)
    rings = [_ring(chance, 45.0 + 5 * n) for n in range(count)]
    document: Document = {
        "id": _identifier(chance, "pat"),
        "name": f"{chance.choice(_MOTIFS)} {chance.randint(1, 999)}",
        "pattern_type": chance.choice(("rosette", "generic", "wave")),
        "ring_count": count,
        "geometry": {"soundhole_radius_mm": chance.choice((43, 42.5, 50.0)), "rings": rings},
    }
    if families and chance.random() < 0.9:
        document["strip_family_id"] = chance.choice(families)
    if chance.random() < 0.8:
        document["metadata"] = {"complexity": chance.choice(("low", "medium", "high")), "style": "spanish"}
    document["created_at"] = _time(chance, _day(chance))
    if chance.random() < 0.3:
        document["updated_at"] = _time(chance, _day(chance))
        times = sorted(
            (document["created_at"], document["updated_at"])
        )  # zones differ by hours, days by more
        document["created_at"], document["updated_at"] = times
    return document


def _ring(chance: random.Random, radius: float) -> Document:
    return {
        "radius_mm": radius,
        "width_mm": round(chance.uniform(2, 5), 1),
        "segments": chance.randint(6, 90),
    }


def _joblog(chance: random.Random, families: list[str], patterns: list[str]) -> tuple[str, Document]:
    day, hour, minutes = _day(chance), chance.randint(7, 17), chance.randint(5, 50)
    zone = chance.choice(("Z", "Z", "", "+01:00"))
    document: Document = {
        "id": _identifier(chance, "job"),
        "job_type": chance.choice(_JOB_TYPES),
        "status": chance.choice(_STATUSES),
    }
    if patterns and chance.random() < 0.95:
        document["pattern_id"] = chance.choice(patterns)
    if families and chance.random() < 0.7:
        document["strip_family_id"] = chance.choice(families)
    document["start_time"] = f"{day}T{hour:02}:00:00{zone}"
    document["end_time"] = f"{day}T{hour:02}:{minutes:02}:00{zone}"
    document["duration_seconds"] = chance.choice((int, float))(minutes * 60)
    document["parameters"] = {
        "blade_id": f"cb-{chance.randint(80, 120)}",
        "blade_angle": chance.choice((35, 45.0, 22.5)),
        "feed_rate": chance.randint(80, 140),
    }
    if chance.random() < 0.85:
        cuts = chance.randint(40, 300)
        waste = round(chance.uniform(0, 12), 1)
        document["results"] = {"cuts_made": cuts, "tiles_good": cuts - 4, "waste_percentage": waste}
    if chance.random() < 0.3:
        document["metadata"] = {"operator": chance.choice(("Ana", "Jürgen", "Kenji")), "shift": "early"}
    if chance.random() < 0.1:
        document["lane"] = chance.choice(("safe", "tuned_v1", "experimental"))
    document["created_at"] = _time(chance, day)
    return day[:7].replace("-", "/"), document


def _identifier(chance: random.Random, kind: str) -> str:
    return f"{kind}-{chance.getrandbits(64):016x}"


def _day(chance: random.Random) -> str:
    return f"{chance.randint(2019, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _time(chance: random.Random, day: str) -> str:
    """Return a moment as a program wrote it: mostly with microseconds and Z, at times without a zone."""
    minute, micros = chance.randint(0, 59), chance.randint(0, 999_999)
    return f"{day}T06:{minute:02}:33" + chance.choice((f".{micros:06}Z", f".{micros:06}Z", "Z", ""))
