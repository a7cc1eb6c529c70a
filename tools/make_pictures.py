"""Take the pictures of the documentation from the real pages: ``python tools/make_pictures.py [FOLDER]``.

Needs a browser of Chromium's kind, as the browser tests do: ``chromium``, or the one named in
``RMOS_CHROMIUM``.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
RMOS = [sys.executable, "-m", "rmos_migration"]
WIDTH, HEIGHT = 1200, 800
"""Of the window, in CSS pixels."""


def main(pictures: Path) -> None:
    """Migrate the example workshop, and take pictures of the dashboard that shows it into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "rmos.db")
        subprocess.run([*RMOS, "migrate", ROOT / "examples/rmos_legacy", "-d", database, "-q"], check=True)
        with _served(database) as url:
            _take(url, pictures / "dashboard.png")
            _take(f"{url}/patterns", pictures / "patterns.png")


@contextmanager
def _served(database: Path) -> Iterator[str]:
    command = [*RMOS, "serve", "--port", "0", "--no-browser", "-d", str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            found = re.search(r"http://\S+", server.stdout.readline() if server.stdout else "")
            if found is None:
                raise SystemExit("the server did not start")
            yield found[0]
        finally:
            server.terminate()


def _take(url: str, picture: Path) -> None:
    browser = shutil.which(os.environ.get("RMOS_CHROMIUM", "chromium"))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser)
        page = launched.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
        page.goto(url, wait_until="load")
        page.screenshot(path=picture)
        launched.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PICTURES)
