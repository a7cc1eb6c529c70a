"""Documents that are not loaded, with place, reason and the lines around the fault."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from ..diagnostics import printable
from ..migrate.summary import folders_among
from ..presentation import conversion as facts
from ..presentation.model import KeptOut, Notice
from ..presentation.not_loaded_now import counted, counted_by_code, strays_there
from ..reports.not_loaded import bytes_of_source, with_excerpts
from ..sources.source_files import Presence, is_gone
from ..store import rejects
from ..store.model import LedgerPlace
from ..store.rejects import NotLoaded, RejectedEntry
from ..store.snapshot import Snapshot
from . import models
from .context import NotFound, ViewContext
from .paging import as_cursor, one_page

_STRAYS = 200
"""Files that were not looked at, of which an answer lists so many."""

_LOCATED = 256 * 1024
"""Bytes of a file up to which a list says where faults are."""


class RejectFilter(NamedTuple):
    """Which documents are wanted; ``path`` is a part of the file's path."""

    outcome: str | None = None
    code: str | None = None
    path: str | None = None


def page(
    context: ViewContext, wanted: RejectFilter, *, after: LedgerPlace | None, limit: int
) -> models.RejectsAnswer:
    """Return a page of what is not loaded as of now, from behind the place ``after`` on."""
    snapshot = context.snapshot
    more = rejects.page(snapshot, after=after, limit=limit + 1, **wanted._asdict())
    found, last = one_page(more, limit)
    answered: list[models.Reject] = []
    presence = Presence()
    for _, of_file in groupby(found, lambda one: (one.place[:2], one.encoding, one.file_sha256)):
        answered += _of_file(snapshot, list(of_file), presence)
    strays = strays_there(snapshot)
    total, gone = counted(snapshot, **wanted._asdict())
    return models.RejectsAnswer(
        rejects=answered,
        codes=counted_by_code(snapshot),
        total=total,
        gone_total=gone,
        next=as_cursor(last and last.place),
        not_looked_at=[facts.notice(one.diagnostic) for one in strays[:_STRAYS]],
        not_looked_at_total=len(strays),
        folders_not_looked_at=folders_among(one.diagnostic.code for one in strays),
    )


def one(context: ViewContext, place: LedgerPlace, *, trusted: bool) -> models.RejectAnswer:
    """Return one document; ``trusted`` callers, who showed the token, see the lines around the fault.

    Raises:
        NotFound: if there is none at the place.
    """
    found = rejects.at(context.snapshot, place)
    if found is None:
        raise NotFound("there is no such document", "perhaps it was fixed; look at the list again")
    (document,) = _located(context.snapshot, [found])
    reject = _reject(found, document.notices, gone=is_gone(found.location, place.path))
    return models.RejectAnswer(
        reject=models.RejectDetail(**dict(reject), excerpt=document.excerpt if trusted else None)
    )


def _of_file(snapshot: Snapshot, found: list[NotLoaded], presence: Presence) -> Iterator[models.Reject]:
    """Yield the documents of one file; only in small files are the places of the faults looked for."""
    small = [one for one in found if one.file_bytes is not None and one.file_bytes <= _LOCATED]
    located = {one.place: document for one, document in zip(small, _located(snapshot, small), strict=True)}
    gone = presence.is_gone(found[0].location, found[0].place.path)
    for one in found:
        document = located.get(one.place) or _as_kept_out(one, snapshot)
        yield _reject(one, document.notices, gone=gone)


def _located(snapshot: Snapshot, found: list[NotLoaded]) -> list[KeptOut]:
    """Return the documents of one file with the places of their faults; the file is read once.

    Each has the lines around its first fault.
    """

    def raw_of(path: str) -> bytes | None:
        if not found[0].place.pointer and found[0].size_bytes is not None:
            return rejects.body_at(snapshot, found[0].place)
        known = {found[0].place[1:]: RejectedEntry(None, None, found[0].file_sha256)}
        return bytes_of_source(found[0].location, known)(path)

    documents = [_as_kept_out(one, snapshot) for one in found]
    explained = [one for one in documents if one.notices]
    located = iter(with_excerpts(explained, raw_of, found[0].encoding) if explained else [])
    return [next(located) if one.notices else one for one in documents]


def _as_kept_out(found: NotLoaded, snapshot: Snapshot) -> KeptOut:
    """Return a document as reports know it."""
    return KeptOut(
        entity=found.entity,
        path=found.place.path,
        pointer=found.place.pointer,
        outcome=found.outcome,
        record_id=found.record_id,
        generation=None,
        notices=[facts.notice(one) for one in rejects.reasons_of(snapshot, found)],
        excerpt=None,
    )


def _reject(found: NotLoaded, notices: list[Notice], *, gone: bool) -> models.Reject:
    return models.Reject(
        key=as_cursor(found.place) or "",
        path=printable(found.place.path),
        pointer=printable(found.place.pointer),
        entity=found.entity,
        outcome=found.outcome,
        record_id=found.record_id,
        code=found.code,
        run_id=found.run_id,
        size_bytes=found.size_bytes,
        gone=gone,
        notices=notices,
    )
