"""Settings: defaults < rmos.toml < environment < flags."""

import json
import os
from pathlib import Path

import pytest

from builders import Here, environment, pattern, query, records, rmos, write


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


OLD = json.dumps(pattern("p4", name="Rosette für Flöten"), ensure_ascii=False).encode("cp1252")
WITH_A_REFERENCE = pattern("p4", strip_family_id="nobody")


@pytest.mark.parametrize(
    ("setting", "value", "other", "document", "became"),
    [
        ("encoding", "cp1252", "ascii", OLD, ("completed", 2)),
        ("missing_references", "reject", "detach", WITH_A_REFERENCE, ("completed_with_rejects", 1)),
        ("max_rejects", "5%", "90%", "{", ("failed", 0)),
    ],
)
@pytest.mark.parametrize("where", ["in the file", "in the environment", "as an option"])
def test_every_setting_may_be_made_everywhere_and_the_nearest_one_counts(
    setting: str, value: str, other: str, document: object, became: tuple[str, int], where: str, shop: Path
) -> None:
    write(shop / "legacy", "patterns/1.json", pattern("p3"))
    write(shop / "legacy", "patterns/2.json", document)
    in_file = value if where == "in the file" else other
    (shop / "rmos.toml").write_text(f'{setting} = "{in_file}"\n')
    env, options = environment(), []
    if where == "in the environment":
        env[f"RMOS_{setting.upper()}"] = value
    elif where == "as an option":
        env[f"RMOS_{setting.upper()}"] = other
        options = [f"--{setting.replace('_', '-')}", value]
    told = json.loads(rmos("migrate", "legacy", "--json", *options, cwd=shop, env=env).stdout)
    assert (told["status"], told["totals"]["migrated"]) == became


def test_with_source_and_database_set_no_command_needs_an_option(
    shop: Path, monkeypatch: pytest.MonkeyPatch, here: Here
) -> None:
    write(shop / "elsewhere", "patterns/c.json", pattern("p3"))
    monkeypatch.chdir(shop)
    monkeypatch.setenv("RMOS_SOURCE", "elsewhere")
    monkeypatch.setenv("RMOS_DATABASE_URL", "mine.db")
    for verb in (
        "migrate",
        "verify",
        "audit",
        "status",
        "history",
        "rejects",
        "report",
        "token",
        "doctor",
        "init",
    ):
        assert here(verb)[0] == 0, verb
    for command in (("export", "exported"), ("backup", "copy.db"), ("draw", "p3"), ("schema", "pattern")):
        assert here(*command)[0] == 0, command
    assert made(shop) == {"mine.db", "copy.db"}


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
    assert any(line.startswith("error: ") for line in done.stderr.splitlines())
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


