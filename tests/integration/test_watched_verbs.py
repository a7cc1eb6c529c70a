"""Every verb, watched by Python's own auditing: what it opens of a legacy folder and how, and that it asks no
network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from builders import EXAMPLES, digests, environment, touch, write
from serving_processes import API, bearer, eventually, serving

WATCHED = """
import contextlib, io, json, sys

verbs, tree = json.loads(sys.argv[1]), sys.argv[2]
seen, failing = [], []

def watch(event, arguments):
    told = [str(one) for one in arguments]
    if event.startswith("socket.") and event != "socket.gethostname":
        seen.append([verb[0], event, told])
    elif event.partition(".")[0] in ("open", "os", "shutil") and any(one.startswith(tree) for one in told):
        seen.append([verb[0], event, told])

from rmos_migration.cli.app import run

sys.addaudithook(watch)
for verb in verbs:
    sys.argv = ["rmos", *verb]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        code = run()
    if code not in (0, 1):
        failing.append([verb, code, said.getvalue()])
import socket
verb = ["a socket"]
socket.socket().close()
sys.__stdout__.write(json.dumps([seen, failing]))
"""
"""The verbs one after the other in a process that notes what they ask of the system; at its end it opens a
socket."""

WRITING = {
    "os.chflags", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.removexattr", "os.rename",
    "os.rmdir", "os.setxattr", "os.symlink", "os.truncate", "os.utime", "shutil.move", "shutil.rmtree",
}  # fmt: skip
"""What would change something in a folder."""

READING_THE_FOLDER = {"migrate", "verify", "inspect", "rejects", "report"}


class Asked(NamedTuple):
    """Something that a verb asked of the system, with what arguments."""

    verb: str
    event: str
    arguments: list[str]


class Watched(NamedTuple):
    tree: Path
    before: dict[str, str]
    asked: list[Asked]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Every verb but serve, in a workshop where documents are not loaded, in files of one and of several."""
    folder = tmp_path_factory.mktemp("watched").resolve()
    tree = folder / "legacy"
    shutil.copytree(EXAMPLES / "messy_legacy", tree)
    write(tree, "joblogs/several.jsonl", '{"id": "x", "job_type": "slice"\n{"id": "y"}\n[1]\n')
    for file in tree.rglob("*"):
        touch(file)
    before = digests(tree)
    verbs = [
        ["migrate", tree, "--dry-run"],
        ["migrate", tree, "--report", "reports", "--stats", "stats.json"],
        ["verify", tree, "--certificate", "certificate.json"],
        ["inspect", tree / "joblogs"],
        ["audit"],
        ["report", "--output", "reports"],
        ["status"],
        ["history"],
        ["rejects", "--save", "kept-out"],
        ["draw", "p-twin-ring"],
        ["export", "exported"],
        ["backup", "copy.db"],
        ["schema", "pattern"],
        ["init"],
        ["doctor"],
        ["token"],
        ["token", "--new"],
    ]
    given = json.dumps([[str(part) for part in verb] for verb in verbs])
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, given, str(tree)],
        cwd=folder,
        env=environment(RMOS_DATABASE_URL=str(folder / "rmos.db")),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    seen, failing = json.loads(done.stdout)
    assert failing == []
    return Watched(tree, before, [Asked(*one) for one in seen])


def test_no_verb_opens_a_socket_and_nothing_is_looked_up(watched: Watched) -> None:
    asked = [one for one in watched.asked if one.event.startswith("socket.")]
    assert {one.verb for one in asked} == {"a socket"}, "the last one is the test's own, and is seen"


WATCHED_SERVER = """
import os, sys

def watch(event, arguments):
    if event in (
        "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"
    ):
        os.write(noted, f"{event} {arguments}\\n".encode())

from rmos_migration.cli.app import run

noted = os.open(os.environ["NOTED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.addaudithook(watch)
sys.exit(run())
"""


@pytest.mark.skipif(os.name != "posix", reason="a loop of events calls itself on Windows")
def test_the_server_calls_nobody(tmp_path: Path) -> None:
    """It looks up the address that it listens on, and nothing else."""
    noted = tmp_path / "noted"
    command = [sys.executable, "-c", WATCHED_SERVER]
    legacy = ("--source", EXAMPLES / "messy_legacy")
    with serving(tmp_path / "rmos.db", *legacy, command=command, NOTED=str(noted)) as server:
        runs = f"{API}/migration/runs"
        begun = server.ask("POST", runs, bearer(), "Content-Type: application/json", body=b"{}")
        assert begun.status == 202
        assert eventually(lambda: server.get(f"{runs}/1").json()["run"]["status"] == "completed_with_rejects")
        for path in ("/", "/audit", "/rejects", f"{runs}/1/report?format=html", "/metrics", "/docs"):
            assert server.get(path, "Accept: text/html").status == 200
        looked_up = noted.read_text().splitlines()
    assert looked_up
    assert all(line.startswith("socket.getaddrinfo ('127.0.0.1', ") for line in looked_up)


@pytest.mark.skipif(os.name != "posix", reason="Windows follows links by other rules")
def test_legacy_files_are_opened_for_reading_only_through_no_link_and_without_waiting(
    watched: Watched,
) -> None:
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    opened = [one for one in watched.asked if one.event == "open"]
    assert {"migrate", "verify", "inspect", "report"} <= {one.verb for one in opened} <= READING_THE_FOLDER
    for one in opened:
        flags = int(one.arguments[2])
        assert flags & writing == 0
        assert flags & os.O_NOFOLLOW
        assert flags & os.O_NONBLOCK


def test_the_legacy_folder_is_only_read(watched: Watched) -> None:
    assert [one for one in watched.asked if one.event in WRITING] == []
    listing = {one.verb for one in watched.asked if one.event == "os.scandir"}
    assert listing <= READING_THE_FOLDER | {"doctor"}, "the doctor looks for leftovers beside the database"
    assert digests(watched.tree) == watched.before
