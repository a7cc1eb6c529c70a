"""What must differ between two recordings of the same behaviour, and what is written in its place.

The three tables below are all of it, each entry with its reason, besides the program's version, the folder of
the recording and times of now, which ``Normaliser`` replaces. Anything else that differs is a change.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """A pattern of text, what is written instead, and why the text varies."""

    pattern: str
    instead: str
    reason: str


class Member(NamedTuple):
    """A member of JSON objects that also hold one of ``beside`` (empty: of any), and why its value varies."""

    name: str
    beside: tuple[str, ...]
    reason: str


_NUMBER = r"[\d.,]+"
_TIME_TAKEN = rf"{_NUMBER} (?:ms|s|min)(?: \d+ s)?"

MEMBERS = (
    Member("duration_seconds", ("started_at",), "how long a run, an audit or a verification took"),
    Member("documents_per_second", (), "the speed of the machine"),
    Member("seconds", ("documents_per_second",), "how long a run has been going on"),
    Member("database_size_mb", (), "pages of the file: the machine's SQLite and the order of inserts"),
    Member("size_bytes", ("schema_version",), "the size of the database's file"),
    Member("python", ("sqlite",), "a version of the machine"),
    Member("sqlite", ("python",), "a version of the machine"),
)

RULES = (
    Rule(r"(http://127\.0\.0\.1:|\[::1\]:|Host: 127\.0\.0\.1:)\d+", r"\1<port>", "any port that is free"),
    Rule(r"(/static/[\w.]+\?v=)[0-9a-f]+", r"\1<hash>", "a style's address changes with the style"),
    Rule(r"(SQLite: )3\.\d+\.\d+[^\n\"]*", r"\1<version>", "a version of the machine"),
    Rule(rf"{_NUMBER} [kMGT]?B free", "<size> free", "how full the disk is"),
    Rule(rf"{_NUMBER} (?:[kMGT]B|bytes)(, (?:schema|a whole copy))", r"<size>\1", "the database's file"),
    Rule(rf"^(rmos_database_bytes) {_NUMBER}$", r"\1 <size>", "the database's file"),
    Rule(rf"( found in|, in) {_TIME_TAKEN}", r"\1 <time>", "how long a run took"),
    Rule(rf"\({_TIME_TAKEN}, {_NUMBER} a second\)", "(<time>, <n> a second)", "how fast a run was"),
    Rule(rf"(Took +){_TIME_TAKEN}", r"\1<time>", "how long a run took"),
    Rule(rf"{_NUMBER} documents a second", "<n> documents a second", "how fast a run was"),
    Rule(rf"( after ){_TIME_TAKEN}", r"\1<time>", "how long a run took"),
    Rule(rf"(</time>(?:,| in) ){_TIME_TAKEN}", r"\1<time>", "how long a run or an audit took, on a page"),
    Rule(rf"(<dd>){_TIME_TAKEN} \(", r"\1<time> (", "how long a run took, on a page"),
    Rule(r'data-key="\d+\.\d{7,}">[^<]+', 'data-key="<seconds>"><time>', "how long a run took, in a table"),
    Rule(rf"^((?:PASSED|FAILED): .*\(){_TIME_TAKEN}\)", r"\1<time>)", "how long an audit took"),
    Rule(
        r"^(rmos_http_request_seconds_(?:bucket|sum)\{.*\}) [\d.e+-]+$",
        r"\1 <time>",
        "how long the server took to answer",
    ),
    Rule(
        r'^(rmos_http_request(?:s_total|_seconds_count)\{.*/progress".*\}) [\d.]+$',
        r"\1 <n>",
        "how often a run that goes on was asked about",
    ),
    Rule(r'(<testsuites name="[^"]*" time=")[\d.]+', r"\1<time>", "how long an audit took"),
    Rule(r"(process|pid|PID) \d+", r"\1 <number>", "the system's number of a process"),
)

AFTER_CHANGES = (
    Rule(r'(etag: |If-Match: )"[0-9a-f]+"', r'\1"<etag>"', "a hash over a record that was changed just now"),
    Rule(
        r'("database_fingerprint": ")[0-9a-f]+', r"\1<hash>", "a hash over records that were changed just now"
    ),
    Rule(
        r'("content_sha256": ")[0-9a-f]{64}("(?:(?!content_sha256)[^{}])*"mtime_ns": #)',
        r"\1<hash>\2",
        "a hash over a record that was changed just now",
    ),
)
"""What varies besides, once records were changed through the API: their times are of now, and in hashes."""


@dataclass(frozen=True)
class Normaliser:
    """Writes placeholders for what varies: ``work`` is the recording's folder, ``began`` when it began.

    A time of the day on which it began keeps its form: ``2026-01-05T10:00Z`` becomes ``####-##-##T##:##Z``.
    """

    work: Path
    began: datetime
    version: str
    after_changes: bool = False

    def text(self, text: str) -> str:
        """Return a text with placeholders."""
        text = text.replace(str(self.work), "<work>")
        text = re.sub(rf"(?<![\d.]){re.escape(self.version)}(?![\d.])", "<program's version>", text)
        for substitute in (self._dates, self._nanoseconds):
            text = substitute(text)
        for pattern, instead, _ in RULES + (AFTER_CHANGES if self.after_changes else ()):
            text = re.sub(pattern, instead, text, flags=re.MULTILINE)
        return text

    def json(self, value: Any) -> str:
        """Return a JSON value as indented text, its members sorted, with placeholders."""
        text = json.dumps(_without_varying(value), indent=1, sort_keys=True, ensure_ascii=False)
        return self.text(text) + "\n"

    def _days(self) -> set[datetime]:
        day, days = self.began, set()
        while day <= datetime.now(UTC) + timedelta(days=1):
            days.add(day)
            day += timedelta(days=1)
        return days

    def _dates(self, text: str) -> str:
        clock = r"(?:[T -]?\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?)?"
        for day in self._days():
            stamps = [day.strftime(form) for form in ("%Y-%m-%d", "%Y%m%d")]
            http = rf"\w{{3}}, {day:%d %b %Y} \d\d:\d\d:\d\d"
            form = "|".join([*(stamp + clock for stamp in stamps), http])
            text = re.sub(rf"(?<!\d)(?:{form})(?!\d)", _blank, text)
        return text

    def _nanoseconds(self, text: str) -> str:
        first = self.began.timestamp() * 1e9
        is_now: Callable[[str], bool] = lambda digits: int(digits) >= first  # noqa: E731 - short, and used once
        return re.sub(
            r"(?<![\w.])1\d{18}(?![\w.])", lambda found: _blank(found) if is_now(found[0]) else found[0], text
        )


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[A-Z][a-z]{2}\b", "###", re.sub(r"\d", "#", found[0]))


def _without_varying(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_varying(one) for one in value]
    if not isinstance(value, dict):
        return value
    varying = {
        name
        for name, beside, _ in MEMBERS
        if name in value and (not beside or any(other in value for other in beside))
    }
    return {
        name: f"<{name}>" if name in varying and one is not None else _without_varying(one)
        for name, one in value.items()
    }
