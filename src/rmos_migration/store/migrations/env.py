"""Alembic's entry: runs the schema's steps on the connection it is given, and records each in schema_version."""

from datetime import UTC, datetime
from typing import Any

from alembic import context
from sqlalchemy import insert

from rmos_migration.store.tables import metadata, schema_version


def _record_step(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:  # noqa: ARG001 - alembic names them
    """Write the row of an applied step, in the step's own transaction."""
    ctx.connection.execute(
        insert(schema_version).values(
            version=int(step.up_revision_id),
            applied_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            description=step.up_revision.doc,
        )
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    on_version_apply=_record_step,
    transaction_per_migration=False,
)
context.run_migrations()
