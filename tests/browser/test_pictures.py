"""The pictures of the documentation come from the real pages, by the one script that makes them."""

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from visiting import installed_browser

from builders import environment

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"


def test_script_takes_every_picture_that_the_pages_show(tmp_path: Path, browser: Any) -> None:
    command = [sys.executable, ROOT / "tools" / "make_pictures.py", tmp_path]
    env = environment(RMOS_CHROMIUM=str(installed_browser()))
    subprocess.run(command, env=env, check=True, timeout=120)
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in PICTURES.glob("*.png")}
    assert {size(file) for file in tmp_path.iterdir()} == {(1200, 800)}


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
