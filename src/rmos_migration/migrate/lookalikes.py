"""What is said of a reference that leads nowhere, though a record that looks the same is there."""

from collections.abc import Collection, Sequence
from unicodedata import normalize

from sqlalchemy import Connection

from ..diagnostics import shown, shown_apart
from ..entities import FieldRule
from ..store.records import Looks
from .prepare import Candidate


class Lookalikes:
    """Records that look like what a batch's references want, looked up at once when the first is asked for.

    ``references`` are positions in a row, fields, and the ids that are there.
    """

    def __init__(
        self,
        connection: Connection,
        looks: Looks,
        batch: Sequence[Candidate],
        references: Sequence[tuple[int, FieldRule, Collection[str]]],
    ) -> None:
        self._connection = connection
        self._looks = looks
        self._batch = batch
        self._references = {rule.name: (index, there) for index, rule, there in references}
        self._found: dict[str, dict[str, str]] = {}

    def sentence(self, rule: FieldRule, target: str) -> str:
        """What is said of a reference that leads nowhere."""
        if rule.name not in self._found:
            self._found[rule.name] = self._look(rule)
        alike = self._found[rule.name].get(target)
        told = shown(target) if alike is None else shown_apart([target, alike])[0]
        said = f"{rule.native_key} {told} is not among the {(rule.reference or '').replace('_', ' ')}"
        return said if alike is None else said + hint(target, alike)

    def _look(self, rule: FieldRule) -> dict[str, str]:
        index, there = self._references[rule.name]
        rows = (prepared.row for prepared in self._batch if prepared.row is not None)
        wanted = {row[index] for row in rows if row[index] is not None}
        return self._looks.alike(self._connection, rule.reference or "", wanted.difference(there))


def hint(wanted: str, there: str) -> str:
    """Which record looks the same, and how the two differ, since one may not see it."""
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
