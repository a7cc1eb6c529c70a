"""The nine steps of test_rmos_migration.ps1, read out of the script and played with real processes.

Where a PowerShell is on the PATH, it runs the script itself, too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from builders import DOMAIN_TABLES, digests, environment, rmos
from following_powershell import Reading
from powershell import Script
from serving_processes import TOKEN, Served, bearer, serving

ROOT = Path(__file__).parents[2]
SCRIPT = Script(ROOT / "test_rmos_migration.ps1")
SAMPLES: dict[str, list[dict[str, Any]]] = Reading({}, {}).value(SCRIPT.assigned("Samples"))
DOCUMENTS = [document for kind in SAMPLES.values() for document in kind]
IDS = {kind: sorted({document["id"] for document in documents}) for kind, documents in SAMPLES.items()}
RECORDS = sum(len(ids) for ids in IDS.values())
FOUND = len(DOCUMENTS)


def as_windows_powershell_writes(record: Any) -> bytes:
    """As ``ConvertTo-Json | Out-File`` of 5.1: UTF-16 with its mark, CRLF, two blanks, and four characters as
    \\u."""
    text = json.dumps(record, indent=4, separators=(",", ":  "), ensure_ascii=False)
    for character in "&'<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return b"\xff\xfe" + f"{text}\n".replace("\n", "\r\n").encode("utf-16-le")


def as_powershell_writes(record: Any) -> bytes:
    """As ``ConvertTo-Json | Out-File`` of 7."""
    return f"{json.dumps(record, indent=2, ensure_ascii=False)}\n".encode()


def unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON as 5.1 can read it: keys that differ by more than their case, none of them empty."""
    assert len({key.casefold() for key, _ in pairs} - {""}) == len(pairs)
    return dict(pairs)


class Call(NamedTuple):
    """A call of the program or the API, and what it gave."""

    arguments: list[Any]
    result: Any


