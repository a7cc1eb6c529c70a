"""What follows from a schema is found once, and anew as soon as a word of it is another."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from rmos_migration.store.schema import kept_by_schema
from rmos_migration.store.sqlite.engines import memory_engine


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = memory_engine()
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        yield connection
    engine.dispose()


def test_a_schema_is_looked_at_once_and_another_one_anew(connection: Connection) -> None:
    seen = []

    @kept_by_schema
    def tables(connection: Connection) -> list[str]:
        seen.append(sorted(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars()))
        return seen[-1]

    assert tables(connection) == tables(connection) == ["t"]
    connection.exec_driver_sql("CREATE TABLE u (a)")
    assert tables(connection) == ["t", "u"]
    connection.exec_driver_sql("DROP TABLE u")
    assert tables(connection) == ["t"]
    assert seen == [["t"], ["t", "u"]]


def test_what_was_found_while_the_schema_changed_is_not_kept(connection: Connection) -> None:
    names = iter(("u", "w"))

    @kept_by_schema
    def tables(connection: Connection) -> list[str]:
        found = sorted(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        if name := next(names, ""):
            connection.exec_driver_sql(f"CREATE TABLE {name} (a)")
        return found

    assert tables(connection) == ["t"]
    connection.exec_driver_sql("DROP TABLE u")
    assert tables(connection) == ["t"]
    assert tables(connection) == ["t", "w"]
    connection.exec_driver_sql("DROP TABLE w")
    assert tables(connection) == ["t"]


def test_a_rule_that_differs_in_one_letter_makes_another_schema(connection: Connection) -> None:
    @kept_by_schema
    def definition(connection: Connection) -> str:
        return str(connection.exec_driver_sql("SELECT max(sql) FROM sqlite_master").scalar())

    assert definition(connection) == "CREATE TABLE t (a)"
    connection.exec_driver_sql("DROP TABLE t")
    connection.exec_driver_sql("CREATE TABLE t (A)")
    assert definition(connection) == "CREATE TABLE t (A)"
