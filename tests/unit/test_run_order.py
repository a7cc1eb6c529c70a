"""How a run is ordered through the API: by the options of a run, and by what is configured where nothing is
said."""

from dataclasses import fields
from typing import get_args

import pytest

from rmos_migration.api.problems import Problem
from rmos_migration.api.run_order import RunOrder, order_from
from rmos_migration.errors import UsageError
from rmos_migration.migrate.options import Limit, MissingReferences, OnConflict, Options
from rmos_migration.settings import Settings


def test_an_order_has_the_options_of_a_run_and_their_values() -> None:
    assert list(RunOrder.model_fields) == [field.name for field in fields(Options)]
    for name, choices in (("on_conflict", OnConflict), ("missing_references", MissingReferences)):
        literal, _ = get_args(RunOrder.model_fields[name].annotation)
        assert set(get_args(literal)) == {choice.value for choice in choices}


def test_what_an_order_does_not_say_is_as_configured() -> None:
    configured = Settings(on_conflict="replace", max_rejects="5%", encoding="cp1252")
    assert RunOrder().options(configured) == Options(
        on_conflict=OnConflict.REPLACE, max_rejects=Limit(5, is_percentage=True), encoding="cp1252"
    )
    assert RunOrder(on_conflict="keep", max_rejects="3", rehash=True).options(configured) == Options(
        max_rejects=Limit(3), encoding="cp1252", rehash=True
    )


def test_a_wrong_limit_is_refused_by_its_name_in_the_order() -> None:
    with pytest.raises(UsageError, match=r"^max_rejects many"):
        order_from({"max_rejects": "many"}).options(Settings())


def test_every_fault_of_an_order_is_named() -> None:
    with pytest.raises(Problem) as refused:
        order_from({"dry_run": 1, "on_conflict": "maybe", "limit": 3})
    assert {one.pointer for one in refused.value.body.errors} == {"/dry_run", "/on_conflict", "/limit"}
