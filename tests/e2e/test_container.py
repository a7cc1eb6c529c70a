"""The image and its compose file, as far as they can be held to their word without an engine.

What the Dockerfile says is read from it and done here: the files are copied, the wheel is built from them,
the server is started with the image's arguments and settings in another folder, and asked by the image's
health check.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from shutil import copy2
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from builders import EXAMPLES, RMOS, environment, records, started
from serving_processes import Served, bearer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the image is a Linux system's")

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
LOOPBACK_BY_ANOTHER_NAME = "127.1"
"""An address of this machine alone that the program does not take for one, so that reading needs the
token."""


class Instruction(NamedTuple):
    """One instruction of a Dockerfile: RUN, and what stands behind it."""

    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What stands behind it: as JSON, or as a shell would read it."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, beginning with its FROM."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))
    found = [Instruction(*line.split(None, 1)) for line in re.sub(r"\\\n\s*", "", text).split("\n")]
    beginnings = [number for number, one in enumerate(found) if one.name == "FROM"]
    return [found[a:b] for a, b in zip(beginnings, [*beginnings[1:], None], strict=True)]


BUILDING, RUNNING = stages()


def said(name: str, stage: list[Instruction] = RUNNING) -> Instruction:
    """The one instruction of that name."""
    (found,) = [one for one in stage if one.name == name]
    return found


def is_ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file from the engine; the last line that fits it, or a folder it is in,
    decides."""
    parts = path.split("/")
    places = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        among = parts if pattern.startswith("**/") else places
        if line and not line.startswith("#") and any(fits(one, pattern) for one in among):
            ignored = not line.startswith("!")
    return ignored


def fits(place: str, pattern: str) -> bool:
    pattern = pattern.removeprefix("**/")
    return place.count("/") == pattern.count("/") and fnmatch(place, pattern)


@cache
def context() -> set[str]:
    """The files that the engine gets."""
    found = {file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*") if file.is_file()}
    return {path for path in found if not is_ignored(path)}


def copied() -> dict[str, str]:
    """Where in the building stage each file of the context goes, relative to its folder."""
    target = {}
    for instruction in BUILDING:
        if instruction.name == "COPY":
            *sources, into = instruction.words
            for source in sources:
                files = {path for path in context() if path == source or path.startswith(source)}
                assert files, f"COPY {source}: there is none, or .dockerignore keeps it away"
                target |= {
                    path: into + path.removeprefix(source if source.endswith("/") else "") for path in files
                }
    return target


def settings(data: Path) -> dict[str, str]:
    """The variables that the image sets, with another folder for its data and the example for its legacy
    folder."""
    found = dict(word.split("=", 1) for word in said("ENV").words)
    del found["PATH"]
    moved = {"/data": str(data), "/legacy": str(EXAMPLES / "rmos_legacy")}
    return {
        name: re.sub("|".join(moved), lambda place: moved[place[0]], value) for name, value in found.items()
    }


def own(words: list[str]) -> list[str]:
    """The image's ``rmos ...`` as a command here."""
    assert words[0] == "rmos"
    return [*RMOS, *words[1:]]


@contextmanager
def container(data: Path, *more: str) -> Iterator[Served]:
    """The server that the image starts, on an empty volume; only address and port are others, and ``more`` is
    added."""
    elsewhere = {"0.0.0.0": LOOPBACK_BY_ANOTHER_NAME, "8000": "0"}
    words = [*said("ENTRYPOINT").words, *said("CMD").words, *more]
    command = own([elsewhere.get(word, word) for word in words])
    with started(*command, cwd=data, **settings(data)) as process:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline(), data / "no log")


def health(port: int) -> int:
    """The exit code of the image's health check, asking another port."""
    _, _, check = said("HEALTHCHECK").rest.partition("CMD ")
    program, *arguments = json.loads(check)
    assert program == "python"
    asked = [argument.replace("8000", str(port)) for argument in arguments]
    return subprocess.run([sys.executable, *asked], capture_output=True, check=False, timeout=60).returncode


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder that /data stands for, empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


# building
# ----------------------------------------------------------------------------------------------------