class Player:
    """Plays the steps in their order, each when it is first asked for."""

    def __init__(self, folder: Path, write: Callable[[Any], bytes], ends: ExitStack) -> None:
        self.write = write
        self.ends = ends
        self.folder = folder
        self.server: Served | None = None
        self.calls: list[Call] = []
        self.confirmed = 0
        self.played: list[tuple[list[Call], int]] = []
        self.kept: list[dict[str, str]] = []
        self.reading = Reading(self._commands(), {"Folder": folder, "KeepFiles": False, "Samples": SAMPLES})
        for name in ("Source", "Database", "Copy", "Reports", "SoundTime", "FaultyTime"):
            self.reading.known[name] = self.reading.value(SCRIPT.assigned(name))

    def step(self, number: int) -> list[Call]:
        """The calls of a step, after it and those before it were played."""
        while len(self.played) < number:
            self.calls, self.confirmed = [], 0
            self.reading.run(SCRIPT.steps[len(self.played)].body)
            self.played.append((self.calls, self.confirmed))
            self.kept.append(digests(self.folder))
        calls, confirmed = self.played[number - 1]
        assert confirmed, "a step that confirms nothing proves nothing"
        return calls

    def place(self, name: str) -> Path:
        """A file or folder by its name in the script."""
        return Path(self.reading.known[name])

    def _commands(self) -> dict[str, Any]:
        return {
            "Invoke-Rmos": self._rmos,
            "Invoke-Api": self._api,
            "Start-Server": self._start,
            "Stop-Server": lambda given, named, piped: self.ends.close(),
            "Remove-Folder": lambda given, named, piped: shutil.rmtree(self.folder),
            "Add-Fault": self._add_fault,
            "Confirm-That": self._confirm,
            "Get-Fingerprint": lambda given, named, piped: digests(given[0]),
            "Join-Path": lambda given, named, piped: Path(given[0], given[1]),
            "Test-Path": lambda given, named, piped: named["LiteralPath"].exists(),
            "Get-ChildItem": lambda given, named, piped: sorted(named["LiteralPath"].glob(named["Filter"])),
            "ConvertTo-Json": lambda given, named, piped: self.write(piped),
            "ConvertFrom-Json": lambda given, named, piped: json.loads(piped, object_pairs_hook=unlike),
            "Out-File": lambda given, named, piped: named["LiteralPath"].write_bytes(piped) and None,
            "ForEach-Object": self._for_each,
            "Where-Object": self._where,
            "[System.IO.Directory]::CreateDirectory": lambda given, named, piped: os.makedirs(given[0]),
            "[System.IO.File]::ReadAllText": lambda given, named, piped: given[0].read_text("utf-8"),
        }

    def _rmos(self, given: list[Any], named: dict[str, Any], piped: Any) -> str:
        done = rmos(*given[0], cwd=self.folder, env=environment(RMOS_TOKEN=TOKEN, PYTHONUTF8="1"))
        assert done.returncode == named["Expect"], done.stderr
        self.calls.append(Call(given[0], done.stdout))
        return done.stdout

    def _start(self, given: list[Any], named: dict[str, Any], piped: Any) -> None:
        assert given[0] == ["serve", "--database", self.place("Database"), "--port", "0", "--no-browser"]
        self.server = self.ends.enter_context(serving(self.place("Database"), cwd=self.folder))

    def _api(self, given: list[Any], named: dict[str, Any], piped: Any) -> Any:
        assert self.server is not None
        answer = self.server.ask(given[0], given[1], bearer())
        assert answer.status == named.get("Expect", 200), answer.body
        self.calls.append(Call(given, json.loads(answer.body, object_pairs_hook=unlike)))
        return self.calls[-1].result

    def _add_fault(self, given: list[Any], named: dict[str, Any], piped: Any) -> None:
        sound, faulty = (self.reading.known[name].encode() for name in ("SoundTime", "FaultyTime"))
        stored = given[0].read_bytes()
        assert sound in stored
        given[0].write_bytes(stored.replace(sound, faulty))

    def _confirm(self, given: list[Any], named: dict[str, Any], piped: Any) -> None:
        assert given[0], given[1]
        self.confirmed += 1

    def _for_each(self, given: list[Any], named: dict[str, Any], piped: Any) -> list[Any]:
        made = [self._of(given[0], item) for item in piped]
        return [one for value in made for one in (value if isinstance(value, list) else [value])]

    def _where(self, given: list[Any], named: dict[str, Any], piped: Any) -> list[Any]:
        return [item for item in piped if self._of(given[0], item)]

    def _of(self, block: Any, item: Any) -> Any:
        self.reading.known["_"] = item
        return self.reading.run(block)[0]


WRITERS = {"as 5.1 writes": as_windows_powershell_writes, "as 7 writes": as_powershell_writes}


