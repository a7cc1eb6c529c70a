"""Which ledger entries a query is about; each condition is said once, here."""

from sqlalchemy import (
    and_,
    exists,
    func,
    or_,
    select,
)

from ..model import API, DELETED, GONE, ID_CONFLICT, REPLACED
from ..tables import KEPT_OUT, ledger, sources

FROM_API = ledger.c.source_id.in_(select(sources.c.id).where(sources.c.location == API))
"""Ledger entries of records that were written or deleted through the API."""

_written_here = ledger.alias("written_here")

IS_OF_EDITED_RECORD = exists(
    select(_written_here.c.path).where(
        _written_here.c.entity == ledger.c.entity,
        _written_here.c.record_id == ledger.c.record_id,
        _written_here.c.source_id.in_(select(sources.c.id).where(sources.c.location == API)),
        func.coalesce(_written_here.c.code, "") != REPLACED,
    )
)
"""Ledger entries of records that were changed or deleted through the API since."""

IS_SUPERSEDED = and_(ledger.c.code == REPLACED, ~FROM_API, ~IS_OF_EDITED_RECORD)
"""Ledger entries of documents that another document replaced."""

SPEAKS_OF_ROW = and_(ledger.c.content_sha256.is_not(None), func.coalesce(ledger.c.code, "") != REPLACED)
"""Ledger entries that say what a row was made from."""

PLACE = (ledger.c.source_id, ledger.c.path, ledger.c.pointer)

SAYS_WRITTEN = and_(FROM_API, func.coalesce(ledger.c.code, "").not_in((DELETED, REPLACED)))
"""Entries of records whose row holds what came through the API, as far as the ledger knows."""

IS_NOT_LOADED = and_(
    KEPT_OUT,
    or_(func.coalesce(ledger.c.code, "") != REPLACED, ~IS_OF_EDITED_RECORD),
    ~ledger.c.pointer.startswith(GONE),
    ~FROM_API,
)
"""Ledger entries of documents that are not in the database as of now: rejected, in conflict, or replaced by another document.

A document whose record was changed or deleted through the API is not among them: it arrived, and what it became was
changed on purpose.
"""

_trace = ledger.alias("trace")

IS_FOR_ITS_ID = and_(
    ledger.c.code.in_((ID_CONFLICT, REPLACED)),
    ~exists(
        select(_trace.c.path).where(
            _trace.c.entity == ledger.c.entity,
            _trace.c.record_id == ledger.c.record_id,
            _trace.c.code == DELETED,
        )
    ),
)
"""Ledger entries of documents that are not loaded because of their id, and so speak of a row, which is there unless its record was
deleted through the API."""
