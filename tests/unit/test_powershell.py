"""ConvertTo-Json without enough -Depth leaves type names instead of data (docs/domain.md, PowerShell)."""

from typing import Any

import pytest

MARKS = [
    "@{a=1; b=2}",
    "@{first name=x}",
    "@{a=}",
    "@{a=b=c; d=@{e=1}}",
    "@{a=two\nlines}",
    "@{}",
    "@{rings=System.Object[]}",
    "System.Object[]",
    "System.Object",
    "System.Collections.Hashtable",
    "System.Collections.Specialized.OrderedDictionary",
    "System.Management.Automation.PSCustomObject",
    "System.String[]",
]


@pytest.mark.parametrize("mark", MARKS)
def test_mark_in_place_of_an_object_keeps_the_document_out(mark: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"geometry": mark}))
    assert outcome.row is None
    assert outcome.errors == [("powershell-truncated", "/geometry")]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"geometry": {"rings": ["System.Object[]"]}}, "/geometry/rings/0"),
        ({"geometry": {"rings": [{"column": "@{strips=x}"}]}}, "/geometry/rings/0/column"),
        ({"metadata": {"a/b": {"c~d": "@{x=1}"}}}, "/metadata/a~1b/c~0d"),
        ({"unknown": [[], [{"": "@{x=1}"}]]}, "/unknown/1/0/"),
        ({"a": 1, "first": "@{x=1}", "second": "@{x=1}"}, "/first"),
    ],
)
def test_place_of_the_first_mark_is_pointed_at(
    changes: dict[str, Any], pointer: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("patterns", native("patterns", changes))
    assert outcome.errors == [("powershell-truncated", pointer)]


def test_lost_data_is_said_even_of_what_is_no_record(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", {"success": True, "pattern": "@{id=x}"})
    assert outcome.errors == [("powershell-truncated", "/pattern")]


@pytest.mark.parametrize(
    "text",
    [
        "see @{name}",
        "@{name}",
        "@{ }",
        "@{=x}",
        "@{a=1} and more",
        "@{a=1",
        "@{see; a=b}",
        "@{not closed",
        "the System.Object[] of it",
        "System",
        "System.",
        "A System.Object",
        "{@}",
        "Systematic.x",
    ],
)
def test_text_that_only_resembles_a_mark_is_kept(text: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"notes": text, "metadata": {"a": [text]}}))
    assert outcome.found == []
    assert outcome.extra == {"notes": text}


def test_key_that_resembles_a_mark_is_kept(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"@{a=1}": 1, "System.Object[]": 2}))
    assert outcome.extra == {"@{a=1}": 1, "System.Object[]": 2}
