"""Whatever a legacy folder looks like, its database can be written back: exactly as rows, and as the
documents were."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaigns import share_of
from hypothesis import Phase, event, example, given, settings
from hypothesis import strategies as st
from json_texts import values

from builders import DOMAIN_TABLES, entries, family, joblog, pattern, write
from returning import assert_documents_are_back, assert_equal_rows, assert_the_same_rows, migrated_again
from rmos_migration import export, migrate
from samples import SAMPLES

Tree = dict[str, Any]

IDS = st.sampled_from(["a", "b", "0", "1", "2", "A", "runs", "data", "pattern", "x/y", "~"])
BROKEN: list[Any] = [
    None, 3, "text", [], {}, {"id": "part", "name": "of a record"}, {"items": []}, {"runs": []},
    {"success": True}, {"name": "n", "ring_count": 0, "geometry": {"a": 1}},
    {"job_type": "", "parameters": {}},
]  # fmt: skip
TORN = ['{"id": "torn", "x": NaN}', '{"id": "torn"', '{"a": 1, "a": 2}', '{"n": 1e999}']
NATIVE: dict[str, Callable[..., dict[str, Any]]] = {
    "strip_families": family,
    "patterns": pattern,
    "joblogs": joblog,
}


@st.composite
def records(draw: st.DrawFn, folder: str, *, own_id: bool = True) -> dict[str, Any]:
    """A document of any generation or a native one with references, sometimes without an id of its own."""
    of_folder = [one for name in SAMPLES for where, one in SAMPLES[name] if where == folder]
    document = dict(draw(st.sampled_from(of_folder) | st.builds(NATIVE[folder], IDS)))
    is_exported = any(key.startswith("rmos_") for key in document)
    if is_exported:
        return document | {"id": draw(IDS)}
    if draw(st.booleans()):
        document |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "lane": st.sampled_from(["safe", 3]),
                    "category": st.just("own"),
                    "strip_family_id": IDS,
                    "created_at": st.sampled_from(["2024-01-01", "", 1732896000]),
                    "notes": values,
                }
                | ({"pattern_id": IDS | st.just(7)} if folder == "joblogs" else {}),
            )
        )
    if not own_id:
        document.pop("id", None)
    return document


@st.composite
def files(draw: st.DrawFn, folder: str) -> tuple[str, Any]:
    """A file of an entity: its ending, and its value or text."""
    one = records(folder)
    nameless = records(folder, own_id=False)
    several = st.lists(one | nameless | nameless | st.sampled_from(BROKEN), min_size=1, max_size=5)
    by_id = st.dictionaries(IDS, one | nameless, min_size=1, max_size=4)
    mixed = st.dictionaries(IDS, one | nameless | nameless | st.sampled_from(BROKEN), min_size=1, max_size=4)
    wrapper = st.sampled_from(["runs", "items", "entries", folder])
    singular = {"strip_families": "strip_family", "patterns": "pattern", "joblogs": "joblog"}[folder]
    kind = draw(
        st.sampled_from(
            ["one", "list", "keyed", "keyed mixed", "wrapped", "wrapped keyed", "categories", "answer",
             "answers", "event", "powershell", "lines", "nested", "torn", "broken"]
        )
    )  # fmt: skip
    event(kind)
    if kind == "lines":
        lines = draw(
            st.lists(
                one.map(json.dumps) | nameless.map(json.dumps) | st.sampled_from(TORN), min_size=1, max_size=5
            )
        )
        return draw(st.sampled_from([".jsonl", ".json"])), "\n".join(lines) + "\n"
    if kind == "torn":
        return draw(st.sampled_from([".jsonl", ".json"])), draw(st.sampled_from(TORN))
    made: dict[str, st.SearchStrategy[Any]] = {
        "one": one | nameless,
        "list": several,
        "keyed": by_id,
        "keyed mixed": mixed,
        "wrapped": st.builds(lambda key, held: {"generated_at": 1, key: held}, wrapper, several),
        "wrapped keyed": st.builds(lambda key, held: {key: held, "version": 1}, wrapper, by_id | mixed),
        "categories": st.builds(
            lambda held: {"categories": held},
            st.dictionaries(st.sampled_from(["torres", "hauser", "data"]), several | by_id | one, max_size=3),
        ),
        "answer": one.map(lambda held: {"success": True, singular: held, "took": 3}),
        "answers": several.map(lambda held: {"success": True, singular: held}),
        "event": one.map(lambda held: {"type": "job:created", "data": held, "timestamp": 1}),
        "powershell": several.map(lambda held: {"value": held, "Count": len(held)}),
        "nested": st.lists(
            one
            | several.map(lambda held: {"runs": held})
            | one.map(lambda held: {"type": "x", "data": held}),
            min_size=1,
            max_size=4,
        ),
        "broken": st.sampled_from(BROKEN),
    }
    ending = draw(st.sampled_from([".json", ".json", ".JSON", ".jsonl"]))
    return ending, draw(made[kind])


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A legacy folder: paths and what stands in the files."""
    tree: Tree = {}
    for folder in DOMAIN_TABLES:
        for number in range(draw(st.integers(0, 3))):
            ending, content = draw(files(folder))
            tree[f"{folder}/{draw(st.sampled_from(['', 'old/', 'rmos-export/']))}{number}{ending}"] = content
    return tree


def check(tree: Tree, on_conflict: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root, database = Path(name) / "legacy", Path(name) / "store" / "rmos.db"
        database.parent.mkdir()
        for folder in DOMAIN_TABLES:
            (root / folder).mkdir(parents=True)
        for path, content in tree.items():
            write(root, path, content)
        migrate(root, database, on_conflict=on_conflict)
        canonical = export(database, Path(name) / "canonical")
        assert canonical.missing == ()
        assert_the_same_rows(database, migrated_again(canonical.folder, database))
        source = export(database, Path(name) / "source", format="source")
        absent = {path for path in tree if not (source.folder / path).exists()}
        placed = assert_documents_are_back(database, root, source.folder, but=absent)
        assert source.totals.documents <= placed <= source.totals.documents + source.totals.records
        unplaced = {one.path for one in source.missing if one.reason == "unplaced"}
        event(f"not put together: {bool(unplaced)}, written aside: {source.totals.records > 0}")
        assert {one.reason for one in source.missing} <= {"id-conflict", "record-replaced", "unplaced"}
        again = migrated_again(source.folder, database)
        if on_conflict == "keep":
            assert_equal_rows(database, again)
        rejected = [entry for entry in entries(database) if entry["outcome"] == "rejected"]
        assert source.totals.kept_out == len([one for one in rejected if one["path"] not in unplaced])


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A tree takes half a second; making a failing one smaller would take minutes."""


@settings(max_examples=share_of(125), phases=UNSHRUNK)
@given(trees())
@example({"patterns/a.json": {"0": pattern("x"), "1": pattern("y")}})
@example(
    {
        "patterns/a.json": [
            {"items": []},
            {**pattern(), "id": None},
            {"runs": []},
            {**pattern(), "id": None, "a": 1},
        ]
    }
)
def test_any_tree_can_be_written_back(tree: Tree) -> None:
    check(tree, "keep")


@settings(max_examples=share_of(60), phases=UNSHRUNK)
@given(trees())
def test_any_tree_with_replaced_documents_can_be_written_back(tree: Tree) -> None:
    check(tree, "replace")
