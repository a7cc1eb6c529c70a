"""A number is read exactly as written, or refused: never a changed value."""

import pytest

from rmos_migration.sources.decode import decode


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    return [(fault.code, fault.line, fault.column) for fault in decode(text.encode()).faults]


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
    ],
)
def test_number_that_survives_is_read_as_written(digits: str, value: float) -> None:
    decoded = decode(digits.encode())
    assert decoded.faults == ()
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
