"""Documents that are kept out, with place, reason and the lines around the fault."""

from sqlalchemy import Connection

from ..reports.documents import bytes_of_source, with_excerpts
from ..reports.report import KeptOut
from ..sources.presence import is_gone
from ..store import history
from ..store.history import RejectFound, RejectPlace
from ..store.reporting import Known
from . import facts, models
from .cursors import as_cursor
from .problems import Problem

_LOCATED = 256 * 1024
"""Bytes of a document in which, in a list, the places of faults are looked for."""


def page_of_rejects(
    connection: Connection, *, after: RejectPlace | None, limit: int, code: str | None, path: str | None
) -> models.RejectsAnswer:
    """A page of what is kept out."""
    found, total = history.kept_out(connection, after=after, limit=limit, code=code, path=path)
    return models.RejectsAnswer(
        rejects=[_told(connection, one) for one in found],
        codes=dict(history.codes_kept_out(connection)),
        total=total,
        next=as_cursor(found[-1].place) if len(found) == limit else None,
    )


def one_reject(connection: Connection, place: RejectPlace, *, with_lines: bool) -> models.RejectDetail:
    """One document that is kept out.

    Raises:
        Problem: if there is none at the place.
    """
    found = history.reject_at(connection, place)
    if found is None:
        raise Problem("not-found", "there is no such document", "perhaps it was mended; see the list again")
    document = _placed(connection, found)
    told = facts.reject(found, document.notices, gone=is_gone(found.location, place.path))
    return facts.with_excerpt(told, document.excerpt if with_lines else None)


def _told(connection: Connection, found: RejectFound) -> models.Reject:
    small = found.size_bytes is not None and found.size_bytes <= _LOCATED
    document = _placed(connection, found) if small else facts.as_kept_out(found, connection)
    return facts.reject(found, document.notices, gone=is_gone(found.location, found.place.path))


def _placed(connection: Connection, found: RejectFound) -> KeptOut:
    """A document with the places of its faults, and the lines around the first of them."""

    def raw_of(path: str) -> bytes | None:
        if not found.place.pointer:
            return history.bytes_of(connection, found.place)
        known = {found.place[1:]: Known(None, None, found.file_sha256)}
        return bytes_of_source(found.location, known)(path)

    document = facts.as_kept_out(found, connection)
    if not document.notices:
        return document
    return with_excerpts([document], raw_of, found.encoding)[0]
