"""What is not loaded as of now: documents and files that are still in the legacy folder.

Every count of them that is not the count of a run comes from here.
"""

from collections import Counter
from collections.abc import Iterator

from ..sources.source_files import Presence
from ..store import rejects, runs
from ..store.rejects import NotLoadedOutcome
from ..store.runs import Stray
from ..store.snapshot import Snapshot


def documents_not_loaded_now(snapshot: Snapshot, **wanted: str | None) -> Iterator[NotLoadedOutcome]:
    """Yield the documents that are not loaded and whose file is not gone.

    ``wanted`` filters them as in ``rejects.outcomes``.
    """
    return (one for one, is_gone in _kinds(snapshot, **wanted) if not is_gone)


def counted(snapshot: Snapshot, **wanted: str | None) -> tuple[int, int]:
    """Return how many documents are not loaded, and how many more whose file is gone."""
    gone = [is_gone for _, is_gone in _kinds(snapshot, **wanted)]
    return gone.count(False), gone.count(True)


def _kinds(snapshot: Snapshot, **wanted: str | None) -> Iterator[tuple[NotLoadedOutcome, bool]]:
    presence = Presence()
    last: tuple[str, str] | None = None
    last_is_gone = False
    for one in rejects.outcomes(snapshot, **wanted):
        if (one.location, one.path) != last:
            last, last_is_gone = (one.location, one.path), presence.is_gone(one.location, one.path)
        yield one, last_is_gone


def counted_by_outcome(snapshot: Snapshot) -> Counter[str]:
    """Return how many documents are rejected and how many in conflict."""
    return Counter(one.outcome for one in documents_not_loaded_now(snapshot))


def counted_by_code(snapshot: Snapshot) -> dict[str, int]:
    """Return how many documents are not loaded by code, the most frequent first."""
    counted = Counter(one.code for one in documents_not_loaded_now(snapshot))
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def strays_there(snapshot: Snapshot, code: str | None = None, *, gone: bool = False) -> list[Stray]:
    """Return the files that were not looked at and still exist; with ``gone`` the others, too."""
    found, presence = runs.not_looked_at_now(snapshot, code), Presence()
    return [one for one in found if gone or not presence.is_gone(one.location, one.diagnostic.location.path)]