def test_linter_finds_no_fault_in_the_dockerfile() -> None:
    done = subprocess.run(
        [PROGRAMS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_engine_gets_what_is_copied_and_nothing_else() -> None:
    assert set(copied()) == context()


@pytest.mark.parametrize(
    "path", ["demo.db", "demo.db.token", "src/rmos.db", "data/rmos_legacy/patterns/a.json", ".git/config"]
)
def test_databases_tokens_and_legacy_files_do_not_get_into_an_image(path: str) -> None:
    assert is_ignored(path)


def test_wheel_is_built_from_what_is_copied(tmp_path: Path) -> None:
    for source, target in copied().items():
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
        copy2(ROOT / source, tmp_path / target)
    (built,) = [one.rest for one in BUILDING if one.name == "RUN" and "hatchling" in one.rest]
    build, _, install = built.partition(" && ")
    program, *arguments = shlex.split(build)
    assert program == "python"
    subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=environment(), check=True, capture_output=True
    )
    (named,) = [word for word in shlex.split(install) if word.endswith(".whl")]
    assert len(list(tmp_path.glob(named))) == 1


def test_everything_that_is_installed_is_locked() -> None:
    commands = [
        shlex.split(command)
        for one in BUILDING
        if one.name == "RUN"
        for command in one.rest.split(" && ")
        if " install " in command
    ]
    assert len(commands) == 3
    for command in commands:
        assert "--require-hashes" in command or "--no-deps" in command


def test_builder_is_locked_as_for_developers() -> None:
    pins = {
        name: set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("build.txt", "dev.txt")
    }
    assert pins["build.txt"]
    assert pins["build.txt"] <= pins["dev.txt"]


def test_image_runs_as_nobody_in_particular() -> None:
    user, _, group = said("USER").rest.partition(":")
    made = said("RUN").rest
    assert user == group == "10001", "volumes belong to it, and the manual tells whom to let read"
    assert f"--uid {user} --gid {group} " in made
    assert f"--owner={user} --group={group} --mode=0700 {said('VOLUME').rest}" in made
    assert said("WORKDIR").rest == said("VOLUME").rest


# running
# -----------------------------------------------------------------------------------------------------


def test_dashboard_starts_on_an_empty_volume_and_is_healthy(data: Path) -> None:
    with container(data) as served:
        assert health(served.port) == 0
        assert served.get("/readyz").status == 503


def test_dashboard_is_unhealthy_when_nothing_listens_or_something_else_answers() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    assert health(port) != 0
    with started(
        sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0", PYTHONUNBUFFERED="1"
    ) as other:
        assert other.stdout is not None
        assert health(int(re.search(r"port (\d+)", other.stdout.readline())[1])) != 0  # type: ignore[index]


def test_reading_needs_the_token_that_is_kept_in_the_volume(data: Path) -> None:
    with container(data) as served:
        assert served.get("/").status == 401
        (file,) = data.glob("*.token")
        assert file.stat().st_mode & 0o777 == 0o600
        assert served.get("/", bearer(file.read_text().strip())).status == 200


def test_dashboard_is_called_by_the_address_it_is_published_at(data: Path) -> None:
    with container(data) as served:
        (file,) = data.glob("*.token")
        token = bearer(file.read_text().strip())
        assert served.ask("GET", "/", token, host=f"127.0.0.1:{served.port}").status == 200
        assert served.ask("GET", "/", token, host=f"localhost:{served.port}").status == 200


def test_dashboard_is_called_at_another_port_once_that_is_named(data: Path) -> None:
    with container(data) as served:
        assert served.ask("GET", "/healthz", host="127.0.0.1:8099").status == 421
    with container(data, "--allow-host", "127.0.0.1:8099") as served:
        assert served.ask("GET", "/healthz", host="127.0.0.1:8099").status == 200


def test_token_for_reading_lies_in_the_volume_and_is_enough_to_look(data: Path) -> None:
    with container(data) as served:
        token = (data / "rmos.db.reading-token").read_text().strip()
        assert served.get("/", bearer(token)).status == 200
        assert served.ask("DELETE", "/api/rmos/stores/joblogs/1", bearer(token)).status == 401
    assert (data / "rmos.db.token").exists()


def test_dashboard_ends_when_the_engine_asks_it_to(data: Path) -> None:
    with container(data) as served:
        assert served.end(signal.Signals[said("STOPSIGNAL").rest]) == 0


def test_other_commands_find_the_database_and_the_legacy_folder(data: Path) -> None:
    command = own([*said("ENTRYPOINT").words, "migrate"])
    env = environment(**settings(data))
    subprocess.run(command, cwd=data, env=env, check=True, capture_output=True, timeout=120)
    assert records(data / "rmos.db", "patterns")


# compose
# -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    composed = YAML(typ="safe").load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return composed["services"]  # type: ignore[no-any-return]


def test_compose_file_is_one() -> None:
    command = [
        PROGRAMS / "check-jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        ROOT / "compose.yaml",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_this_machine_reaches_the_dashboard(services: dict[str, dict[str, Any]]) -> None:
    (port,) = services["dashboard"]["ports"]
    address, _, inner = port.split(":")
    assert address == "127.0.0.1"
    assert inner == said("EXPOSE").rest == said("CMD").words[said("CMD").words.index("--port") + 1]
    assert services["migrate"]["network_mode"] == "none"


@pytest.mark.parametrize("name", ["dashboard", "migrate"])
def test_container_may_do_no_more_than_it_must(services: dict[str, dict[str, Any]], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    volume, legacy = service["volumes"]
    assert volume == f"data:{said('VOLUME').rest}"
    assert legacy["source"] == "${RMOS_LEGACY_FOLDER:-./data/rmos_legacy}"
    assert legacy["target"] == dict(word.split("=", 1) for word in said("ENV").words)["RMOS_SOURCE"]
    assert legacy["read_only"] is True
    assert legacy["bind"] == {"create_host_path": False}
    assert (service["init"], service["tmpfs"]) == (True, ["/tmp"])
    assert service["mem_limit"] == service["memswap_limit"] == "2g"
    assert service["pids_limit"] <= 256
    assert service["ulimits"] == {"nofile": 4096, "core": 0}


def test_migrate_takes_options_and_runs_only_when_it_is_called(
    services: dict[str, dict[str, Any]], data: Path
) -> None:
    service = services["migrate"]
    assert service["profiles"]
    command = own([*service["entrypoint"], *service["command"], "--dry-run"])
    env = environment(**settings(data))
    done = subprocess.run(command, cwd=data, env=env, check=False, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert os.listdir(data) == []
