"""Records that are changed through the server."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from builders import family, records, write
from rmos_migration import migrate
from serving import STORES, client

NEW = {"name": "New", "ring_count": 1, "geometry": {"rings": [{"radius_mm": 40, "segments": 12}]}}


def test_callers_who_change_records_at_once_all_have_their_way(tree: Path, database: Path) -> None:
    write(tree, "strip_families/f.json", family())
    migrate(tree, database)
    with client(database) as calling, ThreadPoolExecutor(40) as threads:

        def make(number: int) -> Any:
            return calling.post(f"{STORES}/patterns", json=NEW | {"id": f"p{number}"})

        assert {answer.status_code for answer in threads.map(make, range(40))} == {201}
    assert len(records(database, "patterns")) == 40
