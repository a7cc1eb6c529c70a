"""What is noted of a database that can be used, though it is not quite as it was made."""

from ..store import structure
from ..store.structure import Structure

_NAMED = 3


def structure_noted(there: Structure) -> tuple[str, str]:
    """Return what is not as it was made in a database's tables and indexes, and what to do; nothing for nothing."""
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
