"""The schema's version: what a database has, what this program needs, and the way from one to the other."""

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from .tables import metadata, schema_version

CURRENT_VERSION = 4
"""The newest step in ``migrations/versions``; a test holds the two together."""

APPLICATION_ID = 0x524D4F53
"""``RMOS`` in ASCII, in the header of every database this program makes."""

_STEPS = Path(__file__).parent / "migrations"


def has_our_tables(connection: Connection) -> bool:
    """Whether a database holds the tables that this program made, whatever mark its file has."""
    wanted = {table.name for table in metadata.sorted_tables}
    return wanted <= set(inspect(connection).get_table_names())


def version_of(connection: Connection) -> int:
    """The version of the schema in a database, 0 where there is none."""
    if not inspect(connection).has_table(schema_version.name):
        return 0
    version = connection.scalar(select(func.max(schema_version.c.version)))
    return version if isinstance(version, int) else 0


def upgrade(connection: Connection, to: str = "head") -> None:
    """Apply the missing steps in the connection's open transaction; committing is left to the caller."""
    from alembic import command  # imported here: most runs find the schema current and never need it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
