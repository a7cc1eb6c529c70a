"""What a server is asked: every route that openapi.json names, every page, and what ``changes`` adds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from .changes import changes, refused, runs
from .database import column, ids
from .recorder import TOKEN, Recorder
from .server import API, SLUGS, Answer, Server, file_name, serving

_RECORDS = 12
"""Records of each entity that are asked for one by one."""

_ENUMS = 4


def record_answers(recorder: Recorder, name: str) -> None:
    """Record what a server says of the database before and after changes, and the changes."""
    with serving(recorder, name, "--source", "legacy") as server:
        questions = Questions(server, recorder.work / "rmos.db")
        questions.routes(f"{name}/get")
        questions.pages(f"{name}/pages")
        refused(server, f"{name}/refused")
        server.recorder = recorder.after_changes()
        changes(server, f"{name}/changes", questions.database)
        runs(server, f"{name}/runs")
        questions.pages(f"{name}/pages-after")
        server.ask(f"{name}/status-after", f"{API}/migration/status")
        server.ask(f"{name}/metrics", "/metrics")


def record_once(recorder: Recorder, name: str) -> None:
    """Record what needs no workshop: the API's description, styles, a server without a database, tokens."""
    with serving(recorder, name) as server:
        for name_of in (
            "openapi.json",
            "docs",
            "",
            "healthz",
            "readyz",
            "metrics",
            "audit",
            "patterns",
            "runs",
        ):
            path = f"/{name_of}"
            server.ask(f"{name}/{file_name(path)}", path)
        server.ask(f"{name}/status", f"{API}/migration/status")
        server.ask(f"{name}/run-without-folder", f"{API}/migration/runs", "POST", body={}, token=TOKEN)
        page = server.fetch("/", "GET", None, {}).body.decode()
        for path in sorted(set(re.findall(r'"(/static/[^"]+)"', page))):
            server.ask(f"{name}/{file_name(path.partition('?')[0])}", path)
    closed = f"{name}-closed"
    with serving(recorder, closed, "--readers-need-token", "--root-path", "/rmos") as server:
        for path in ("/", f"{API}/patterns", "/healthz", "/openapi.json"):
            server.ask(f"{closed}/{file_name(path)}", path)
            server.ask(f"{closed}/{file_name(path)}-with-token", path, token=TOKEN)
            server.ask(f"{closed}/{file_name(path)}-with-wrong-token", path, token="wrong")  # noqa: S106 - no secret


@dataclass
class Questions:
    """What a server can be asked about the rows of its database."""

    server: Server
    database: Path

    def routes(self, name: str) -> None:
        """Ask every GET route of openapi.json, with ids of the database and values for each parameter."""
        described = self.server.fetch("/openapi.json", "GET", None, {}).json()
        for route, methods in described["paths"].items():
            parameters = methods.get("get", {}).get("parameters", [])
            if "get" in methods and route != "/metrics":  # the metrics count requests: they come at the end
                for number, path in enumerate(self._paths(route)):
                    answer = self.server.ask(f"{name}/{file_name(path)}", path)
                    if number == 0:
                        self._with_parameters(name, path, parameters, answer)

    def pages(self, name: str) -> None:
        """Ask for every page, and for those of some records and runs."""
        paths = [
            "/",
            "/runs",
            "/rejects",
            "/audit",
            "/runs/dry-1",
            "/rejects?code=json-syntax",
            "/rejects?path=hostile",
        ]
        paths += [f"/runs/{run}" for run in self._runs()] + [
            "/runs/1?severity=error",
            "/runs/1?code=json-syntax",
        ]
        for slug, entity in SLUGS.items():
            paths += [f"/{slug}", f"/{slug}?sort=newest"]
            paths += [f"/{slug}/{quote(one, safe='')}" for one in self._ids(entity)]
        paths += [
            "/patterns?name=r&ring_count=3",
            "/joblogs?status=completed",
            "/joblogs?job_type=slice",
            "/patterns/-",
        ]
        for path in paths:
            self.server.ask(f"{name}/{file_name(path)}", path)

    def _paths(self, route: str) -> Iterator[str]:
        """Yield a route's paths with ids instead of the names in braces."""
        for part, known in (("{run_id}", self._runs()), ("{key}", self._keys()), ("{record_id}", None)):
            if part in route:
                entity = SLUGS.get(route.split("/")[4], "")
                for one in self._ids(entity) if known is None else known:
                    yield route.replace(part, quote(one, safe=""))
                return
        yield route

    def _with_parameters(self, name: str, path: str, parameters: list[Any], answer: Answer) -> None:
        known = {one["name"]: one for one in parameters if one["in"] == "query"}
        entity = SLUGS.get(path.split("/")[-1])
        for parameter in known:
            for value in self._values(entity, parameter, known[parameter].get("schema", {})):
                asked = f"{path}?{urlencode({parameter: value})}"
                self.server.ask(f"{name}/{file_name(asked)}", asked)
        if "cursor" in known:
            following = answer.json().get("next")
            for page in range(3):
                if following:
                    asked = f"{path}?{urlencode({'limit': 7, 'cursor': following})}"
                    following = (
                        self.server.ask(f"{name}/{file_name(path)}-page-{page}", asked).json().get("next")
                    )
        if etag := answer.header("etag"):
            self.server.ask(f"{name}/{file_name(path)}-known", path, If_None_Match=etag)

    def _values(self, entity: str | None, parameter: str, schema: dict[str, Any]) -> list[Any]:
        """Return values for a parameter: some that fit, and some that do not."""
        fixed: dict[str, list[Any]] = {
            "limit": [1, 3, 500, 0, "many"],
            "cursor": ["broken"],
            "sort": ["newest", "id", "width"],
            "format": ["html", "txt", "text", "pdf"],
            "outcome": ["rejected", "conflict", "kept"],
            "code": ["json-syntax", "id-conflict", "no-such-code"],
            "severity": ["error", "info", "bad"],
            "path": ["patterns/", "ü"],
            "name": ["r", "Ä%_", ""],
            "id": ["another-id"],
        }
        if parameter in fixed:
            return fixed[parameter]
        if entity is None:
            return list(schema.get("enum", []))[:_ENUMS]
        names = f"{parameter} FROM {entity} WHERE {parameter} != ''"
        query = f"SELECT DISTINCT {names} ORDER BY 1 LIMIT {_ENUMS}"
        return [*column(self.database, query), "no-such-value"]

    def _ids(self, entity: str) -> list[str]:
        """Return some ids, evenly from the first to the last, and one that is not there."""
        known = ids(self.database, entity)
        step = max(len(known) // _RECORDS, 1)
        return [*dict.fromkeys([*known[::step][:_RECORDS], *known[-1:]]), "no-such-record"]

    def _runs(self) -> list[str]:
        return [
            *map(str, column(self.database, "SELECT id FROM migration_runs ORDER BY id")),
            "99",
            "dry-1",
            "x",
        ]

    def _keys(self) -> list[str]:
        rejects = self.server.fetch(f"{API}/migration/rejects?limit=500", "GET", None, {}).json()["rejects"]
        step = max(len(rejects) // (2 * _RECORDS), 1)
        return [*(reject["key"] for reject in rejects[::step]), "no-such-key"]
