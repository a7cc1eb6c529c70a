"""What a server must refuse, changes of records, and runs that are started through the API."""

import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .database import ids
from .documents import joblog
from .recorder import TOKEN
from .server import API, SLUGS, Server, file_name

_FAMILY = {
    "name": "Maple",
    "width_mm": 2.5,
    "thickness_mm": 0.6,
    "material_type": "wood",
    "strips": [{"species": "maple"}],
}
_PATTERN = {
    "name": "Made here",
    "pattern_type": "rope",
    "ring_count": 1,
    "geometry": {"rings": [{"radius_mm": 45}]},
}
_REFERENCES: dict[str, dict[str, str]] = {
    "strip-families": {},
    "patterns": {"strip_family_id": "made/here"},
    "joblogs": {"pattern_id": "made/here", "strip_family_id": "made/here"},
}
_JOB = {"job_type": "slice", "status": "completed", "parameters": {}}


def refused(server: Server, name: str) -> None:
    """Ask for what is not there, wrongly, or without a token."""
    one = f"{API}/patterns"
    server.ask(f"{name}/404-page", "/nothing")
    server.ask(f"{name}/404-api", f"{API}/guitars")
    server.ask(f"{name}/404-static", "/static/nothing.css")
    server.ask(f"{name}/405-delete", one, "DELETE", token=TOKEN)
    server.ask(f"{name}/405-post", f"{API}/migration/status", "POST", body={}, token=TOKEN)
    server.ask(f"{name}/head", "/healthz", "HEAD")
    server.ask(f"{name}/options", one, "OPTIONS")
    server.ask(f"{name}/unknown-parameter", f"{one}?colour=red")
    server.ask(f"{name}/twice", f"{one}?limit=1&limit=2")
    server.ask(f"{name}/401-no-token", one, "POST", body=_PATTERN)
    server.ask(f"{name}/401-wrong-token", one, "POST", body=_PATTERN, token="wrong")  # noqa: S106 - no secret
    server.ask(f"{name}/other-host", "/", Host="rmos.example.org")
    server.ask(f"{name}/other-origin", one, "POST", body=_PATTERN, token=TOKEN, Origin="https://example.org")
    server.ask(f"{name}/415", one, "POST", body="name=x", token=TOKEN, Content_Type="text/plain")
    bodies = {
        "not-json": "{",
        "twice-a-key": '{"name": "a", "name": "b"}',
        "nan": '{"ring_count": NaN}',
        "list": "[]",
        "unknown-field": {**_PATTERN, "colour": "red"},
        "nothing": {},
        "values": {**_PATTERN, "ring_count": 0, "name": " ", "geometry": [], "created_at": "yesterday"},
        "reference": {**_PATTERN, "strip_family_id": "no-such-family"},
        "id": {**_PATTERN, "id": "a\nb"},
        "large": {**_PATTERN, "name": "x" * 2_000_000},
    }
    for what, body in bodies.items():
        server.ask(f"{name}/body-{what}", one, "POST", body=body, token=TOKEN)


def changes(server: Server, name: str, database: Path) -> None:
    """Make, change and delete records of each entity; with stale and missing ETags as well."""
    fields: dict[str, dict[str, Any]] = {"strip-families": _FAMILY, "patterns": _PATTERN, "joblogs": _JOB}
    known = {slug: ids(database, entity)[:4] for slug, entity in SLUGS.items()}
    for slug in SLUGS:
        _make(
            server,
            f"{name}/{slug}",
            f"{API}/{slug}",
            {"id": "made/here", **fields[slug], **_REFERENCES[slug]},
        )
    for slug in SLUGS:
        for number, one in enumerate(known[slug]):
            path = f"{API}/{slug}/{quote(one, safe='')}"
            method, body = (
                ("DELETE", None) if number % 2 else ("PUT", {**fields[slug], "extra": {"note": "changed"}})
            )
            etag = _etag(server, path)
            server.ask(
                f"{name}/{slug}-{number}-{method}", path, method, body=body, token=TOKEN, If_Match=etag
            )
    for slug in ("strip-families", "joblogs", "patterns", "strip-families"):
        path = f"{API}/{slug}/made%2Fhere"
        server.ask(f"{name}/{slug}-delete", path, "DELETE", token=TOKEN, If_Match=_etag(server, path))
        server.ask(f"{name}/{slug}-deleted", path)


def _make(server: Server, name: str, path: str, body: dict[str, Any]) -> None:
    """Make a record, and change it with every kind of ETag."""
    first = server.ask(f"{name}-post", path, "POST", body=body, token=TOKEN).header("etag")
    server.ask(f"{name}-post-again", path, "POST", body=body, token=TOKEN)
    one, changed = f"{path}/made%2Fhere", {**body, "metadata": {"note": "changed"}}
    server.ask(f"{name}-put-unread", one, "PUT", body=changed, token=TOKEN)
    server.ask(f"{name}-put-stale", one, "PUT", body=changed, token=TOKEN, If_Match='"stale"')
    server.ask(f"{name}-put", one, "PUT", body=changed, token=TOKEN, If_Match=first)
    server.ask(f"{name}-put-now-stale", one, "PUT", body=changed, token=TOKEN, If_Match=first)
    other_id = {**changed, "id": "x"}
    server.ask(f"{name}-put-other-id", one, "PUT", body=other_id, token=TOKEN, If_Match=_etag(server, one))
    server.ask(f"{name}-get", one)


def _etag(server: Server, path: str) -> str:
    return server.fetch(path, "GET", None, {}).header("etag") or '"none"'


def runs(server: Server, name: str) -> None:
    """Start a dry run and a run, and see what they came to."""
    server.ask(f"{name}/wrong-options", f"{API}/migration/runs", "POST", body={"dry": True}, token=TOKEN)
    added = server.recorder.work / "legacy/joblogs/by-api.json"
    added.write_text(json.dumps(joblog("by-api")), encoding="utf-8")
    os.utime(added, (1_500_000_000, 1_500_000_000))
    for dry_run in (True, False):
        body = {"dry_run": dry_run, "on_conflict": "keep"}
        started = server.ask(
            f"{name}/start-{dry_run}", f"{API}/migration/runs", "POST", body=body, token=TOKEN
        )
        run = started.json()["run"]
        path = f"{API}/migration/runs/{run}"
        _wait_until_over(server)
        for what in ("", "/diagnostics?limit=500", "/report", "/report?format=txt", "/report?format=html"):
            server.ask(f"{name}/{dry_run}-{file_name(what)}", path + what)
        server.ask(f"{name}/stop-{dry_run}", f"{path}/stop", "POST", token=TOKEN)
        server.ask(f"{name}/report-with-token-{dry_run}", f"{path}/report", token=TOKEN)
        server.ask(f"{name}/progress-{dry_run}", f"{API}/migration/progress")


def _wait_until_over(server: Server) -> None:
    """Wait until no run goes on; the stream of progress ends with the run that it tells of."""
    for _ in range(600):
        if b"event: idle" in server.fetch(f"{API}/migration/progress", "GET", None, {}).body:
            return
        time.sleep(0.1)
    raise RuntimeError("the run does not end")
