"""Looking at files beside which others work, or whose links lead nowhere."""

import os
import threading
from pathlib import Path

import pytest

from builders import migrate_messy, pattern, rmos, write
from rmos_migration.store.sqlite import file_state
from rmos_migration.store.sqlite.files import looked_at, size_of

LOOKS = 20_000

VERBS = {
    "status": ["status", "--database", "{loop}"],
    "doctor": ["doctor", "--database", "{loop}"],
    "audit": ["audit", "--database", "{loop}"],
    "repair": ["audit", "--repair", "--database", "{loop}"],
    "migrate": ["migrate", "legacy", "--database", "{loop}"],
    "a dry run": ["migrate", "legacy", "--dry-run", "--database", "{loop}"],
    "init": ["init", "--database", "{loop}"],
    "backup": ["backup", "copy.db", "--database", "{loop}"],
    "verify": ["verify", "legacy", "--database", "{loop}"],
    "export": ["export", "out", "--database", "{loop}"],
    "history": ["history", "--database", "{loop}"],
    "rejects": ["rejects", "--database", "{loop}"],
    "report": ["report", "--database", "{loop}"],
    "an export there": ["export", "{loop}", "--database", "rmos.db"],
    "reports there": ["report", "--database", "rmos.db", "--output", "{loop}"],
}


@pytest.mark.skipif(os.name != "posix", reason="links need rights there")
@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("place", ["loop", "loop/rmos.db"])
def test_links_that_lead_in_a_circle_are_no_fault_of_the_program(
    words: list[str], place: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("other")
    (tmp_path / "other").symlink_to("loop")
    write(tmp_path, "legacy/patterns/p.json", pattern())
    migrate_messy(tmp_path / "rmos.db")
    done = rmos(*(word.format(loop=place) for word in words), cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2, 3, 4, 5), said
    assert "Traceback" not in said
    assert (tmp_path / "loop").is_symlink()


def test_a_log_that_goes_while_it_is_looked_at_is_none(tmp_path: Path) -> None:
    """The last connection takes it away when it closes."""
    log, over = tmp_path / "rmos.db-wal", threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            log.write_bytes(b"x")
            log.unlink()

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        found = [len(file_state.logs_of(tmp_path / "rmos.db")) for _ in range(LOOKS)]
    finally:
        over.set()
        other.join()
    assert set(found) <= {0, 1}


def test_what_is_not_there_has_no_look_and_no_size(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    for nothing in (tmp_path / "nothing", tmp_path / "file" / "below", Path("a\0b")):
        assert looked_at(nothing) is None
        assert size_of(nothing) == 0
    assert size_of(tmp_path / "file") == 4
