"""Times in notations that no RMOS program used, as people and other programs write them."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

_CLOCK = (
    r"(?:[ ,T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_CLOCK}", re.ASCII
)
_SLASHES = re.compile(rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}", re.ASCII)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<by>[-/.])(?P<month>\d\d?)(?P=by)(?P<day>\d\d?){_CLOCK}", re.ASCII
)
_COMPACT_DAY = r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
_COMPACT_DATE = re.compile(rf"{_COMPACT_DAY}{_CLOCK}", re.ASCII)
_COMPACT = re.compile(
    rf"{_COMPACT_DAY}[ T]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<half>)", re.ASCII
)
_YEAR_OF_TWO = re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d){2}", re.ASCII)
"""A day and a time with seconds, with a year of two digits."""
_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)
_NOTATIONS = (_DAY_FIRST, _YEAR_FIRST, _COMPACT_DATE, _COMPACT)
"""Notations in which it is clear which part is which."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_meant(value: Any) -> str:
    """Return the time as ISO 8601 if a value can only mean one; empty otherwise.

    Day and month between slashes are clear only if one of them cannot be a month.
    """
    text = str(value).strip() if type(value) in (str, int) else ""
    with suppress(ValueError):
        if _MILLISECONDS.fullmatch(text):
            at = _EPOCH + timedelta(milliseconds=int(text))
            return f"{at.isoformat(timespec='milliseconds')[:23].removesuffix('.000')}Z"
        if _YEAR_OF_TWO.fullmatch(text):
            return ""
        if found := next(filter(None, (notation.fullmatch(text) for notation in _NOTATIONS)), None):
            return _iso(found, int(found["month"]), int(found["day"]))
        if found := _SLASHES.fullmatch(text):
            first, second = int(found["a"]), int(found["b"])
            if first > 12 >= second:
                return _iso(found, second, first)
            if second > 12 >= first or first == second:
                return _iso(found, first, second)
    return ""


def _iso(found: re.Match[str], month: int, day: int) -> str:
    """Return the time of a match; raise ValueError if it is not a valid one."""
    if found["hour"] is None:
        return datetime(int(found["year"]), month, day, tzinfo=UTC).date().isoformat()
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif half:
        return ""  # 17:05 PM: one of the two is wrong
    second = int(found["second"] or 0)
    at = datetime(int(found["year"]), month, day, hour, int(found["minute"]), second, tzinfo=UTC)
    return at.replace(tzinfo=None).isoformat()
