"""Pages that were opened in a browser, and what they complained about."""

import os
import shutil
from collections.abc import Callable
from importlib.resources import files
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def installed_browser() -> str | None:
    """Where Chromium is, or another browser of its kind; ``RMOS_CHROMIUM`` names one."""
    named = (os.environ.get("RMOS_CHROMIUM"), *_NAMES)
    return next((found for name in named if name and (found := shutil.which(name))), None)


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
        axe = files("axe_playwright_python").joinpath("axe.min.js")
        self.page.evaluate(axe.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run(document, {preload: false, resultTypes: ['violations', 'incomplete']})"
        )
        return [
            (rule["id"], rule["impact"], rule["nodes"][0]["html"])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]


Open = Callable[..., Visit]
