"""Numbers, times and places in words, the same in reports and on pages."""

from collections.abc import Mapping

from .model import Counted, Files, KeptOut, Notice, Rosette

_NAMED = 20
"""Ignored files that are named for each reason; the JSON report names more."""


def amount(number: int, noun: str) -> str:
    """Return a number of things: ``1 document``, ``2,000 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def are(number: int) -> str:
    """Return the verb for so many things."""
    return "is" if number == 1 else "are"


def brief(text: str, limit: int = 500) -> str:
    """Return a text cut to ``limit`` characters, saying how many more there are; the JSON has it all."""
    rest = len(text) - limit
    return text if rest <= 0 else f"{text[:limit]}… ({amount(rest, 'more character')})"


def name_of(one: Rosette) -> str:
    """Return the name of a pattern, or its id if it has none."""
    return brief(one.name or one.id, 100)


def entity_name(name: str) -> str:
    """Return an entity's name in words."""
    return name.replace("_", " ")


def success(counted: Counted) -> str:
    """Return the success rate in percent, or a dash if there were no documents."""
    if not counted.found:
        return "-"
    return f"{counted.success_rate:.2f}".rstrip("0").rstrip(".") + " %"


def seconds(duration: float | None) -> str:
    """Return a duration in words."""
    if duration is None:
        return "not known"
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def size(number: int) -> str:
    """Return a number of bytes in words."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return amount(number, "byte")


def passed_over(files: Files) -> str:
    """Return which files were ignored and why, the first of each reason by name, as the end of a sentence."""
    said = []
    for reason, count in files.ignored.items():
        paths = files.ignored_paths.get(reason, [])[:_NAMED]
        names = f" ({', '.join(brief(path, 100) for path in paths)}{', …' if count > len(paths) else ''})"
        said.append(f"; {count:,} passed over: {reason}{names if paths else ''}")
    return "".join(said)


def about(document: KeptOut) -> str:
    """Return what is known of a document that was not loaded."""
    said: list[str] = [document.outcome]
    if document.record_id is not None:
        said.append(f"id {document.record_id}")
    if document.generation is not None:
        said.append(f"generation: {document.generation}")
    return ", ".join(said)


ENDED = {
    "running": "running",
    "completed": "well",
    "completed_with_rejects": "rejects",
    "failed": "failed",
    "interrupted": "cut off",
    "rolled_back": "undone",
}
"""How a run ended, in a word."""


def millimetres(length: float) -> str:
    """Return a length in mm, to a tenth, or to the millimetre from 1 m on."""
    return f"{length:,.0f} mm" if length >= 1000 else f"{length:,.1f} mm".replace(".0 mm", " mm")


def when(instant: str | None) -> str:
    """Return a time of the database, to the second, with its zone."""
    if instant is None:
        return "not known"
    return f"{instant[:19].replace('T', ' ')} UTC" if instant.endswith("Z") else instant


def place(notice: Notice) -> str:
    """Return where something was noticed: path with line and column, or with the pointer."""
    if notice.line is not None:
        return f"{notice.path}:{notice.line}:{notice.column}"
    return f"{notice.path} {notice.pointer}".strip()


LISTED = 20
"""Values that are listed in a table of counts; the others are summed up."""


def listed(counts: Mapping[str, int]) -> tuple[list[tuple[str, int]], str, int]:
    """Return the first counts by value, what to call the others (empty if there are none), and their sum."""
    first, others = list(counts.items())[:LISTED], list(counts.values())[LISTED:]
    if len(others) == 1:
        return list(counts.items()), "", 0
    return first, f"{len(others):,} others" if others else "", sum(others)
