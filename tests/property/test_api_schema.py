"""Whatever a program sends: no answer is a failure of the server, and each is as the OpenAPI document
says."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from campaigns import share_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import EXAMPLES, migrate_messy
from rmos_migration import audit
from rmos_migration.api.app import create_app
from rmos_migration.diagnostics import Severity
from rmos_migration.entities import ENTITIES
from rmos_migration.store.sqlite.lock import write_lock
from serving import MIGRATION, STORES, TOKEN, bearing, client, serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import Case, GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.python import asgi
    from schemathesis.schemas import APIOperation
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

EXAMPLES_OF_AN_OPERATION = share_of(250)
URL = "http://127.0.0.1"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
STOP_RUN = f"POST {MIGRATION}/runs/{{run_id}}/stop"
START_RUN = f"POST {MIGRATION}/runs"


def described() -> dict[str, Any]:
    """The OpenAPI document, which does not depend on what is served."""
    with client(Path("no.db")) as caller:
        document: dict[str, Any] = caller.get("/openapi.json").json()
        return document


def operations() -> dict[str, APIOperation]:
    """What the document describes, by method and path."""
    schema = schemathesis.openapi.from_dict(described())
    schema.config.generation.update(with_security_parameters=False)  # the test says who shows the token
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database with a bit of everything, which no test changes."""
    database = tmp_path_factory.mktemp("filled") / "rmos.db"
    migrate_messy(database)
    return database


@contextmanager
def calling(database: Path) -> Iterator[asgi.ASGIClient]:
    """Schemathesis' own caller of the application, in this process."""
    app = create_app(serving(database, EXAMPLES / "rmos_legacy"))
    try:
        with asgi.ASGIClient(app, URL) as session:
            yield session
    finally:
        asgi.shutdown_lifespans()


def known(session: asgi.ASGIClient, label: str) -> dict[str, list[Any]]:
    """Values that lead to what is there, by parameter; without them, nearly all answers would be that there
    is nothing."""
    for entity in ENTITIES:
        here = f"{STORES}/{entity.name.replace('_', '-')}"
        if here in label:
            page = session.get(f"{here}?limit=3").json()
            records = page[entity.name]
            written = [
                {name: one[name] for name in one if name not in ("id", "updated_at")} for one in records
            ]
            free = session.post(here, json=written[0], headers=bearing(TOKEN)).json()[entity.singular]
            return {
                "record_id": [free["id"], *(one["id"] for one in records)],
                "cursor": [page["next"]],
                "if-match": ["*", session.get(f"{here}/{records[0]['id']}").headers["etag"]],
                "if-none-match": ["*", '"other"'],
                "body": written,
            }
    page = session.get(f"{MIGRATION}/rejects?limit=3").json()
    noted = session.get(f"{MIGRATION}/runs/1/diagnostics").json()
    runs = ["1"]
    if "{run_id}" in label:
        began = session.post(f"{MIGRATION}/runs", json={"dry_run": True}, headers=bearing(TOKEN)).json()
        session.get(f"{MIGRATION}/progress")  # which ends with the run
        runs.append(began["run"])
    return {
        "run_id": runs,
        "key": [one["key"] for one in page["rejects"]],
        "cursor": [page["next"] if "rejects" in label else noted["next"]],
    }


@st.composite
def cases(draw: st.DrawFn, operation: APIOperation, values: dict[str, list[Any]]) -> Case:
    """A request as the document describes it, or one that is not; half of them with values that lead
    somewhere."""
    case: Case = draw(
        st.one_of(operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    )
    if not draw(st.booleans()):
        return case
    for container, parameters in (
        (case.path_parameters, operation.path_parameters),
        (case.query, operation.query),
        (case.headers, operation.headers),
    ):
        for parameter in parameters:
            if parameter.name in values:
                container[parameter.name] = draw(st.sampled_from(values[parameter.name]))
    if operation.body and "body" in values:
        more = case.body if isinstance(case.body, dict) and draw(st.booleans()) else {}
        case.body, case.media_type = draw(st.sampled_from(values["body"])) | more, "application/json"
    return case


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_documented_with_and_without_the_token(
    label: str, filled: Path, database: Path
) -> None:
    shutil.copy(filled, database)
    operation = OPERATIONS[label]
    statuses: dict[str | None, list[int]] = {None: [], TOKEN: []}
    with ExitStack() as stack:
        session = stack.enter_context(calling(database))
        values = known(session, label)
        if label == START_RUN:  # each run is a process of 0.7 s; refused for the lock, it costs none
            stack.enter_context(write_lock(database, "a test"))

        @settings(
            max_examples=EXAMPLES_OF_AN_OPERATION,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(operation, values))
        def ask(case: Case) -> None:
            for token, answered in statuses.items():
                answer = case.call(base_url=URL, session=session, headers=bearing(token), app=session.app)
                answered.append(answer.status_code)
                case.validate_response(answer, checks=CHECKS)

        ask()
    succeeded = {token: any(one < 300 for one in answered) for token, answered in statuses.items()}
    is_change = not label.startswith("GET")
    assert succeeded == {None: not is_change, TOKEN: label not in (START_RUN, STOP_RUN)}
    assert [one for one in audit(database).findings if one.severity is Severity.ERROR] == []
