"""tools/install_browser.sh: a browser that is there is taken, and one is installed where there is none."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell script for Debian and Ubuntu")

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "install_browser.sh"
_NAMES = re.search(
    r"^_NAMES = \((.*)\)$", (ROOT / "tests/browser/visiting.py").read_text("utf-8"), re.MULTILINE
)
assert _NAMES is not None
NAMES = re.findall(r'"(.+?)"', _NAMES[1])
"""The browsers that the browser tests look for."""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is all of PATH: what installs only says so, and there is no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "apt-get", 'echo "apt-get $*"')
    program(folder, "env", 'shift; "$@"')
    program(folder, "sudo", 'echo "sudo"; "$@"')
    program(folder, "id", "echo 0")
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def installed(programs: Path, **more: str) -> list[str]:
    """What the script says, line by line."""
    done = subprocess.run(
        ["/bin/sh", SCRIPT], env={"PATH": str(programs)} | more, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_chromium_is_installed_where_there_is_no_browser(programs: Path) -> None:
    update, install = installed(programs)
    assert update.startswith("apt-get update")
    assert re.match(r"apt-get install .*\bchromium\b", install)


def test_who_is_not_root_installs_with_sudo(programs: Path) -> None:
    program(programs, "id", "echo 1000")
    assert [line.partition(" ")[0] for line in installed(programs)] == ["sudo", "apt-get", "sudo", "apt-get"]


@pytest.mark.parametrize("name", NAMES)
def test_browser_that_the_tests_would_use_is_enough(name: str, programs: Path) -> None:
    program(programs, name, "exit 1")
    (said,) = installed(programs)
    assert said.endswith(f"/{name}.")


def test_browser_may_be_named(programs: Path) -> None:
    program(programs, "vivaldi", "exit 1")
    (said,) = installed(programs, RMOS_CHROMIUM="vivaldi")
    assert said.endswith("/vivaldi.")


def test_script_has_no_usual_fault() -> None:
    shellcheck = shutil.which("shellcheck", path=str(Path(sys.executable).parent))
    assert shellcheck is not None
    done = subprocess.run([shellcheck, SCRIPT, ROOT / ".ci/run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
