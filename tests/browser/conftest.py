"""A real browser: Debian's Chromium or whatever there is, without a network, with what it complained
about."""

from collections.abc import Iterator
from typing import Any

import pytest
from visiting import Open, Visit, installed_browser

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")

_OURS = "EXCLUDE 127.0.0.1, EXCLUDE localhost"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser; not for the session, because while it runs no other test of this thread can use
    asyncio."""
    executable = installed_browser()
    if executable is None:
        pytest.skip("needs Chromium, or another browser of its kind named in RMOS_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable, args=[f"--host-resolver-rules=MAP * ~NOTFOUND, {_OURS}"]
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
