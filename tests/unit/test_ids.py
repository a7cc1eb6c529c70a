"""Where an id comes from, and which ids are none (docs/domain.md, Identity)."""

from typing import Any

import pytest

FOLDERS = ["strip_families", "patterns", "joblogs"]
OTHER_KEYS = [
    ("strip_families", "family_id"),
    ("patterns", "pattern_id"),
    ("patterns", "preset_id"),
    ("joblogs", "job_id"),
    ("joblogs", "run_id"),
    ("joblogs", "log_id"),
]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("written", ["a", "x" * 200, "Ä/ö ü~1", "123", "\N{GRINNING FACE}" * 200])
def test_own_id_is_kept_as_it_is(folder: str, written: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of(folder, native(folder, {"id": written}))
    assert outcome.row["id"] == written
    assert "id" not in outcome.derived
    assert outcome.extra == {}


@pytest.mark.parametrize(("folder", "key"), OTHER_KEYS)
@pytest.mark.parametrize("is_null", [True, False])
def test_id_under_another_key_stays_there_too(
    folder: str, key: str, is_null: bool, outcome_of: Any, native: Any
) -> None:
    document = native(folder, {key: "other"}, without=["id"])
    nulls = {"id": None} if is_null else {}
    outcome = outcome_of(folder, document | nulls)
    assert outcome.row["id"] == "other"
    assert outcome.extra == {key: "other"} | nulls
    assert "id" in outcome.derived


@pytest.mark.parametrize(("folder", "key"), OTHER_KEYS)
def test_id_goes_before_its_synonyms(folder: str, key: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of(folder, native(folder, {key: "other"}))
    assert outcome.row["id"] == native(folder)["id"]
    assert outcome.extra == {key: "other"}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    ("name", "stem"), [("rope.json", "rope"), ("2019.rope.v2.JSON", "2019.rope.v2"), ("a/b/c d.json", "c d")]
)
def test_file_stem_is_the_id_of_a_document_without_one(
    folder: str, name: str, stem: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, without=["id"]), name)
    assert outcome.row["id"] == stem
    assert "id" in outcome.derived
    assert outcome.extra == {}


@pytest.mark.parametrize(
    ("written", "text"), [(5, "5"), (0, "0"), (-7, "-7"), (2**63 - 1, "9223372036854775807")]
)
def test_integer_id_becomes_its_digits(written: int, text: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"id": written}))
    assert outcome.row["id"] == text
    assert outcome.extra == {"id": written}
    assert outcome.infos == [("id-from-integer", "/id")]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "written",
    [
        "",
        "x" * 201,
        "a\nb",
        "a\n",
        "\t",
        "a\0",
        "\x1b[31m",
        "a\x7f",
        "a\x85",
        5.0,
        True,
        False,
        [],
        {},
        ["a"],
    ],
)
def test_id_that_cannot_be_used_keeps_the_document_out(
    folder: str, written: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, {"id": written}))
    assert outcome.row is None
    assert outcome.errors == [("id-invalid", "/id")]


def test_fault_of_an_id_under_another_key_points_there(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"job_id": ["a"]}, without=["id"]))
    assert outcome.errors == [("id-invalid", "/job_id")]


@pytest.mark.parametrize("name", ["a\tb.json", "a\nb.json"])
def test_file_name_that_is_no_id_keeps_the_document_out(name: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", without=["id"]), name)
    assert outcome.errors == [("id-invalid", "")]


@pytest.mark.parametrize(("folder", "key"), [
    ("patterns", "strip_family_id"), ("joblogs", "strip_family_id"), ("joblogs", "pattern_id")
])  # fmt: skip
class TestReferences:
    def test_text_is_kept(self, folder: str, key: str, outcome_of: Any, native: Any) -> None:
        outcome = outcome_of(folder, native(folder, {key: "parent"}))
        assert (outcome.row[key], outcome.extra, outcome.found) == ("parent", {}, [])

    def test_integer_becomes_its_digits(self, folder: str, key: str, outcome_of: Any, native: Any) -> None:
        outcome = outcome_of(folder, native(folder, {key: 7}))
        assert (outcome.row[key], outcome.extra) == ("7", {key: 7})
        assert outcome.infos == [("id-from-integer", f"/{key}")]

    @pytest.mark.parametrize("written", [True, 1.5, [], {}, ["a"], "", "a\n", "x" * 201])
    def test_unusable_value_costs_only_the_column(
        self, folder: str, key: str, written: Any, outcome_of: Any, native: Any
    ) -> None:
        outcome = outcome_of(folder, native(folder, {key: written}))
        assert (outcome.row[key], outcome.extra) == (None, {key: written})
        assert outcome.warnings == [("field-unusable", f"/{key}")]


def test_plan_pattern_id_is_a_reference_to_a_pattern(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"plan_pattern_id": "rope"}))
    assert (outcome.row["pattern_id"], outcome.extra) == ("rope", {"plan_pattern_id": "rope"})
    assert "pattern_id" in outcome.derived


def test_preset_id_of_a_native_job_is_no_reference(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"preset_id": "rope"}))
    assert (outcome.row["pattern_id"], outcome.extra) == (None, {"preset_id": "rope"})
