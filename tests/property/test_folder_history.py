"""Whatever happens to a folder: everything that tells of its documents tells the same numbers, and they are
true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from campaigns import share_of

from builders import environment, without_root_powers

HISTORIES = share_of(40)
STEPS = 6


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_everything_tells_the_same_numbers_as_an_independent_count(seed: int, tmp_path: Path) -> None:
    script = Path(__file__).with_name("folder_history.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(seed), str(STEPS)],
        cwd=tmp_path,
        env=environment(PYTHONPATH=os.pathsep.join([str(script.parent.parent), *filter(None, sys.path)])),
        preexec_fn=without_root_powers,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
