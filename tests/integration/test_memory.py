"""A batch that the database refuses costs no memory beyond its own time: what was tried is let go."""

import subprocess
import sys
from pathlib import Path

import pytest

from builders import family, joblog, pattern, refusing, write

pytest.importorskip("resource", reason="the peak of a process is asked the POSIX way")

PEAK = """
import resource, sys
from rmos_migration import migrate

options = dict(pair.split("=") for pair in sys.argv[3:])
migrate(sys.argv[1], sys.argv[2], **options)
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1_000_000)
"""
MORE_ALLOWED = 40
"""MB; what a run with refused batches may need beyond one without."""

NOTES = "wood " * 180_000


def peak(tree: Path, database: Path, **options: str) -> int:
    """The most memory in MB of a process that migrates."""
    named = [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tree), str(database), *named],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def plain(tree: Path, number: int) -> None:
    for index in range(number):
        write(tree, f"patterns/{index:05}.json", pattern(f"p{index}", notes=NOTES))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The peak where nothing is refused."""
    tree = tmp_path_factory.mktemp("plain")
    plain(tree, 60)
    return peak(tree, tree / "rmos.db")


@pytest.mark.parametrize("on_conflict", ["keep", "reject", "replace"])
def test_every_second_id_taken_needs_no_more_memory(
    on_conflict: str, usual: int, tree: Path, database: Path
) -> None:
    for index in range(60):
        document = pattern(f"p{index - index % 2}", name=f"pattern {index}", notes=NOTES)
        write(tree, f"patterns/{index:05}.json", document)
    assert peak(tree, database, on_conflict=on_conflict) < usual + MORE_ALLOWED


def test_parents_that_are_not_there_need_no_more_memory(usual: int, tree: Path, database: Path) -> None:
    for index in range(60):
        write(tree, f"patterns/{index:05}.json", pattern(f"p{index}", strip_family_id="f", notes=NOTES))
    assert peak(tree, database) < usual + MORE_ALLOWED


def test_rows_that_the_database_refuses_need_no_more_memory(usual: int, tree: Path, database: Path) -> None:
    refusing(database, "substr(id, -1) = '3'")
    plain(tree, 60)
    assert peak(tree, database) < usual + MORE_ALLOWED


def test_other_entities_need_no_more_memory(usual: int, tree: Path, database: Path) -> None:
    for index in range(30):
        same = f"x{index // 2}"
        write(tree, f"strip_families/{index:05}.json", family(same, name=f"{index}", notes=NOTES))
        write(tree, f"joblogs/{index:05}.json", joblog(same, notes=NOTES, operator=f"{index}"))
    assert peak(tree, database) < usual + MORE_ALLOWED
