"""What is noted of a database that can be used, though it is not quite as it was made."""

from ..store import structure
from ..store.structure import Structure

_NAMED = 3


def structure_noted(there: Structure) -> tuple[str, str]:
    """Return how tables and indexes differ from how they were made, and what to do; or two empty texts."""
    missing, changed = structure.missing_indexes(there), structure.changed_parts(there)
    said = [f"the index {name} is missing" for name in missing] + changed
    if not said:
        return "", ""
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    hint = (
        "see: rmos audit"
        if changed
        else "the records are all there, but slow to find; run: rmos audit --repair"
    )
    if changed and missing:
        hint += "; it makes the indexes again with --repair"
    return "; ".join(said[:_NAMED]) + more, hint