def test_the_file_in_force_is_named_with_what_it_sets(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\non_conflict = "replace"\n')
    done = rmos("migrate", "--on-conflict", "keep", cwd=shop)
    assert done.stderr.splitlines()[0] == f'{shop / "rmos.toml"} sets database = "file.db"'
    assert "From data/rmos_legacy into file.db" in done.stdout.splitlines()
    told = rmos("status", "--json", cwd=shop)
    assert json.loads(told.stdout)
    assert told.stderr.count("rmos.toml") == 1


@pytest.mark.parametrize("password", ["secret", "se@cret", "se:cret"])
def test_a_password_in_a_database_s_address_is_not_shown(password: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text(f'database = "postgresql://anna:{password}@host/rmos"\n')
    done = rmos("status", cwd=shop)
    assert 'database = "postgresql://anna:…@host/rmos"' in done.stderr
    assert "cret" not in done.stderr


def test_nothing_is_said_of_a_file_that_sets_nothing_or_to_who_asked_for_quiet(shop: Path) -> None:
    (shop / "data/rmos_legacy/patterns/b.json").unlink()
    (shop / "rmos.toml").write_text('database = "file.db"\n')
    assert rmos("migrate", "-q", cwd=shop).stderr == ""
    assert "rmos.toml" not in rmos("status", "--database", "file.db", cwd=shop).stderr


@pytest.mark.parametrize("name", ["token", "token_file", "reading_token", "reading_token_file"])
def test_a_token_is_not_taken_from_the_current_folder(name: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text(f'{name} = "a-token-of-plain-characters"\n')
    done = rmos("serve", "--port", "0", "--no-browser", cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"RMOS_{name.upper()} instead" in done.stderr
    assert "a-token-of" not in done.stderr


def test_a_byte_order_mark_does_no_harm(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\n', encoding="utf-8-sig")
    rmos("init", cwd=shop)
    assert made(shop) == {"file.db"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "file.db"\n', encoding=encoding)
    done = rmos("init", cwd=shop)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["error: rmos.toml is written in UTF-16", "  → save it as UTF-8"]


@pytest.mark.parametrize(
    "path", [r"C:\Users\anna\rmos.db", r"D:\temp\rmos.db", r"D:\new\rmos.db", r"D:\backup", r"D:\legacy"]
)
@pytest.mark.parametrize("name", ["database", "source"])
def test_a_backslash_in_double_quotes_gets_the_right_hint(name: str, path: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text(f'{name} = "{path}"\n')
    done = rmos("migrate", cwd=shop)
    assert done.returncode == 2
    assert "single quotes, or with /" in done.stderr
    assert made(shop) == set()


def test_a_control_character_in_a_path_that_somebody_names_is_one(shop: Path) -> None:
    assert rmos("init", "--database", "a\tb.db", cwd=shop).returncode == 0
    assert made(shop) == {"a\tb.db"}


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("databse", "database"),
        ("on-conflict", "on_conflict"),
        ("Source", "source"),
        ("max_reject", "max_rejects"),
    ],
)
def test_a_misspelled_setting_gets_the_one_that_was_meant(key: str, meant: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text(f'{key} = "x"\n')
    done = rmos("init", cwd=shop)
    assert done.returncode == 2
    assert f"did you mean {meant}?" in done.stderr


@pytest.mark.parametrize("database", ["~/mine.db", "sqlite:///~/mine.db"])
def test_a_tilde_is_the_home_folder(database: str, shop: Path) -> None:
    home = shop / "home"
    home.mkdir()
    (shop / "rmos.toml").write_text(f'database = "{database}"\nsource = "~/legacy"\n')
    write(home / "legacy", "patterns/c.json", pattern("p3"))
    assert rmos("migrate", cwd=shop, env=environment(HOME=str(home))).returncode == 0
    assert set(records(home / "mine.db", "patterns")) == {"p3"}


def test_a_name_that_only_begins_with_a_tilde_is_a_name(shop: Path) -> None:
    (shop / "rmos.toml").write_text('database = "~mine.db"\n')
    rmos("init", cwd=shop)
    assert made(shop) == {"~mine.db"}


def test_doctor_and_inspect_work_beside_a_broken_file_and_say_what_is_wrong(shop: Path) -> None:
    (shop / "rmos.toml").write_text("database = \n")
    doctor = rmos("doctor", cwd=shop)
    assert doctor.returncode == 2
    assert doctor.stdout.startswith("bad  settings: rmos.toml cannot be read")
    assert "disk: " in doctor.stdout
    inspected = rmos("inspect", "data/rmos_legacy/patterns", cwd=shop)
    assert inspected.returncode == 0
    assert "2 would migrate" in inspected.stdout
    assert inspected.stderr.startswith("error: rmos.toml cannot be read")


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are POSIX")
def test_a_pipe_or_a_huge_file_in_the_place_of_the_settings_is_told_of_at_once(shop: Path) -> None:
    os.mkfifo(shop / "rmos.toml")
    assert rmos("status", cwd=shop, timeout=30).returncode == 2
    (shop / "rmos.toml").unlink()
    (shop / "rmos.toml").write_bytes(b"#" * 200_000)
    done = rmos("status", cwd=shop)
    assert done.returncode == 2
    assert "64 KiB" in done.stderr


@pytest.mark.parametrize(
    "number",
    ["1" * 5000, "0x" + "f" * 6000, "-" + "1" * 5000, "1" * 4000, "0b" + "1" * 20000, f'"{"1" * 5000}"'],
)
@pytest.mark.parametrize("name", ["max_rejects", "database"])
def test_a_number_of_thousands_of_digits_in_the_file_is_told_of_in_a_few_words(
    name: str, number: str, shop: Path
) -> None:
    (shop / "rmos.toml").write_text(f"{name} = {number}\n")
    done = rmos("migrate", cwd=shop)
    assert done.returncode == 2
    assert "rmos.toml" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 500


@pytest.mark.parametrize(
    "line",
    ["database = rmos.db", "source = data/rmos_legacy", "encoding = cp1252  # old", "on_conflict=keep"],
)
def test_a_text_without_quotes_gets_the_right_hint(line: str, shop: Path) -> None:
    (shop / "rmos.toml").write_text(f"# ours\n{line}\n")
    done = rmos("migrate", cwd=shop)
    assert done.returncode == 2
    name, _, value = line.partition("#")[0].partition("=")
    assert f'put the text in quotes, as in: {name.strip()} = "{value.strip()}"' in done.stderr
