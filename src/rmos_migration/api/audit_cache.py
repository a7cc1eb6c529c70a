"""Audits of the database: quick rules for the status, all of them for the page; kept until the data change.

A rule checks whether files are still there, which come and go on their own: so an audit grows old, too.
"""

import asyncio
import time

from anyio import to_thread

from ..audit.auditor import audit_database
from ..audit.result import AuditResult
from ..audit.rule import DatabaseCheck
from ..audit.rules import FAMILIES
from .response_cache import FILES_SECONDS, CacheEntry, ResponseCache

SLOW = frozenset(
    rule.code for family in FAMILIES for rule in family.rules if not isinstance(rule.check, DatabaseCheck)
) | {"file-damaged"}
"""Rules that look at every row or at every page of the file."""

_SHARE = 10
"""How many times as long as it took an audit is good at least, so that auditing takes a tenth of the time at
most."""


class AuditCache:
    """The last audit of a database, replaced when somebody asks for one and the data have changed.

    It follows the response cache's rule of freshness, but lies apart: an audit may take minutes, and must
    neither make room for answers of milliseconds nor occupy one of the few places for quick questions.
    """

    def __init__(self, cache: ResponseCache, *, quick: bool) -> None:
        self.cache = cache
        self.skipped = SLOW if quick else frozenset()
        self._entry: CacheEntry | None = None
        self._auditing = asyncio.Lock()

    @property
    def last(self) -> AuditResult | None:
        """Return the last audit, if there was one."""
        return None if self._entry is None else self._entry.answer

    async def result(self) -> AuditResult:
        """Return the audit of the current data; while a run writes or another audit is made, the last one.

        Raises:
            DatabaseUnusable: if the database is absent, of another schema, or cannot be opened.
        """
        version = await self.cache.data_version()
        entry = self._entry
        if entry is None or not (entry.is_fresh(version) or self._auditing.locked()):
            async with self._auditing:
                await self._renew()
        assert self.last is not None  # noqa: S101 - _renew
        return self.last

    async def _renew(self) -> None:
        version = await self.cache.data_version()
        entry = self._entry
        if entry is not None and (version.is_locked or entry.is_fresh(version)):
            return
        began = time.monotonic()
        result = await to_thread.run_sync(self._audit)
        ended = time.monotonic()
        self._entry = CacheEntry(version, ended, result, max(FILES_SECONDS, _SHARE * (ended - began)))

    def _audit(self) -> AuditResult:
        readers = self.cache.readers
        return audit_database(readers.database, skip=self.skipped, is_stopped=lambda: readers.is_ending)
