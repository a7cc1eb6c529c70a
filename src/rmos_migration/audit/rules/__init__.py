"""The rules of the audit, family by family."""

import difflib
from collections.abc import Collection, Iterable

from ...errors import UsageError
from ..rule import Family, Rule
from . import (
    database_file,
    geometry,
    jobs,
    json_fields,
    ledger,
    records,
    references,
    schema,
    timestamps,
)

FAMILIES: tuple[Family, ...] = (
    database_file.FAMILY,
    schema.FAMILY,
    records.FAMILY,
    references.FAMILY,
    timestamps.FAMILY,
    jobs.FAMILY,
    json_fields.FAMILY,
    geometry.FAMILY,
    ledger.FAMILY,
)
"""Every rule, in the order in which the rules are shown."""

RULES: dict[str, Rule] = {rule.code: rule for family in FAMILIES for rule in family.rules}


def chosen(rules: Collection[str] = (), skip: Collection[str] = ()) -> list[Family]:
    """Return the families with the selected rules; ``rules`` and ``skip`` name rules or families.

    Raises:
        UsageError: if a name is unknown, or nothing is left.
    """
    wanted = _codes(rules) if rules else set(RULES)
    wanted -= _codes(skip)
    if not wanted:
        raise UsageError("no rule is left to check", "skip fewer rules with --skip")
    left = (
        family._replace(rules=tuple(rule for rule in family.rules if rule.code in wanted))
        for family in FAMILIES
    )
    return [family for family in left if family.rules]


def _codes(names: Iterable[str]) -> set[str]:
    families = {family.name: family for family in FAMILIES}
    codes: set[str] = set()
    for name in names:
        if name in families:
            codes |= {rule.code for rule in families[name].rules}
        elif name in RULES:
            codes.add(name)
        else:
            raise UsageError(f"there is no rule {name}", suggestion(name))
    return codes


def suggestion(name: str) -> str:
    """Return a hint for somebody who named an unknown rule."""
    names = [family.name for family in FAMILIES]
    near = difflib.get_close_matches(name, [*RULES, *names], 1)
    return (
        f"did you mean {near[0]}?"
        if near
        else f"rmos audit --explain all lists them; families: {', '.join(names)}"
    )
