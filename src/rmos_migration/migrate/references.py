"""The references of a batch's documents, and the parents that exist (docs/domain.md, References)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from unicodedata import normalize

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Location, diagnose, shown, shown_apart
from ..entities import BY_NAME, Entity, FieldRule
from ..store.records import Looks, PendingReference, Row, existing_ids
from .linking import detached
from .prepare import Candidate


class Linked(NamedTuple):
    """A document's row after its references were looked up, and the ones that lead nowhere."""

    row: Row
    missing: list[tuple[FieldRule, str]]


class _Parents(NamedTuple):
    """One reference field: its position in a row, its rule, which ids are wanted, and which exist."""

    position: int
    rule: FieldRule
    wanted: set[str]
    there: set[str]


class ParentLookup:
    """The parents of a batch's documents, looked up together."""

    def __init__(
        self, connection: Connection, entity: Entity, documents: Sequence[Candidate], looks: Looks
    ) -> None:
        self._connection = connection
        self._entity = entity
        self._looks = looks
        self._parents: list[_Parents] = []
        self._alike: dict[str, Mapping[str, str]] = {}
        for rule in entity.references:
            index = entity.columns.index(rule.column)
            wanted = {
                one.row[index] for one in documents if one.row is not None and one.row[index] is not None
            }
            there = existing_ids(connection, rule.reference or "", wanted) if wanted else set()
            self._parents.append(_Parents(index, rule, wanted, there))

    def linked(self, candidate: Candidate) -> Linked:
        """Return the row with every reference that leads nowhere emptied, its value kept in extra."""
        row = candidate.row or ()
        missing: list[tuple[FieldRule, str]] = []
        for position, rule, _, there in self._parents:
            target = row[position]
            if target is not None and target not in there:
                missing.append((rule, target))
        return Linked(detached(self._entity, candidate, missing) if missing else row, missing)

    def pending(self, record_id: str, linked: Linked) -> list[PendingReference]:
        """Return the references of a record whose parent has not come."""
        return [
            PendingReference(self._entity.name, record_id, rule.name, target)
            for rule, target in linked.missing
        ]

    def notices(self, candidate: Candidate, linked: Linked) -> list[Diagnostic]:
        """Return a warning for each reference that leads nowhere."""
        return [
            diagnose("reference-missing", self._missing(rule, target), candidate.location)
            for rule, target in linked.missing
        ]

    def _missing(self, rule: FieldRule, target: str) -> str:
        if rule.name not in self._alike:  # looked up for the whole batch when it is first needed
            parents = next(one for one in self._parents if one.rule is rule)
            wanted = parents.wanted - parents.there
            self._alike[rule.name] = self._looks.alike(self._connection, rule.reference or "", wanted)
        alike = self._alike[rule.name].get(target)
        told = shown(target) if alike is None else shown_apart([target, alike])[0]
        said = f"{rule.native_key} {told} is not among the {_plural(rule)}"
        return said if alike is None else said + _how_alike(target, alike)


def missing_mentions(
    connection: Connection, entity: Entity, mentioning: Sequence[Candidate], looks: Looks
) -> list[Diagnostic]:
    """Return warnings for missing records that only parts of a record name (docs/domain.md, Fields).

    Args:
        connection: for look-ups only.
        entity: what the documents are.
        mentioning: documents that wrote a row and have such parts.
        looks: the ids that look like others.
    """
    found = []
    for rule in entity.embedded_references:
        wanted = {target for one in mentioning for name, target in one.mentions if name == rule.name}
        there = existing_ids(connection, rule.reference or "", wanted)
        alike = looks.alike(connection, rule.reference or "", wanted - there)
        for one in mentioning:
            missing = [target for name, target in one.mentions if name == rule.name and target not in there]
            if missing:
                found.append(diagnose("ring-family-missing", _not_among(rule, missing, alike), one.location))
    return found


def attached_notice(reference: PendingReference) -> Diagnostic:
    """Return what is said of a reference that was pending and is attached now."""
    entity, record_id, field, target = reference
    message = f"{field} {shown(target)} has arrived for {BY_NAME[entity].singular} {shown(record_id)}"
    return diagnose("reference-attached", message, Location(entity))


def _not_among(rule: FieldRule, missing: list[str], alike: Mapping[str, str]) -> str:
    names = ", ".join(shown(one) for one in missing)
    hints = "".join(_how_alike(one, alike[one]) for one in missing if one in alike)
    return f"single rings name {names}, not among the {_plural(rule)}{hints}"


def _plural(rule: FieldRule) -> str:
    return (rule.reference or "").replace("_", " ")


def _how_alike(wanted: str, there: str) -> str:
    """Return which record looks the same, and how the two differ, since that may not be seen."""
    one, other = normalize("NFC", wanted), normalize("NFC", there)
    tight, other_tight = "".join(one.split()), "".join(other.split())
    differences = {
        "how an accent is written": (one == wanted) != (other == there),
        "blanks": len(one) - len(tight) != len(other) - len(other_tight),
        "case": tight != other_tight,
    }
    found = [said for said, is_so in differences.items() if is_so] or ["how it is written"]
    told = shown_apart([wanted, there])[1]
    return f"; one that looks the same is there: {told}, which differs in {' and '.join(found)}"
