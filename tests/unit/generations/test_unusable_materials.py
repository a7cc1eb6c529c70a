"""Materials in a form that nobody can use are told of as such; they were recorded."""

from typing import Any

import pytest

FAMILY = {"id": "m", "name": "M", "default_width_mm": 3.5, "sequence": 0, "lane": "safe"}


@pytest.mark.parametrize(
    "materials",
    [
        '[{"type": "wood"}]',
        {"ebony": {"type": "wood"}},
        {"type": "wood"},
        [{"type": "wood"}, "x"],
        "wood",
        3,
        ["a"],
    ],
    ids=repr,
)
def test_materials_of_no_use_are_named_and_kept(materials: Any, outcome_of: Any) -> None:
    outcome = outcome_of("strip_families", {**FAMILY, "materials": materials})
    assert outcome.warnings == [("field-unusable", "/materials")]
    (message,) = outcome.messages
    assert "not filled: thickness_mm, material_type, strips" in message
    assert outcome.extra["materials"] == materials


@pytest.mark.parametrize("materials", [None, [], {}, ""])
def test_materials_that_are_not_there_were_never_recorded(materials: Any, outcome_of: Any) -> None:
    outcome = outcome_of("strip_families", {**FAMILY, "materials": materials})
    assert outcome.warnings == []


def test_what_usable_materials_do_not_say_was_never_recorded(outcome_of: Any) -> None:
    outcome = outcome_of("strip_families", {**FAMILY, "materials": [{"type": "wood"}]})
    assert (outcome.warnings, outcome.row["material_type"]) == ([], "wood")
