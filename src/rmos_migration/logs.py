"""Logging with the standard library: to stderr, in words or as one JSON object a line."""

import json
import logging
from datetime import UTC, datetime

from .diagnostics import printable, printable_json


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        details = getattr(record, "details", None)
        if details:
            line["details"] = details
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return printable_json(json.dumps(line, ensure_ascii=False))


class _Words(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()}: {printable(record.getMessage().strip())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(level: int, *, as_json: bool) -> None:
    """Send the package's log to stderr; other libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if as_json else _Words())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("rmos_migration").setLevel(level)
