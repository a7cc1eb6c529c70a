"""Every command and every address that README and docs show is run: page by page, from its top, as it stands
there."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from builders import EXAMPLES, RMOS, environment
from pages import PAGES, ROOT, Block, blocks, name_of, prose, spans
from powershell import Script
from rmos_migration import migrate
from rmos_migration.cli.verbs import SUMMARIES, command_of
from rmos_migration.settings import Settings
from serving_processes import API, Served, serving

COMMANDS = {"sh", "powershell"}
OTHERS = {"text", "json", "python", "sql", "toml", "{toctree}", "{include}"}

TRIED_BY_THE_PACKAGE = {"pipx install .", "pipx ensurepath"}
"""The quick start's own lines, which ``make package`` runs in an empty home."""

ON_WINDOWS = {"py -m pip install --user pipx"} | {f"py -m {line}" for line in TRIED_BY_THE_PACKAGE}

TO_THE_WORKSHOP = {"cd ~/RMOS"}

COMPOSE = {"up": {"--detach"}, "run": {"--rm"}, "exec": set(), "cp": set()}
"""What the pages do with Docker Compose, and with which options."""

CHANGES_THE_MACHINE = ("sudo ", "$", "Register-ScheduledTask ", "Start-ScheduledTask ")

VERDICTS = {0, 1, 6}
"""Exit codes of a command that was called well and could do its work, whatever it found."""

verbs = {name: command_of(name) for name in SUMMARIES}


class Workshop:
    """A folder in which somebody follows a page: the examples, files of their own, and a database of
    those."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(EXAMPLES, folder / "examples")
        shutil.copytree(EXAMPLES / "rmos_legacy", folder / "data" / "rmos_legacy")
        for place in (folder, folder / "data" / "rmos_legacy" / "joblogs"):
            shutil.copy(EXAMPLES / "messy_legacy/joblogs/nan-duration.json", place / "old.json")
        shutil.copytree(ROOT / "deploy", folder / "deploy")
        (folder / "bin").mkdir()
        (folder / "bin" / "rmos").write_text(f'#!/bin/sh\nexec {shlex.join(RMOS)} "$@"\n')
        (folder / "bin" / "rmos").chmod(0o755)
        assert self._exit_code("rmos migrate data/rmos_legacy --stats stats.json") in VERDICTS

    def environment(self) -> dict[str, str]:
        """Where ``rmos`` is found, and nothing is of the one who runs the tests."""
        return environment(
            PATH=f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", HOME=str(self.folder)
        )

    def run(self, command: str) -> None:
        """Do what a line of a page says, and insist that it goes well."""
        if command.startswith(("rmos serve", "rmos --log-level info serve")):
            with serving(
                self.folder / "rmos.db", *shlex.split(command)[2:], token=None, cwd=self.folder
            ) as server:
                assert server.get("/readyz").status == 200
        elif command.startswith("make "):
            assert self._exit_code(f"make -n {command[5:]} -C {ROOT}") == 0, command
        elif command.startswith("curl "):
            self._ask(command)
        elif command.startswith(("powershell ", "pwsh ")):
            assert _is_of_the_script(command), command
        elif command.startswith("docker compose "):
            assert _is_of_the_compose_file(command), command
        elif command.startswith(CHANGES_THE_MACHINE):
            assert _files_are_there(command), command
        elif command not in TRIED_BY_THE_PACKAGE | ON_WINDOWS | TO_THE_WORKSHOP:
            allowed = VERDICTS if command.startswith("rmos ") else {0}
            assert self._exit_code(command) in allowed, command

    def _exit_code(self, command: str) -> int:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        if done.returncode > 1:
            sys.stderr.write(done.stderr)
        return done.returncode

    def _ask(self, command: str) -> None:
        legacy = ("--source", self.folder / "data" / "rmos_legacy")
        with serving(self.folder / "rmos.db", *legacy, token=None, cwd=self.folder) as server:
            asked = command.replace("curl ", "curl --fail --silent --show-error ").replace(
                "http://127.0.0.1:8000", server.url.rstrip("/")
            )
            assert self._exit_code(asked) == 0, command


def _is_of_the_script(command: str) -> bool:
    """Whether there is such a script with such parameters (test_nine_steps.py plays what it does)."""
    name, *given = command.partition("-File ")[2].split()
    script = Script(ROOT / name)
    return {word.lstrip("-") for word in given} <= {*script.parameters, "Verbose"}


def _is_of_the_compose_file(command: str) -> bool:
    """Whether compose.yaml has the service, and what runs in it is a command there is (there is no engine
    here)."""
    services = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]
    _, _, verb, *rest = command.split()
    options = list(takewhile(lambda word: word.startswith("-"), rest))
    name, *program = rest[len(options) :] or ["dashboard"]
    if verb not in COMPOSE or not COMPOSE[verb].issuperset(options) or name.split(":")[0] not in services:
        return False
    if verb == "run":
        program = services[name]["entrypoint"] + program
    return program[:1] != ["rmos"] or _is_known(" ".join(program))


def _files_are_there(command: str) -> bool:
    """Whether what is installed or started lies in deploy/ (only an administrator or the Task Scheduler can
    do it)."""
    units = re.findall(r"rmos-[\w@-]+\.(?:service|timer)", command)
    return all((ROOT / file).exists() for file in re.findall(r"deploy/\S+", command)) and all(
        (ROOT / "deploy" / "systemd" / unit).exists() for unit in units
    )


def as_here(block: Block) -> Iterator[str]:
    """A block's commands; those for Windows as they are written on this system."""
    for command in block.commands():
        if block.language == "powershell" or re.search(r"[A-Z]:\\", command):
            command = command.replace("D:\\RMOS\\legacy", "data/rmos_legacy")
            command = command.replace("\\", "/")
        yield command


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