@pytest.fixture(scope="module", params=WRITERS)
def player(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    with ExitStack() as ends:
        folder = tmp_path_factory.mktemp("nine steps") / "folder"
        folder.mkdir()
        yield Player(folder, WRITERS[request.param], ends)


def test_first_the_documents_are_written_as_powershell_writes_them(player: Player) -> None:
    assert player.step(1) == []
    files = sorted(file for file in player.place("Source").rglob("*") if file.is_file())
    written = [file.read_bytes() for file in files]
    assert sorted(written) == sorted(player.write(document) for document in DOCUMENTS)
    assert {file.parent.name for file in files} == set(DOMAIN_TABLES)


def test_second_a_dry_run_writes_nothing(player: Player) -> None:
    (dry_run,) = player.step(2)
    assert "--dry-run" in dry_run.arguments
    assert json.loads(dry_run.result)["totals"]["found"] == FOUND
    assert player.kept[1] == player.kept[0]


def test_third_every_document_arrives(player: Player) -> None:
    (run,) = player.step(3)
    told = json.loads(run.result)
    assert told["status"] == "completed"
    assert told["totals"]["migrated"] == RECORDS
    assert told["totals"]["unchanged"] == FOUND - RECORDS == 1
    before, after = player.kept[1], player.kept[2]
    assert {path: after[path] for path in before} == before


def test_fourth_the_server_gives_every_record(player: Player) -> None:
    answers = {call.arguments[1].rpartition("/")[2]: call.result for call in player.step(4)}
    for kind, slug in zip(DOMAIN_TABLES, ("strip-families", "patterns", "joblogs"), strict=True):
        assert sorted(record["id"] for record in answers[slug][kind]) == IDS[kind]
    assert answers["pat-rope"]["pattern"]["geometry"] == SAMPLES["patterns"][0]["geometry"]


def test_fifth_a_second_run_skips_all_that_it_finds(player: Player) -> None:
    (run,) = player.step(5)
    totals = json.loads(run.result)["totals"]
    assert (totals["found"], totals["skipped"], totals["migrated"]) == (FOUND, FOUND, 0)


def test_sixth_a_report_is_written_in_three_formats(player: Player) -> None:
    player.step(6)
    files = [path for path in player.kept[5] if path not in player.kept[4] and path.startswith("reports")]
    assert sorted(Path(path).suffix for path in files) == [".html", ".json", ".txt"]


def test_seventh_the_audit_finds_the_planted_fault_and_nothing_else(player: Player) -> None:
    sound, backup, faulty = player.step(7)
    assert backup.arguments[0] == "backup"
    assert json.loads(sound.result)["errors"] == json.loads(sound.result)["warnings"] == 0
    rules = json.loads(faulty.result)["rules"]
    assert {rule["code"] for rule in rules if rule["findings"]} == {"time-not-utc"}


def test_eighth_the_dashboard_has_the_numbers_of_the_runs(player: Player) -> None:
    status, history = (call.result for call in player.step(8))
    assert status["entity_counts"] == {kind: len(ids) for kind, ids in IDS.items()} | {"total": RECORDS}
    runs = [run for day in history["history"] for run in day["runs"]]
    assert [(run["counts"]["migrated"], run["counts"]["unchanged"]) for run in runs] == [
        (0, FOUND),
        (RECORDS, FOUND - RECORDS),
    ]


def test_ninth_records_server_and_files_are_gone(player: Player) -> None:
    calls = player.step(9)
    deleted = [call.result["deleted"] for call in calls if "deleted" in call.result]
    assert sorted(deleted) == sorted(id_ for ids in IDS.values() for id_ in ids)
    assert player.server is not None
    assert player.server.process.poll() is not None
    assert not player.folder.exists()


def test_what_others_refer_to_is_not_deleted(player: Player) -> None:
    first, *_ = player.step(9)
    assert first.arguments[0] == "DELETE"
    assert first.result["status"] == 409


SHELLS = [shell for shell in ("powershell", "pwsh") if shutil.which(shell)]

if SHELLS:  # not a skip: where nothing may be skipped, there need be no PowerShell

    def run_script(shell: str, temporary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [shell, "-NoProfile", "-File", str(ROOT / "test_rmos_migration.ps1"), *arguments]
        if os.name == "nt":
            command[1:1] = ["-ExecutionPolicy", "Bypass"]
        known = environment(**{name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")})
        return subprocess.run(
            command,
            env={name: value for name, value in known.items() if name.upper() != "PSMODULEPATH"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=600,
            check=False,
        )

    def the_program(folder: Path) -> Path:
        if os.name == "nt":
            return Path(sys.executable).with_name("rmos.exe")
        program = folder / "rmos"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rmos_migration "$@"\n')
        program.chmod(0o755)
        return program

    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_script_itself_succeeds_and_leaves_nothing(shell: str, tmp_path: Path) -> None:
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        place = Path.home() if os.name == "nt" else temporary
        before = set(place.glob("rmos-nine-steps-*"))
        done = run_script(shell, temporary, "-Rmos", str(the_program(tmp_path)))
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.findall(r"^\S+ ([1-9])\. ", done.stdout, re.M) == list("123456789")
        assert set(place.glob("rmos-nine-steps-*")) == before

    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_script_fails_where_there_is_no_program(shell: str, tmp_path: Path) -> None:
        done = run_script(shell, tmp_path, "-Rmos", str(tmp_path / "nothing"))
        assert done.returncode == 1
        assert "There is no rmos" in done.stdout
