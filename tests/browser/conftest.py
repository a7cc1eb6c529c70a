"""A real browser: Debian's Chromium or whatever there is, without a network, with what it complained about."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


class Visit:
    """A page that was opened, and every fault and request it made on the way."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error.message}"))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def accessibility_faults(self) -> list[tuple[str, str, str]]:
        """What axe-core finds to be a serious fault: rule, impact, the first element."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "axe.run(document, {preload: false, resultTypes: ['violations', 'incomplete']})"
        )
        return [
            (rule["id"], rule["impact"], rule["nodes"][0]["html"])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]


Open = Callable[..., Visit]


@pytest.fixture(
    scope="module"
)  # not the session: while it runs, no other test of this thread could use asyncio
def browser() -> Iterator[Any]:
    """The browser."""
    named = (os.environ.get("RMOS_CHROMIUM"), *_NAMES)
    executable = next((found for name in named if name and (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("needs Chromium, or another browser of its kind named in RMOS_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable, args=["--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens a page in a window of its own: ``open_page(url, width=360, color_scheme="dark")``."""
    contexts = []

    def visit(url: str, *, width: int = 1200, **options: Any) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, service_workers="block", locale="en-GB", **options
        )
        contexts.append(context)
        visited = Visit(context.new_page())
        visited.page.goto(url, wait_until="load")
        return visited

    yield visit
    for context in contexts:
        context.close()
