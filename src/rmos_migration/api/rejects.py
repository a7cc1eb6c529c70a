"""Documents that are not loaded, with place, reason and the lines around the fault."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection

from ..migrate.summary import folders_among
from ..reports.documents import bytes_of_source, with_excerpts
from ..reports.outstanding import counted, counted_by_code, strays_there
from ..reports.report import KeptOut
from ..sources.source_files import Presence, is_gone
from ..store import kept_out
from ..store.kept_out import KeptOutFound, KeptOutPlace
from ..store.reporting import Known
from . import facts, models
from .cursors import as_cursor, one_page
from .problems import Problem

_STRAYS = 200
"""Files that were not looked at that an answer names."""

_LOCATED = 256 * 1024
"""Bytes of a file in which, in a list, the places of faults are looked for."""


def page_of_rejects(
    connection: Connection, *, after: KeptOutPlace | None, limit: int, **wanted: str | None
) -> models.RejectsAnswer:
    """A page of what is not loaded; ``wanted`` is an outcome, a code, a part of the path."""
    more = kept_out.page(connection, after=after, limit=limit + 1, **wanted)
    found, last = one_page(more, limit)
    told: list[models.Reject] = []
    presence = Presence()
    for _, of_file in groupby(found, lambda one: (one.place[:2], one.encoding, one.file_sha256)):
        told += _told(connection, list(of_file), presence)
    strays = strays_there(connection)
    total, gone = counted(connection, **wanted)
    return models.RejectsAnswer(
        rejects=told,
        codes=counted_by_code(connection),
        total=total,
        gone_total=gone,
        next=as_cursor(last and last.place),
        not_looked_at=[facts.notice(one.diagnostic) for one in strays[:_STRAYS]],
        not_looked_at_total=len(strays),
        folders_not_looked_at=folders_among(one.diagnostic.code for one in strays),
    )


def one_reject(connection: Connection, place: KeptOutPlace, *, with_lines: bool) -> models.RejectDetail:
    """One document that is not loaded.

    Raises:
        Problem: if there is none at the place.
    """
    found = kept_out.at(connection, place)
    if found is None:
        raise Problem("not-found", "there is no such document", "perhaps it was mended; see the list again")
    (document,) = _placed(connection, [found])
    told = facts.reject(found, document.notices, gone=is_gone(found.location, place.path))
    return facts.with_excerpt(told, document.excerpt if with_lines else None)


def _told(connection: Connection, found: list[KeptOutFound], presence: Presence) -> Iterator[models.Reject]:
    """Documents of one file; where the faults stand is only said of those that are small."""
    small = [one for one in found if one.file_bytes is not None and one.file_bytes <= _LOCATED]
    placed = {one.place: document for one, document in zip(small, _placed(connection, small), strict=True)}
    gone = presence.is_gone(found[0].location, found[0].place.path)
    for one in found:
        document = placed.get(one.place) or facts.as_kept_out(one, connection)
        yield facts.reject(one, document.notices, gone=gone)


def _placed(connection: Connection, found: list[KeptOutFound]) -> list[KeptOut]:
    """Documents of one file, which is read once, with the places of their faults, and the lines around the first of each."""

    def raw_of(path: str) -> bytes | None:
        if not found[0].place.pointer and found[0].size_bytes is not None:
            return kept_out.bytes_of(connection, found[0].place)
        known = {found[0].place[1:]: Known(None, None, found[0].file_sha256)}
        return bytes_of_source(found[0].location, known)(path)

    documents = [facts.as_kept_out(one, connection) for one in found]
    explained = [one for one in documents if one.notices]
    shown = iter(with_excerpts(explained, raw_of, found[0].encoding) if explained else [])
    return [next(shown) if one.notices else one for one in documents]
