"""Several results: each is tried although another fails."""

import logging

import pytest

from rmos_migration.errors import EnvironmentFailure, all_tried


@pytest.mark.parametrize("first", [EnvironmentFailure("one"), AttributeError("one"), OSError("one")])
@pytest.mark.parametrize("second", [EnvironmentFailure("two"), ValueError("two")])
def test_every_thing_is_tried_the_first_failure_raised_and_the_further_ones_logged(
    first: Exception, second: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    with caplog.at_level(logging.ERROR), pytest.raises(type(first)) as raised, all_tried() as tried:
        with tried():
            raise first
        with tried():
            raise second
        with tried():
            done.append("third")
    assert raised.value is first
    assert done == ["third"]
    assert "two" in caplog.text
