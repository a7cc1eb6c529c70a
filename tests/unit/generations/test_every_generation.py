"""What holds for each generation: its documents are known by what is in them, and nothing of them is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

import rmos_migration
from rebuilding import is_equal_json, rebuilt
from rmos_migration.entities import BY_NAME
from rmos_migration.generations import GENERATIONS, recognise
from samples import SAMPLES

DOCUMENTS = [
    pytest.param(name, folder, document, id=f"{name}-{number}")
    for name, samples in SAMPLES.items()
    for number, (folder, document) in enumerate(samples)
]
PAGE = Path(rmos_migration.__file__).parents[2] / "docs" / "generations.md"
FORMATS = [form for module in GENERATIONS for form in module.FORMATS]


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_document_is_known_for_its_generation(name: str, folder: str, document: dict[str, Any]) -> None:
    form = recognise(BY_NAME[folder], document)
    assert form is not None
    assert form.generation == name


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_document_migrates_and_can_be_rebuilt(
    name: str, folder: str, document: dict[str, Any], outcome_of: Any, stored_of: Any
) -> None:
    assert outcome_of(folder, document).errors == []
    row, derived = stored_of(folder, document)
    assert is_equal_json(rebuilt(BY_NAME[folder], row, derived, name), document)


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_evidence_names_keys_of_the_document_and_without_them_it_is_not_known(
    name: str, folder: str, document: dict[str, Any]
) -> None:
    form = recognise(BY_NAME[folder], document)
    assert form is not None
    evidence = form.evidence(document)
    assert evidence[0] in form.discriminators
    assert set(evidence) <= document.keys()
    rest = {key: value for key, value in document.items() if key not in evidence}
    assert not form.fits(rest)
    assert form.evidence(rest) == ()


@pytest.mark.parametrize(
    "more", [{}, {"data": {}}, {"data": None}, {"type": "x"}, {"type": "x", "data": 1}], ids=repr
)
@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_a_form_fits_just_where_all_of_its_signs_are_there(
    name: str, folder: str, document: dict[str, Any], more: dict[str, Any]
) -> None:
    document = {**more, **document}
    for form in FORMATS:
        if form.entity is BY_NAME[folder]:
            assert form.fits(document) is bool(form.evidence(document))
            assert not (form.fits(document) and form.missing(document))


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_looking_only_at_discriminators_finds_the_first_form_that_fits(
    name: str, folder: str, document: dict[str, Any]
) -> None:
    is_complete = document.keys() >= {rule.native_key for rule in BY_NAME[folder].required}
    fitting = [
        form
        for form in FORMATS
        if form.entity is BY_NAME[folder] and form.fits(document) and (form.strict or not is_complete)
    ]
    assert recognise(BY_NAME[folder], document) is fitting[0]


TELLING = sorted(
    {(form.entity.name, key) for form in FORMATS for key in form.discriminators if not form.strict}
)


@pytest.mark.parametrize(("folder", "key"), TELLING)
@pytest.mark.parametrize("value", [{"op_type": "slice", "a": 1}, [{"radius_mm": 4}], 3, "text"], ids=repr)
def test_native_document_with_a_key_of_older_programs_stays_native(
    folder: str, key: str, value: Any, native: Any
) -> None:
    if key not in {known for rule in BY_NAME[folder].required for known in rule.source.keys[:1]}:
        form = recognise(BY_NAME[folder], native(folder, {key: value}))
        assert form is not None
        assert form.strict


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_order_of_the_keys_does_not_matter(name: str, folder: str, document: dict[str, Any]) -> None:
    backwards = dict(reversed(document.items()))
    assert recognise(BY_NAME[folder], backwards) is recognise(BY_NAME[folder], document)


@pytest.mark.parametrize(("name", "folder", "document"), DOCUMENTS)
def test_document_in_another_folder_is_sent_to_the_right_one(
    name: str, folder: str, document: dict[str, Any], outcome_of: Any
) -> None:
    others = [other for other in BY_NAME if other != folder and recognise(BY_NAME[other], document) is None]
    assert others
    for other in others:
        outcome = outcome_of(other, document)
        assert outcome.errors == [("wrong-folder", "")]
        assert folder in outcome.messages[0]


@pytest.mark.parametrize("module", GENERATIONS, ids=lambda module: module.NAME)
def test_every_generation_has_samples_for_each_of_its_forms(module: Any) -> None:
    known = {id(recognise(BY_NAME[folder], document)) for folder, document in SAMPLES[module.NAME]}
    forgotten = [
        form for form in module.FORMATS if id(form) not in known and len(module.FORMATS) > len(known)
    ]
    assert len(forgotten) <= ALTERNATIVE_FORMS.get(module.NAME, 0)


ALTERNATIVE_FORMS = {"wave-20": 1, "MM": 1}
"""Forms that say the same in other words."""


@pytest.mark.parametrize("module", GENERATIONS, ids=lambda module: module.NAME)
def test_every_generation_stands_in_the_documentation(module: Any) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"\n## {module.NAME}\n" in page
    for form in module.FORMATS:
        assert all(str(sign) in page for sign in form.markers)


def test_samples_are_of_generations_that_exist() -> None:
    assert SAMPLES.keys() == {module.NAME for module in GENERATIONS}


def test_samples_are_what_json_can_hold() -> None:
    assert json.loads(json.dumps(SAMPLES)) == {
        name: [[folder, document] for folder, document in samples] for name, samples in SAMPLES.items()
    }
