"""Whether the database is sound: the quick rules for the status, all of them for the page; kept until the data change.

A rule looks whether files are still there, which come and go on their own: so an audit grows old, too.
"""

import asyncio
import time
from typing import NamedTuple

from anyio import to_thread

from ..audit.auditor import audit_database
from ..audit.result import AuditResult
from ..audit.rule import DatabaseCheck
from ..audit.rules import FAMILIES
from ..diagnostics import Severity
from .response_cache import FILES_SECONDS, ResponseCache

SLOW = frozenset(
    rule.code for family in FAMILIES for rule in family.rules if not isinstance(rule.check, DatabaseCheck)
) | {"file-damaged"}
"""Rules that look at every row or at every page of the file."""


_SHARE = 10
"""How many times as long as it took an audit is good at least, so that making them anew takes a tenth of the time."""


class _CachedAudit(NamedTuple):
    moment: int
    good_until: float
    result: AuditResult

    def is_fresh(self, changes: int) -> bool:
        """Whether it is of the data as they are, and of the files as they were lately."""
        return self.moment == changes and time.monotonic() < self.good_until


class AuditCache:
    """Audits of one database, made when somebody asks for them and the data are others than at the last one."""

    def __init__(self, answers: ResponseCache, *, quick: bool) -> None:
        self.answers = answers
        self.skipped = SLOW if quick else frozenset()
        self._made: _CachedAudit | None = None
        self._making = asyncio.Lock()

    @property
    def last(self) -> AuditResult | None:
        """The last audit, if there was one."""
        return None if self._made is None else self._made.result

    async def result(self) -> AuditResult:
        """The audit of the data as they are; while a run writes, or somebody waits for a new one, the last that there is.

        Raises:
            DatabaseUnusable: if the database is absent, of another schema, or cannot be opened.
        """
        changes, _ = await self.answers.moment()
        made = self._made
        if made is not None and (made.is_fresh(changes) or self._making.locked()):
            return made.result
        async with self._making:
            made = self._made
            changes, locked = await self.answers.moment()
            if made is None or (not made.is_fresh(changes) and not locked):
                began = time.monotonic()
                result = await to_thread.run_sync(self._audited)
                now = time.monotonic()
                good_until = now + max(FILES_SECONDS, _SHARE * (now - began))
                made = self._made = _CachedAudit(changes, good_until, result)
        return made.result

    def _audited(self) -> AuditResult:
        readers = self.answers.readers
        return audit_database(readers.database, skip=self.skipped, is_stopped=lambda: readers.is_ending)


def health(result: AuditResult) -> str:
    """What an audit says, in a word: healthy, warnings or errors_detected."""
    if not result.passed:
        return "errors_detected"
    return "warnings" if result.number(Severity.WARNING) else "healthy"
