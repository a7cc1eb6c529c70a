"""A number is read exactly as written, or refused: never a changed value."""

import json
from pathlib import Path

import pytest

from builders import pattern, rmos, write
from rmos_migration import migrate
from rmos_migration.diagnostics import CATALOGUE
from rmos_migration.sources.decode import decode


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    return [
        (fault.code, fault.location.line, fault.location.column) for fault in decode(text.encode()).errors
    ]


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("-0.0", 0.0),
        ("0e999999999999999999", 0.0),
        ("0.000e-400", 0.0),
        ("1.50", 1.5),
        ("1E5", 100000.0),
        ("12e-1", 1.2),
        ("0.1", 0.1),
        ("0.30000000000000004", 0.30000000000000004),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("9007199254740993", 9007199254740993),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9007199254740992.0", 2.0**53),
        ("1" + "0" * 300 + ".0", 1e300),
        ("0." + "1" + "0" * 5_000, 0.1),
        ("6.4285714285714288", 45 / 7),
        ("-6.4285714285714288", -45 / 7),
        ("6.42857142857142880000", 45 / 7),
        ("64285714285714288e-16", 45 / 7),
        ("0.10000000000000001", 0.1),
        ("0.1000000000000000", 0.1),
        ("1.1000000000000001E+002", 110.00000000000001),
        ("4.9E-324", 5e-324),
        ("4.9406564584124654e-324", 5e-324),
        ("2.2250738585072014e-308", 2.2250738585072014e-308),
        ("1.7976931348623157e+308", 1.7976931348623157e308),
        ("1e308", 1e308),
        ("9007199254740991.0", 2.0**53 - 1),
        ("9007199254740994.0", 2.0**53 + 2),
        ("9007199254740991", 2**53 - 1),
        ("1.0000000000000000000000", 1.0),
        ("1000000000000000000000.0", 1e21),
        ("-0.0000000000000000000000", -0.0),
        ("1E2", 100.0),
        ("1.10", 1.1),
        ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
    ],
)
def test_number_that_survives_is_read_as_written(digits: str, value: float) -> None:
    decoded = decode(digits.encode())
    assert decoded.errors == ()
    assert decoded.value == value
    assert type(decoded.value) is type(value)


@pytest.mark.parametrize(
    "digits",
    [
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "7" * 25,
        "1" * 5_000,
        "-" + "1" * 5_000,
        "1" * 5_000 + ".0",
        "1e309",
        "-1e309",
        "1e999999999999999999999999",
        "1e-400",
        "-1e-999999999999999999999999",
        "0." + "0" * 400 + "1",
    ],
    ids=lambda digits: digits[:24],
)
def test_number_beyond_range_is_refused_with_its_place(digits: str) -> None:
    assert places(f'{{"a": 1,\n"b": [{digits}]}}') == [("json-number-range", 2, 7)]


@pytest.mark.parametrize(
    "digits",
    [
        "0.1000000000000000055511151231257827",
        "3.14159265358979323846",
        "0.1234567890123456789",
        "6.4285714285714289",
        "6.4285714285714287",
        "6.42857142857142881",
        "4.95e-324",
        "9007199254740993e0",
        "9007199254740993.0",
        "12345678901234567.5",
        "4e-324",
        "1." + "1" * 5_000,
        "1.00000000000000000000000000000000000000000000000001",
        "1.7976931348623158e308",
    ],
    ids=lambda digits: digits[:24],
)
def test_number_with_too_many_digits_is_refused_with_its_place(digits: str) -> None:
    assert places(f'{{"a": 1,\n"b": {digits}}}') == [("json-number-precision", 2, 6)]


def test_number_alone_in_a_file_is_held_to_the_same_rules() -> None:
    assert places("1e309") == [("json-number-range", 1, 1)]


def test_hint_on_precision_does_not_tell_to_change_the_value() -> None:
    hint = CATALOGUE["json-number-precision"].hint
    assert "shorten" not in hint
    assert "15" not in hint
    assert "quotes" in hint


@pytest.mark.parametrize("digits", ["6.4285714285714288", "4.9E-324", "1.0000000000000000000000"])
def test_number_that_a_double_gives_back_comes_back_by_value(digits: str, tmp_path: Path) -> None:
    tree, database = tmp_path / "legacy", tmp_path / "rmos.db"
    text = json.dumps(pattern("p1", geometry={"rings": [{"radius_mm": "here", "segments": 24}]}))
    write(tree, "patterns/p1.json", text.replace('"here"', digits))
    assert migrate(tree, database).counts.totals.migrated == 1
    assert rmos("verify", tree, "--database", database).returncode == 0
    assert rmos("export", tmp_path / "back", "--format", "source", "--database", database).returncode == 0
    again = json.loads((tmp_path / "back/patterns/p1.json").read_bytes())
    assert again["geometry"]["rings"][0]["radius_mm"] == float(digits)
    assert rmos("verify", tmp_path / "back", "--database", database).returncode == 0
