"""Try out what ``make package`` built, as somebody who has nothing but it: ``python tools/check_package.py [DIST]``.

The wheel goes into an empty virtual environment with the locked dependencies; the source archive's folder is installed as
the quick start says. What is installed then runs with an empty home, in another folder, and with nothing of this project
on its path.
"""

import ast
import os
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import Parser
from pathlib import Path
from urllib.request import ProxyHandler, build_opener
from zipfile import ZipFile

PROJECT = Path(__file__).parent.parent
LEGACY = PROJECT / "examples" / "rmos_legacy"
PATIENCE = 600.0
"""Seconds that a command may take; installing may mean loading."""


class PackageError(Exception):
    """The package does not do what it should, and why."""


def main(dist: Path) -> None:
    """Check the one wheel and the one source archive in a folder.

    Raises:
        PackageError: if anything is not as it should be.
    """
    wheel, archive = _only(dist, "*.whl"), _only(dist, "*.tar.gz")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        version = _one_version(wheel, archive)
        rmos = _installed_in_empty_environment(wheel, place / "environment")
        _check_version(rmos, version, place)
        _check_demo(rmos, place)
        _check_dashboard(rmos, place)
        _check_version(_installed_as_documented(archive, place), version, place)


def _only(dist: Path, pattern: str) -> Path:
    found = sorted(dist.glob(pattern))
    if len(found) != 1:
        raise PackageError(f"{dist} holds {len(found)} files {pattern}; make package builds one")
    return found[0].resolve()


def _one_version(wheel: Path, archive: Path) -> str:
    """The version in the code, which the names of the files and their metadata must have, too."""
    tree = ast.parse((PROJECT / "src/rmos_migration/_version.py").read_text(encoding="utf-8"))
    (version,) = [
        str(ast.literal_eval(node.value))
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    ]
    stem = f"rmos_migration-{version}"
    with ZipFile(wheel) as opened:
        metadata = Parser().parsestr(opened.read(f"{stem}.dist-info/METADATA").decode())
    told = {"metadata": metadata["Version"], "wheel": wheel.name, "source archive": archive.name}
    if told != {"metadata": version, "wheel": f"{stem}-py3-none-any.whl", "source archive": f"{stem}.tar.gz"}:
        raise PackageError(f"the code has version {version}, but the package says {told}")
    _say(f"version {version} in the code, in the metadata and in the names of both files")
    return version


def _installed_in_empty_environment(wheel: Path, environment: Path) -> Path:
    """The command of a new virtual environment that has the locked dependencies and the wheel."""
    venv.create(environment, with_pip=True)
    pip = [str(_programs(environment) / "python"), "-I", "-m", "pip", "install", "--quiet"]
    _run(*pip, "--require-hashes", "-r", str(PROJECT / "requirements/runtime.txt"), cwd=environment)
    _run(*pip, "--no-deps", str(wheel), cwd=environment)
    _run(*pip[:-2], "check", cwd=environment)
    _say("the wheel is installed in an empty environment, with the locked dependencies")
    return _programs(environment) / "rmos"


def _installed_as_documented(archive: Path, place: Path) -> Path:
    """The command that the quick start's lines make of the project's folder, unpacked anew, in an empty home."""
    with tarfile.open(archive) as opened:
        opened.extractall(place / "folder", filter="data")
    (folder,) = (place / "folder").iterdir()
    quick_start = (folder / "docs/quick-start.md").read_text(encoding="utf-8")
    for line in re.findall("^pipx .+$", quick_start, re.MULTILINE):
        _run(*shlex.split(line), cwd=folder, env=_as_at_home(place))
        _say(f"{line} works")
    return place / "home/.local/bin/rmos"


def _as_at_home(place: Path) -> dict[str, str]:
    """An empty home, with pipx on the path; where packages come from is still the machine's own business."""
    settings = Path.home() / ".config/pip/pip.conf"
    named = {"PIP_CONFIG_FILE": str(settings)} if settings.exists() else {}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    backend = {"PIPX_DEFAULT_BACKEND": "pip"}  # uv would not ask the index that pip is set up for
    return named | _bare(place) | {"PATH": programs} | backend


def _check_version(rmos: Path, version: str, place: Path) -> None:
    told = _rmos(rmos, place, "--version").split()[-1]
    if told != version:
        raise PackageError(f"{rmos} --version says {told}, the code has {version}")
    _say("rmos --version says the same")


def _check_demo(rmos: Path, place: Path) -> None:
    for arguments in (
        ("migrate", str(LEGACY)),
        ("report", "--output", "reports"),
        ("verify", str(LEGACY)),
        ("audit",),
        ("status",),
    ):
        _rmos(rmos, place, *arguments)
        _say(f"rmos {arguments[0]} works on the example workshop")
    made = sorted(file.suffix for file in (place / "work" / "reports").iterdir())
    if made != [".html", ".json", ".txt"]:
        raise PackageError(f"rmos report wrote {made} instead of a page, text and JSON")


def _check_dashboard(rmos: Path, place: Path) -> None:
    with _dashboard(rmos, place) as url:
        for path in ("/healthz", "/docs"):
            _get(url + path)
            _say(f"the dashboard answers {path}")
        page = _get(f"{url}/").decode()
        parts = re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js)[^"]*)"', page)
        kinds = {Path(part.partition("?")[0]).suffix for part in parts}
        if kinds != {".css", ".js"}:
            raise PackageError(f"the first page asks for {parts}, not for a stylesheet and a script")
        for part in parts:
            _get(url + part)
        _say(f"the dashboard has its page, and what that needs: {', '.join(parts)}")


@contextmanager
def _dashboard(rmos: Path, place: Path) -> Iterator[str]:
    """The address of a dashboard that runs until the block ends."""
    command = [str(rmos), "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, cwd=place / "work", env=_bare(place), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker
            greeting = process.stdout.readline()
            found = re.search(r"http://\S+", greeting)
            if found is None:
                raise PackageError(f"rmos serve does not start: {greeting or 'it says nothing'}")
            yield found[0]
        finally:
            process.terminate()


def _get(url: str) -> bytes:
    """What is at an address of this machine."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=60) as answer:
            body: bytes = answer.read()
    except OSError as error:
        raise PackageError(f"{url} cannot be had: {error}") from error
    if not body:
        raise PackageError(f"{url} is empty")
    return body


def _rmos(rmos: Path, place: Path, *arguments: str) -> str:
    """What the command says, run in an empty home, far from the project."""
    (place / "work").mkdir(exist_ok=True)
    return _run(str(rmos), *arguments, cwd=place / "work", env=_bare(place))


def _bare(place: Path) -> dict[str, str]:
    """The environment without anything that steers Python or the program, and with an empty home."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    return _unsteered() | {"HOME": str(home), "USERPROFILE": str(home)}


def _unsteered() -> dict[str, str]:
    """The environment as installers need it: index, certificates and caches are the machine's own business."""
    steering = ("PYTHON", "RMOS_", "DATABASE", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH", "PIPX_", "XDG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def _programs(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


def _run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command writes to stdout.

    Raises:
        PackageError: if it fails, with what it says.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env or _unsteered(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _say(line: str) -> None:
    sys.stdout.write(f"ok  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if sys.argv[1:] else PROJECT / "dist")
    except PackageError as failure:
        sys.exit(f"the package is not sound: {failure}")
