"""Whatever tree is migrated and edited: afterwards it verifies, and the audit finds nothing wrong."""

from pathlib import Path
from typing import Any

import test_run_properties as runs
from campaigns import share_of
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import execute, query, write
from rmos_migration import audit, migrate, verify
from rmos_migration.verify.model import DocumentState

ACCOUNTED_FOR = {DocumentState.EQUAL, DocumentState.REJECTED, DocumentState.CONFLICT}


def check(source: Path, database: Path, *, gone: bool = False) -> None:
    result = verify(source, database)
    states = set(result.tallies.totals)
    assert states <= ACCOUNTED_FOR | ({DocumentState.ONLY_IN_DATABASE} if gone else set()), result.differing
    audited = audit(database)
    assert audited.passed, audited.findings


@settings(max_examples=share_of(125), deadline=None)
@given(runs.TREES, runs.TREES, runs.OPTIONS, runs.BATCHES)
def test_any_tree_verifies_after_it_was_migrated(
    tree: dict[str, Any], later: dict[str, Any], options: dict[str, Any], batch: int
) -> None:
    with runs.workplace(tree, batch) as (source, database):
        migrate(source, database, **options)
        check(source, database)
        for path, content in later.items():
            write(source, path, content)
        migrate(source, database, **options)
        result = verify(source, database)
        assert DocumentState.MISSING not in result.tallies.totals, result.differing
        assert DocumentState.ROW_CHANGED not in result.tallies.totals, result.differing


@settings(max_examples=share_of(125), deadline=None)
@given(runs.TREES, st.data())
def test_any_changed_value_of_a_row_is_found(tree: dict[str, Any], data: st.DataObject) -> None:
    with runs.workplace(tree, 1000) as (source, database):
        migrate(source, database)
        rows = query(database, "SELECT id FROM strip_families WHERE name = 'first'")
        if not rows:
            return
        ((record_id,), *_) = rows
        change = data.draw(st.sampled_from(["name = 'changed'", "width_mm = 9.25", "strips_json = '[]'"]))
        execute(database, f"UPDATE strip_families SET {change} WHERE id = '{record_id}'")
        changed = [
            one for one in verify(source, database).differing if one.state is DocumentState.ROW_CHANGED
        ]
        assert {one.record_id for one in changed} == {record_id}
