"""Times: in their stored formats, in a possible order, and not in the future."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ...diagnostics import Severity, shown
from ...entities import Entity, FieldKind
from ...generations.times import is_clock, is_instant
from ..rule import Family, Row, RowCheck, RowTest, RowViolations, Rule, Subject

_FARTHEST_ZONE = timedelta(hours=14)
"""How far a correct clock without a zone may be ahead of UTC."""

_PLANNED = ("planned", "pending")


def _names(entity: Entity, kind: FieldKind) -> list[str]:
    return [rule.name for rule in entity.fields if rule.source.kind is kind]


def _in_form(kind: FieldKind, is_in_form: Callable[[str], bool], said: str) -> RowCheck:
    """Return the check that the times of a kind are in their format."""

    def for_entity(entity: Entity, _: Subject) -> RowTest | None:
        names = _names(entity, kind)

        def find(row: Row) -> RowViolations:
            for name in names:
                value = row[name]
                if value is not None and not is_in_form(value):
                    break
            else:
                return ()
            return [
                (name, f"{name} {shown(row[name])} {said}")
                for name in names
                if row[name] is not None and not is_in_form(row[name])
            ]

        return find if names else None

    return RowCheck(for_entity)


def _updated_before_created(entity: Entity, _: Subject) -> RowTest | None:
    def find(row: Row) -> RowViolations:
        created, updated = row["created_at"], row["updated_at"]
        if created is None or updated is None or updated >= created:
            return ()
        if not is_instant(created) or not is_instant(updated):
            return ()
        return [("updated_at", f"updated_at {updated} is before created_at {created}")]

    return find if {"created_at", "updated_at"} <= set(entity.columns) else None


def _future(entity: Entity, subject: Subject) -> RowTest | None:
    instants, clocks = _names(entity, FieldKind.INSTANT), _names(entity, FieldKind.CLOCK)
    now = datetime.fromisoformat(subject.now)
    utc, latest = subject.now, (now + _FARTHEST_ZONE).replace(tzinfo=None).isoformat()

    def find(row: Row) -> RowViolations:
        found = []
        for name in instants:
            value = row[name]
            if value is not None and value > utc and is_instant(value):
                found.append((name, f"{name} {value} is in the future"))
        for name in clocks:
            value = row[name]
            if value is not None and value > latest and is_clock(value) and row["status"] not in _PLANNED:
                found.append((name, f"{name} {value} is in the future"))
        return found

    return find if instants or clocks else None


FAMILY = Family(
    "timestamps",
    "timestamps",
    (
        Rule(
            "time-not-utc",
            Severity.ERROR,
            "created_at and updated_at are in their UTC format",
            "Both are stored as YYYY-MM-DDTHH:MM:SS.ffffffZ so that they sort as text. In another format"
            " they do not.",
            "write the time in that format, or delete the row; the next rmos migrate creates it again",
            _in_form(FieldKind.INSTANT, is_instant, "is not in the form YYYY-MM-DDTHH:MM:SS.ffffffZ"),
        ),
        Rule(
            "time-not-iso",
            Severity.ERROR,
            "start_time and end_time are ISO 8601",
            "Both are the workshop's clock: a date, or a date and time with the offset that was recorded, if"
            " any.",
            "write the time as YYYY-MM-DDTHH:MM:SS, or delete the row; the next rmos migrate creates it"
            " again",
            _in_form(FieldKind.CLOCK, is_clock, "is not an ISO 8601 time"),
        ),
        Rule(
            "time-order",
            Severity.WARNING,
            "Nothing was updated before it was created",
            "One of the two times is wrong; programs that show what is new rely on them.",
            "check the clock of the machine that wrote the document; correct the document, delete the row,"
            " and the next rmos migrate creates it again",
            RowCheck(_updated_before_created),
        ),
        Rule(
            "time-future",
            Severity.WARNING,
            "No time is in the future",
            "A finished job cannot begin or end later than now, and no record can be created later. Times of"
            " planned and pending jobs may be in the future.",
            "check the clock of the machine that wrote the document; correct the document, delete the row,"
            " and the next rmos migrate creates it again",
            RowCheck(_future),
        ),
    ),
)