SHOWING = [page for page in PAGES if any(block.language in COMMANDS for block in blocks(page))]


@pytest.mark.parametrize("page", SHOWING, ids=name_of)
def test_commands_of_a_page_work_from_its_top_to_its_end(page: Path, workshop: Workshop) -> None:
    for block in blocks(page):
        if block.language in COMMANDS:
            for command in as_here(block):
                workshop.run(command)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= COMMANDS | OTHERS


def test_blocks_of_powershell_parse(tmp_path: Path) -> None:
    samples = [block.text for page in PAGES for block in blocks(page) if block.language == "powershell"]
    assert samples
    for text in samples:
        file = tmp_path / "block.ps1"
        file.write_text(text)
        assert Script(file).faults == []


def test_what_stands_in_prose_are_verbs_and_options_that_there_are() -> None:
    unknown = []
    for page in PAGES:
        for text in [*spans(page), *re.findall(r"rmos [a-z]+(?: --[a-z-]+)+", prose(page))]:
            if text.startswith("rmos ") and not _is_known(text):
                unknown.append(f"{name_of(page)}: {text}")
    assert unknown == []


def _is_known(command: str) -> bool:
    _, verb, *rest = command.split()
    if verb.startswith("-") or verb == "VERB" or command == "rmos export":
        return True
    if verb not in verbs:
        return False
    options = {name for one in verbs[verb].params for name in (*one.opts, *one.secondary_opts)} | {
        "--help",
        "-h",
    }
    return all(word in options for word in rest if word.startswith("-"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    migrate(EXAMPLES / "messy_legacy", folder / "rmos.db")
    with serving(folder / "rmos.db", "--source", EXAMPLES / "messy_legacy") as served:
        yield served


ADDRESS = re.compile(r"(?:(?P<method>GET|POST|PUT|DELETE) )?(?P<path>…?/[^\s`]*)")
FOLDERS = ("/data", "/legacy", "/tmp", "/etc/", "/opt/", "/srv/", "/var/")


def addresses() -> list[tuple[str, str, str]]:
    """Page, method (empty for any) and path of every address in prose; ``…`` stands for the API's
    beginning."""
    found = set()
    for page in PAGES:
        for span in spans(page):
            if (match := ADDRESS.fullmatch(span)) and not match["path"].startswith(FOLDERS):
                path = match["path"].replace("…", API)
                found.add((name_of(page), match["method"] or "", path))
    return sorted(found)


def test_addresses_in_the_pages_are_those_of_the_server(server: Served) -> None:
    described = server.get("/openapi.json").json()["paths"]
    unknown = [
        f"{page}: {method} {path}"
        for page, method, path in addresses()
        if not _is_there(server, described, method, path)
    ]
    assert len(addresses()) > 20
    assert unknown == []


def _is_there(server: Served, described: dict[str, Any], method: str, path: str) -> bool:
    """Whether something is served there; an address may be told by its end (``/runs/{id}``)."""
    plain = re.sub(r"\{[^}]*\}", "{}", path.split("?")[0])
    known = {re.sub(r"\{[^}]*\}", "{}", path): operations for path, operations in described.items()}
    for one, operations in known.items():
        if one.endswith(plain) and (not method or method.lower() in operations):
            return True
        if not method and one.startswith(f"{plain}/"):
            return True
    return method in ("", "GET") and "{" not in plain and server.get(path).status == 200


def test_urls_in_the_pages_lead_to_the_dashboard(server: Served) -> None:
    for page in PAGES:
        for url in re.findall(r"http://127\.0\.0\.1:8000([\w/.-]*)", page.read_text(encoding="utf-8")):
            assert server.get(url.rstrip(".") or "/").status in (200, 405), f"{name_of(page)}: {url}"


def test_queries_work(workshop: Workshop) -> None:
    queries = [block.text for page in PAGES for block in blocks(page) if block.language == "sql"]
    assert queries
    with closing(sqlite3.connect(workshop.folder / "rmos.db")) as connection:
        for text in queries:
            connection.executescript(text)


def test_python_works(workshop: Workshop) -> None:
    pages = [page for page in PAGES if page.name != "CONTRIBUTING.md"]
    programs = [block.text for page in pages for block in blocks(page) if block.language == "python"]
    assert programs
    for text in programs:
        subprocess.run(
            [sys.executable, "-c", text], cwd=workshop.folder, env=workshop.environment(), check=True
        )


def test_json_is_json() -> None:
    samples = [block.text for page in PAGES for block in blocks(page) if block.language == "json"]
    assert all(json.loads(text) for text in samples)
    assert samples


def test_settings_are_settings() -> None:
    samples = [block.text for page in PAGES for block in blocks(page) if block.language == "toml"]
    assert samples
    for text in samples:
        said = tomllib.loads(text)
        assert Settings(**said).model_dump(include=set(said), mode="json") == said


def test_links_of_pages_beside_the_site_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "examples/README.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert "://" in link or (page.parent / link).exists(), f"{name_of(page)}: {link}"


def test_readme_stays_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60
