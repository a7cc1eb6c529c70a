"""The catalogue is the one list of codes, and what is shown of a file is safe for a terminal."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rmos_migration
from rmos_migration.catalogue import ENTRIES
from rmos_migration.diagnostics import (
    CATALOGUE,
    Location,
    Severity,
    diagnose,
    printable,
    printable_apart,
    shown,
    shown_apart,
)

PACKAGE = Path(rmos_migration.__file__).parent
KEBAB = re.compile(r"[a-z]+(?:-[a-z]+)+")
NOT_CODES = {"utf-le"}
"""Words with hyphens in the modules that make diagnostics, which are no codes."""


MAKERS = ("sources", "generations", "migrate")
"""The packages that make most diagnostics, and have no other words with hyphens."""


def words_with_hyphens(folders: tuple[str, ...] = MAKERS) -> Iterator[tuple[str, str]]:
    """Each string of hyphenated words in the modules of some packages, with the module's name."""
    for folder in folders:
        for module in sorted((PACKAGE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and KEBAB.fullmatch(node.value)
                ):
                    yield node.value, module.name


def test_every_code_that_is_used_stands_in_the_catalogue() -> None:
    unknown = {(word, module) for word, module in words_with_hyphens() if word not in CATALOGUE}
    assert {pair for pair in unknown if pair[0] not in NOT_CODES} == set()


def test_every_code_of_the_catalogue_is_used() -> None:
    used = {word for word, _ in words_with_hyphens((*MAKERS, "rosette", "store"))}
    assert set(CATALOGUE) - used == set()


def test_names_are_unique() -> None:
    assert sorted(code.name for code in ENTRIES) == sorted(CATALOGUE)


def test_numbers_are_unique_and_name_their_stage() -> None:
    numbers = [code.number for code in CATALOGUE.values()]
    assert len(numbers) == len(set(numbers))
    assert [
        number for number in numbers if not re.fullmatch(r"F1\d\d|D2\d\d|V3\d\d|R4\d\d|S5\d\d", number)
    ] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_code_explains_itself_and_says_what_to_do(name: str) -> None:
    code = CATALOGUE[name]
    assert code.name == name
    assert KEBAB.fullmatch(name)
    assert len(code.explanation.split()) >= 5
    assert len(code.hint.split()) >= 2
    assert isinstance(code.severity, Severity)


@pytest.mark.parametrize("name", CATALOGUE)
def test_diagnostic_has_severity_and_hint_of_its_code(name: str) -> None:
    diagnostic = diagnose(name, "what was seen", Location("patterns/a.json", "/name"))
    assert (diagnostic.severity, diagnostic.hint) == (CATALOGUE[name].severity, CATALOGUE[name].hint)


def test_severity_and_hint_may_be_others() -> None:
    diagnostic = diagnose("id-conflict", "x", Location("a"), severity=Severity.ERROR, hint="choose one")
    assert (diagnostic.severity, diagnostic.hint) == (Severity.ERROR, "choose one")


def test_codes_that_nobody_listed_cannot_be_given() -> None:
    with pytest.raises(KeyError):
        diagnose("no-such-code", "x", Location("a"))


def test_json_form_tells_code_number_severity_place_message_and_hint() -> None:
    assert diagnose("json-syntax", "x", Location("a.json", "/b", 3, 4), hint="h").as_json() == {
        "code": "json-syntax",
        "number": CATALOGUE["json-syntax"].number,
        "severity": "error",
        "message": "x",
        "path": "a.json",
        "pointer": "/b",
        "line": 3,
        "column": 4,
        "hint": "h",
    }


def test_one_line_form_begins_with_the_place() -> None:
    assert str(diagnose("json-syntax", "x", Location("a.json", "/b", 3, 4))).startswith("a.json:3:4 error D2")
    assert str(diagnose("field-invalid", "x", Location("a.json", "/b"))).startswith("a.json /b error V3")


UNSAFE = {
    "escape": "\x1b[31m",
    "bell": "\a",
    "newline": "\n",
    "return": "\r",
    "null": "\0",
    "delete": "\x7f",
    "C1 control": "\x9b31m",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "zero width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "half a character": "\ud83d",
    "tag": "\U000e0041",
}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_characters_are_shown_as_escapes(name: str) -> None:
    safe = printable(f"a{UNSAFE[name]}b")
    assert safe.isprintable()
    assert safe.encode("ascii")
    assert safe.startswith("a\\")
    assert safe.endswith("b")


@pytest.mark.parametrize("name", UNSAFE)
def test_whole_diagnostic_is_safe_whatever_the_file_holds(name: str) -> None:
    text = UNSAFE[name]
    line = str(diagnose("field-invalid", text, Location(f"{text}.json", f"/{text}"), hint=text))
    assert line.isprintable()


@pytest.mark.parametrize("text", ["", "Rope", "Küche – 5 €", "\N{GRINNING FACE}", "日本", "a b", "\\n"])
def test_safe_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000,
        {"k" * 10_000: 1},
        ["x" * 10_000] * 10_000,
        "\n" * 50,
        "\ud800",
        10**40,
        1e300,
        None,
        True,
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_in_a_message_is_short_and_safe(value: object) -> None:
    assert shown(value).isprintable()
    assert 0 < len(shown(value)) <= 150


LOOK_THE_SAME = {
    "composed and decomposed": ("M\u00f6we", "Mo\u0308we", "M\\xf6we", "Mo\\u0308we"),
    "no-break space": ("a b", "a\u00a0b", "a b", "a\\xa0b"),
    "Cyrillic letter": ("rape", "r\u0430pe", "rape", "r\\u0430pe"),
    "Greek letter": ("Rope", "R\u03bfpe", "Rope", "R\\u03bfpe"),
    "zero-width space": ("rope", "ro\u200bpe", "rope", "ro\\u200bpe"),
    "variation selector": ("rope", "rope\ufe0f", "rope", "rope\\ufe0f"),
    "Hangul filler": ("rope", "ro\u3164pe", "rope", "ro\\u3164pe"),
    "blank at the end": ("/rope", "/rope ", "/rope", "/rope\\x20"),
    "two blanks": ("a b", "a  b", "a\\x20b", "a\\x20\\x20b"),
    "wide letter": ("rope", "\uff52ope", "rope", "\\uff52ope"),
    "dash": ("a-b", "a\u2010b", "a-b", "a\\u2010b"),
}


@pytest.mark.parametrize(
    ("one", "other", "shown_one", "shown_other"), LOOK_THE_SAME.values(), ids=LOOK_THE_SAME
)
def test_texts_that_look_the_same_are_told_apart(
    one: str, other: str, shown_one: str, shown_other: str
) -> None:
    assert printable_apart([one, other]) == [shown_one, shown_other]
    assert printable_apart([other, one]) == [shown_other, shown_one]


@pytest.mark.parametrize(
    "texts", [("Möwe", "möwe"), ("Möwe", "Möwe"), ("Küche", "Kuche"), ("а", "б"), ("", "a")]
)
def test_texts_that_can_be_told_apart_are_shown_as_they_are(texts: tuple[str, str]) -> None:
    assert printable_apart(texts) == list(texts)


def test_only_those_of_several_that_look_the_same_get_escapes() -> None:
    assert printable_apart(["Möwe", "Rößle", "Mo\u0308we"]) == ["M\\xf6we", "Rößle", "Mo\\u0308we"]
    assert shown_apart(["M\u00f6we", "Mo\u0308we"]) == ['"M\\xf6we"', '"Mo\\u0308we"']
