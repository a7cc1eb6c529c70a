"""Blank ids, ids from file names, answers that say the program failed, words that programs made
themselves."""

import unicodedata
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("folder", "ids", "expected", "blank"),
    [
        ("joblogs", {"id": "", "job_id": "j"}, "j", "/id"),
        ("joblogs", {"id": "  ", "run_id": "r"}, "r", "/id"),
        ("joblogs", {"job_id": "\t", "run_id": "r"}, "r", "/job_id"),
        ("joblogs", {"id": "", "job_id": 7}, "7", "/id"),
        ("patterns", {"id": "", "pattern_id": "p"}, "p", "/id"),
        ("patterns", {"pattern_id": " ", "preset_id": "p"}, "p", "/pattern_id"),
        ("strip_families", {"id": "", "family_id": "f"}, "f", "/id"),
    ],
)
def test_blank_id_gives_way_to_one_that_is_not(
    folder: str, ids: dict[str, Any], expected: str, blank: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, without=["id"]) | ids)
    assert outcome.row["id"] == expected
    assert ("id-blank", blank) in outcome.infos
    assert outcome.extra[blank[1:]] == ids[blank[1:]]
    assert outcome.warnings == outcome.errors == []


def test_blank_id_gives_way_to_a_session(outcome_of: Any) -> None:
    document = {"id": "", "session_id": "s-1", "design": {"ring_count": 2}}
    outcome = outcome_of("patterns", document)
    assert (outcome.row["id"], outcome.infos[0]) == ("s-1", ("id-blank", "/id"))


def test_blank_reference_gives_way_too(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"pattern_id": "", "plan_pattern_id": "p"}))
    assert outcome.row["pattern_id"] == "p"
    assert ("id-blank", "/pattern_id") in outcome.infos


@pytest.mark.parametrize("ids", [{"id": ""}, {"id": "", "job_id": None}, {"id": "", "job_id": " "}])
def test_blank_id_alone_keeps_the_document_out(ids: dict[str, Any], outcome_of: Any, native: Any) -> None:
    (fault,) = outcome_of("joblogs", native("joblogs", ids)).errors
    assert fault == ("id-invalid", "/id")


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_id_from_a_file_name_is_composed(form: Any, outcomes_of: Any, native: Any) -> None:
    name = unicodedata.normalize(form, "Küche-Ñandú")
    (alone,) = outcomes_of("joblogs", native("joblogs", without=["id"]), f"{name}.json")
    assert alone.row["id"] == "Küche-Ñandú"


def test_ids_of_a_list_in_a_file_are_composed_and_those_in_documents_are_not(
    outcomes_of: Any, native: Any
) -> None:
    decomposed = unicodedata.normalize("NFD", "é")
    listed = [native("joblogs", without=["id"]), native("joblogs", {"id": decomposed})]
    assert [one.row["id"] for one in outcomes_of("joblogs", listed, f"{decomposed}.json")] == [
        "é-0",
        decomposed,
    ]


def test_id_that_is_a_key_stays_as_it_was_written(outcomes_of: Any, native: Any) -> None:
    decomposed = unicodedata.normalize("NFD", "é")
    keyed = {decomposed: native("joblogs", without=["id"]), "b": native("joblogs", without=["id"])}
    assert [one.row["id"] for one in outcomes_of("joblogs", keyed, "k.json")] == [decomposed, "b"]


@pytest.mark.parametrize("flag", [False, "false", " False ", 0, "no"])
@pytest.mark.parametrize("shape", ["joblog", "joblogs"])
def test_answer_of_a_program_that_failed_gives_its_record_with_a_warning(
    flag: Any, shape: str, outcome_of: Any, native: Any
) -> None:
    held = native("joblogs") if shape == "joblog" else [native("joblogs")]
    outcome = outcome_of("joblogs", {"success": flag, shape: held, "error": "disk full"})
    assert outcome.row["id"] == "job-1"
    place = "/joblog/success" if shape == "joblog" else "/joblogs/0/success"
    assert [code for code, _ in outcome.warnings] == ["answer-failed"], place
    assert "success" in outcome.messages[0]


@pytest.mark.parametrize("flag", [True, None, "true", 1, "yes", {}])
def test_answer_of_a_program_that_did_not_fail_is_no_news(flag: Any, outcome_of: Any, native: Any) -> None:
    assert outcome_of("joblogs", {"success": flag, "joblog": native("joblogs")}).found == []


def test_record_with_a_key_named_success_is_itself(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"success": False}))
    assert (outcome.found, outcome.extra) == ([], {"success": False})


@pytest.mark.parametrize(
    "word", ["approval", "toolpaths", "feasibility", "fork_replay", "unknown", "adaptive_plan_blocked"]
)
def test_event_words_of_rmos_runs_are_known(word: str, outcome_of: Any) -> None:
    run = {"run_id": "r", "event_type": word, "created_at_utc": "2026-01-02T03:04:05Z", "status": "OK"}
    outcome = outcome_of("joblogs", run)
    assert (outcome.row["job_type"], outcome.row["status"], outcome.warnings) == (word, "completed", [])


@pytest.mark.parametrize("word", ["aproval", "run_created"])
def test_unknown_job_type_is_still_worth_a_warning(word: str, outcome_of: Any, native: Any) -> None:
    assert outcome_of("joblogs", native("joblogs", {"job_type": word})).warnings == [
        ("job-type-unknown", "/job_type")
    ]
