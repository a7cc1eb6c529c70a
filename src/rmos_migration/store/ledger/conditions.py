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

PLACE = (ledger.c.source_id, ledger.c.path, ledger.c.pointer)
"""The key of an entry, which is the order of documents as well."""

IS_NOT_REPLACED = func.coalesce(ledger.c.code, "") != REPLACED
"""Ledger entries of documents whose row was not given other content since."""

IS_IN_FILE = ~ledger.c.pointer.startswith(GONE)
"""Ledger entries of documents that were in their file when it was read last."""

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

SPEAKS_OF_ROW = and_(ledger.c.content_sha256.is_not(None), IS_NOT_REPLACED)
"""Ledger entries that say what a row was made from."""

SAYS_WRITTEN = and_(FROM_API, func.coalesce(ledger.c.code, "").not_in((DELETED, REPLACED)))
"""Entries of records whose row holds what came through the API, as far as the ledger knows."""

IS_NOT_LOADED = and_(
    KEPT_OUT,
    or_(IS_NOT_REPLACED, ~IS_OF_EDITED_RECORD),
    IS_IN_FILE,
    ~FROM_API,
)
"""Ledger entries of documents that are not loaded as of now: rejected, in conflict, or replaced.

A document whose record was changed or deleted through the API is not among them: it arrived, and what it
became was changed on purpose.
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
"""Ledger entries of documents that are not loaded because of their id, and so speak of a row, which is there
unless its record was deleted through the API."""
