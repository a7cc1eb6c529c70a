"""Settings: defaults < rmos.toml < environment < flags."""

from pathlib import Path

import pytest

from builders import environment, pattern, query, records, rmos, write


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder to work in, with a legacy tree where the default looks for it."""
    write(tmp_path / "data/rmos_legacy", "patterns/a.json", pattern(name="first"))
    write(tmp_path / "data/rmos_legacy", "patterns/b.json", pattern(name="last"))
    return tmp_path


def made(shop: Path) -> set[str]:
    return {path.name for path in shop.glob("*.db")}


def test_without_any_setting_the_defaults_hold(shop: Path) -> None:
    assert rmos("migrate", cwd=shop).returncode == 1
    assert made(shop) == {"rmos.db"}
    assert records(shop / "rmos.db", "patterns")["p1"]["name"] == "first"


def test_rmos_toml_goes_before_the_defaults(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\non_conflict = "replace"\nmax_rejects = 5\n')
    assert rmos("migrate", cwd=shop).returncode == 1  # one document replaced another
    assert made(shop) == {"file.db"}
    assert records(shop / "file.db", "patterns")["p1"]["name"] == "last"


def test_the_environment_goes_before_rmos_toml(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\non_conflict = "replace"\n')
    env = environment(RMOS_DATABASE_URL="sqlite:///env.db", RMOS_ON_CONFLICT="reject")
    assert rmos("migrate", cwd=shop, env=env).returncode == 1
    assert made(shop) == {"env.db"}
    assert query(shop / "env.db", "SELECT code FROM migration_rejects") == [("id-conflict",)]


def test_flags_go_before_the_environment(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\n')
    env = environment(RMOS_DATABASE_URL="sqlite:///env.db", RMOS_ON_CONFLICT="reject")
    done = rmos("migrate", "--database", "flag.db", "--on-conflict", "replace", cwd=shop, env=env)
    assert done.returncode == 1
    assert made(shop) == {"flag.db"}


def test_database_url_serves_where_rmos_database_url_is_not_set(shop: Path) -> None:
    rmos("init", cwd=shop, env=environment(DATABASE_URL="sqlite:///shared.db"))
    assert made(shop) == {"shared.db"}
    both = environment(DATABASE_URL="sqlite:///shared2.db", RMOS_DATABASE_URL="sqlite:///own.db")
    rmos("init", cwd=shop, env=both)
    assert made(shop) == {"shared.db", "own.db"}


def test_an_empty_variable_counts_as_none(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\n')
    empty = environment(RMOS_DATABASE_URL="", RMOS_SOURCE="", RMOS_ON_CONFLICT="", RMOS_MAX_REJECTS="")
    assert rmos("migrate", cwd=shop, env=empty).returncode == 1
    assert made(shop) == {"file.db"}
    assert records(shop / "file.db", "patterns")["p1"]["name"] == "first"
    rmos("init", cwd=shop, env=empty | {"DATABASE_URL": "sqlite:///shared.db"})
    assert made(shop) == {"file.db", "shared.db"}


@pytest.mark.parametrize("name", ["DATABASE", "SOURCE"])
def test_a_variable_of_another_program_changes_nothing(name: str, shop: Path) -> None:
    rmos("migrate", cwd=shop, env=environment() | {name: "other.db"})
    assert made(shop) == {"rmos.db"}


def test_the_source_may_be_set_too(shop: Path) -> None:
    write(shop / "elsewhere", "patterns/c.json", pattern("p3"))
    (shop / "rmos.toml").write_text('source = "elsewhere"\n')
    assert rmos("migrate", cwd=shop).returncode == 0
    assert set(records(shop / "rmos.db", "patterns")) == {"p3"}


@pytest.mark.parametrize(
    "content",
    [
        b"database = ",
        b"on_conflict = 'merge'\n",
        b"colour = 'blue'\n",
        b"[database]\nurl = 'x'\n",
        b"\xff\xfe\x00",
        b"encoding = 'klingon'\n",
    ],
)
def test_a_bad_rmos_toml_exits_with_2(content: bytes, shop: Path) -> None:
    (shop / "rmos.toml").write_bytes(content)
    done = rmos("migrate", cwd=shop)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert made(shop) == set()


@pytest.mark.parametrize(("name", "value"), [("RMOS_ON_CONFLICT", "merge"), ("RMOS_MAX_REJECTS", "-1")])
def test_a_bad_variable_exits_with_2_and_is_named(name: str, value: str, shop: Path) -> None:
    done = rmos("migrate", cwd=shop, env=environment(**{name: value}))
    assert done.returncode == 2
    assert name.removeprefix("RMOS_").lower().replace("_", "-") in done.stderr.lower().replace("_", "-")


def test_rmos_toml_that_is_a_folder_is_no_crash(shop: Path) -> None:
    (shop / "rmos.toml").mkdir()
    done = rmos("migrate", cwd=shop)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
