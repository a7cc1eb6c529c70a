"""Where the tokens come from: made, given, in a file that is named; rmos token, and what is too weak to be
one."""

import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from builders import environment, migrate_messy, rmos, without_root_powers
from loaded_program import without_powers_over_others_files
from rmos_migration.api.tokens import places, tokens_of
from rmos_migration.errors import EnvironmentFailure, UsageError
from rmos_migration.settings import Settings
from serving_processes import API, bearer, serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="about the rights of files")

STATUS = f"{API}/migration/status"
JSON = "Content-Type: application/json"
GIVEN = "a-token-that-was-given"
FOR_READING = "another-one-for-reading"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    place = tmp_path / "rmos.db"
    migrate_messy(place)
    return place


def own(database: Path) -> tuple[Path, Path]:
    return database.with_name("rmos.db.token"), database.with_name("rmos.db.reading-token")


def told(database: Path, *options: str, **settings: str) -> CompletedProcess[str]:
    return rmos("token", "--database", database, *options, env=environment(**settings))


# rmos token
# -----------------------------------------------------------------------------------------------------------


def test_it_says_where_the_tokens_will_be_and_makes_none(database: Path) -> None:
    done = told(database)
    assert done.returncode == 0
    assert all(str(one) in done.stdout and not one.exists() for one in own(database))


def test_it_says_where_the_tokens_are_and_never_what_they_are(database: Path) -> None:
    tokens_of(database, Settings())
    secrets = [one.read_text().strip() for one in own(database)]
    assert len(set(secrets)) == 2
    for done in (told(database), told(database, "--new")):
        assert done.returncode == 0
        assert all(str(one) in done.stdout for one in own(database))
        shown = [*secrets, *(one.read_text().strip() for one in own(database))]
        assert not any(secret in done.stdout + done.stderr for secret in shown)


def test_new_ones_take_the_place_of_whatever_was_there(database: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    writing, reading = own(database)
    writing.symlink_to(elsewhere)
    reading.write_text("open to everybody")
    reading.chmod(0o666)
    assert told(database).returncode == 2
    assert told(database, "--new").returncode == 0
    for one in own(database):
        assert not one.is_symlink()
        assert one.stat().st_mode & 0o777 == 0o600
        assert len(one.read_text().strip()) == 43
    assert elsewhere.read_text() == "untouched"
    assert not list(tmp_path.glob(".rmos-*"))


def test_new_ones_make_the_old_ones_void_at_once(database: Path) -> None:
    with serving(database, token=None) as served:
        old = [one.read_text().strip() for one in own(database)]
        assert served.get(STATUS, bearer(old[0])).status == served.get(STATUS, bearer(old[1])).status == 200
        assert told(database, "--new").returncode == 0
        new = [one.read_text().strip() for one in own(database)]
        for token in (*old, *new):
            answer = served.get(STATUS, bearer(token))
            assert (answer.status, answer.problem) == (401, "token-needed")
            assert "start the server again" in answer.json()["hint"]
            assert served.ask("POST", f"{API}/patterns", bearer(token), JSON, body=b"{}").status == 401
        assert served.get(STATUS).status == 200
    with serving(database, token=None) as served:
        assert served.ask("POST", f"{API}/patterns", bearer(new[0]), JSON, body=b"{}").problem == "invalid"
        assert served.get(STATUS, bearer(old[0])).status == 401


def test_a_token_that_was_given_is_changed_where_it_was_given(database: Path) -> None:
    done = told(database, "--new", RMOS_TOKEN=GIVEN)
    assert done.returncode == 2
    assert "RMOS_TOKEN" in done.stderr
    assert GIVEN not in done.stdout + done.stderr
    assert not any(one.exists() for one in own(database))


@pytest.mark.parametrize("spoiled", ["mode", "folder", "empty", "weak"])
def test_it_says_what_is_wrong_with_a_token(database: Path, spoiled: str) -> None:
    tokens_of(database, Settings())
    _, reading = own(database)
    if spoiled == "mode":
        reading.chmod(0o640)
    elif spoiled == "folder":
        reading.unlink()
        reading.mkdir()
    else:
        reading.write_text("" if spoiled == "empty" else "passwordpassword")
    done = told(database)
    assert done.returncode == 2
    assert str(reading) in done.stderr
    assert "passwordpassword" not in done.stderr
    assert "in order" in done.stdout  # of the other one


# given in the environment, or in a file that it names
# ------------------------------------------------------------------


def test_a_token_comes_from_the_file_that_the_environment_names(database: Path, tmp_path: Path) -> None:
    """As containers hand secrets out: behind links, readable by all inside, perhaps of another user."""
    secret = tmp_path / "..data" / "token"
    secret.parent.mkdir()
    secret.write_text(f"{GIVEN}\n")
    secret.chmod(0o444)
    (tmp_path / "token").symlink_to(secret)
    named = {"RMOS_TOKEN_FILE": str(tmp_path / "token")}
    with serving(database, token=None, **named) as served:
        assert served.ask("POST", f"{API}/patterns", bearer(GIVEN), JSON, body=b"{}").problem == "invalid"
    assert not any(one.exists() for one in own(database))
    assert str(tmp_path / "token") in told(database, **named).stdout


def test_both_tokens_may_be_given(database: Path, tmp_path: Path) -> None:
    (tmp_path / "reading").write_text(FOR_READING)
    settings = {"RMOS_TOKEN": GIVEN, "RMOS_READING_TOKEN_FILE": str(tmp_path / "reading")}
    done = told(database, **settings)
    assert done.returncode == 0
    assert "RMOS_TOKEN" in done.stdout
    assert str(tmp_path / "reading") in done.stdout


def test_where_only_the_token_for_changes_is_given_there_is_none_for_reading(database: Path) -> None:
    done = told(database, RMOS_TOKEN=GIVEN)
    assert "RMOS_READING_TOKEN" in done.stdout
    with serving(database, "--readers-need-token", token=GIVEN) as served:
        assert served.get(STATUS).status == 401
        assert served.get(STATUS, bearer("")).status == 401
        assert served.get(STATUS, bearer("None")).status == 401
        assert served.get(STATUS, bearer(GIVEN)).status == 200


def test_the_start_of_a_server_says_where_each_token_stands(database: Path) -> None:
    with serving(database, "--readers-need-token", token=None) as served:
        served.process.terminate()
        served.process.wait(30)
        assert served.process.stdout is not None
        said = served.greeting + served.process.stdout.read()
    for place in own(database):
        assert str(place) in said
        assert place.read_text().strip() not in said


def test_a_given_token_for_reading_leaves_the_other_in_its_file(database: Path) -> None:
    tokens = tokens_of(database, Settings(reading_token=FOR_READING))
    writing, reading = own(database)
    assert tokens.writing == writing.read_text().strip()
    assert tokens.reading == FOR_READING
    assert not reading.exists()


def test_one_token_for_both_is_refused(database: Path) -> None:
    done = rmos(
        *("serve", "--database", database, "--port", "0", "--no-browser"),
        env=environment(RMOS_TOKEN=GIVEN, RMOS_READING_TOKEN=GIVEN),
    )
    assert done.returncode == 2
    assert "RMOS_READING_TOKEN" in done.stderr
    assert GIVEN not in done.stderr


def test_a_token_that_is_given_twice_is_refused(database: Path, tmp_path: Path) -> None:
    done = told(database, RMOS_TOKEN=GIVEN, RMOS_TOKEN_FILE=str(tmp_path / "token"))
    assert done.returncode == 2
    assert "RMOS_TOKEN_FILE" in done.stderr


@pytest.mark.parametrize("kind", ["missing", "pipe", "folder", "device"])
def test_a_named_file_that_is_none_is_refused_at_once(database: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "token"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "device":
        place = Path("/dev/zero")
    done = told(database, RMOS_TOKEN_FILE=str(place))
    assert done.returncode in (2, 5)
    assert str(place) in done.stderr


# too weak
# ------------------------------------------------------------------------------------------------------------

SIXTEEN_WITH_EIGHT_DIFFERENT = "ahcebgdfachegbdf"

WEAK = [
    SIXTEEN_WITH_EIGHT_DIFFERENT[:-1],
    SIXTEEN_WITH_EIGHT_DIFFERENT.replace("h", "a"),
    SIXTEEN_WITH_EIGHT_DIFFERENT.replace("h", "A"),
    "fifteen-letters",
    "a" * 16,
    "a" * 100,
    "abababababababab",
    "passwordpassword",
    "PasswordpassworD",
    "rosetterosetterosette",
    "1234567812345678",
    "12345678901234567890",
    "abcdefghijklmnop",
    "zyxwvutsrqponmlk",
    "0123456789abcdef",
    "aaaaaaaaabcdefgh",
    "schlüssel-für-das-tor",
    "with blanks in between",
]


@pytest.mark.parametrize("token", WEAK)
@pytest.mark.parametrize("variable", ["RMOS_TOKEN", "RMOS_READING_TOKEN"])
def test_a_token_that_could_be_guessed_is_none(database: Path, token: str, variable: str) -> None:
    one = {"RMOS_TOKEN": "token", "RMOS_READING_TOKEN": "reading_token"}[variable]
    with pytest.raises(UsageError) as refusal:
        tokens_of(database, Settings(**{one: token}))
    assert variable in refusal.value.message
    assert token not in refusal.value.message + refusal.value.hint


@pytest.mark.parametrize(
    "token",
    [
        GIVEN,
        "correct-horse-battery",
        "f3a9c1d27b804e65",
        "Zm9vYmFyYmF6cXV4Cg==",
        "3f8!kQ$z7Lw&pX2m",
        SIXTEEN_WITH_EIGHT_DIFFERENT,
    ],
)
def test_a_token_of_some_variety_is_one(database: Path, token: str) -> None:
    assert tokens_of(database, Settings(token=token)).writing == token


# file systems
# ------------------------------------------------------------------------------------------------------------

_WITHOUT_PERMISSIONS = """
import os, sys
opened = os.open
os.open = lambda path, flags, mode=0o777, **more: opened(
    path, flags, 0o777 if flags & os.O_CREAT else mode, **more
)
os.umask(0)
from rmos_migration.cli.app import run
sys.exit(run())
"""
"""The program on a file system that takes every file for everybody's, as FAT does."""


def test_where_a_file_cannot_be_kept_from_others_the_hint_names_the_variable(database: Path) -> None:
    command = [sys.executable, "-c", _WITHOUT_PERMISSIONS]
    done = subprocess.run(
        [*command, "token", "--new", "--database", database],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    assert "set RMOS_TOKEN" in done.stderr
    assert not any(one.exists() for one in own(database))
    with serving(database, command=command, token=None) as served:
        assert served.get(STATUS).status == 200
        assert served.ask("POST", f"{API}/patterns", JSON, body=b"{}").problem == "changes-off"
        assert "set RMOS_TOKEN" in served.logged()


def test_a_wide_file_is_told_of_with_both_ways_out(database: Path) -> None:
    tokens_of(database, Settings())
    writing, _ = own(database)
    writing.chmod(0o644)
    done = told(database)
    assert f"chmod 600 {writing}" in done.stderr
    assert "set RMOS_TOKEN" in done.stderr


def test_a_file_is_looked_at_and_read_by_the_same_handle(database: Path) -> None:
    """So nobody can change what is there in between."""
    tokens_of(database, Settings())
    writing, _ = places(database, Settings())
    opened = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).endswith(".token"):
            opened.append(arguments)

    watching = True
    sys.addaudithook(note)
    found = writing.token()
    watching = False
    assert found == own(database)[0].read_text().strip()
    assert len(opened) == 1
    assert int(str(opened[0][2])) & os.O_NOFOLLOW
    assert int(str(opened[0][2])) & os.O_NONBLOCK


def test_a_token_file_that_may_not_be_read_is_told_of(database: Path) -> None:
    tokens_of(database, Settings())
    own(database)[0].chmod(0o000)
    done = rmos("token", "--database", database, before=without_root_powers)
    assert done.returncode == 5
    assert "rmos.db.token" in done.stderr


def test_where_nothing_can_be_written_no_new_ones_are_made(database: Path) -> None:
    database.parent.chmod(0o555)
    try:
        done = rmos("token", "--new", "--database", database, before=without_root_powers)
    finally:
        database.parent.chmod(0o755)
    assert done.returncode == 5
    assert "RMOS_TOKEN" in done.stderr


def test_a_folder_that_is_not_there_is_told_of(database: Path) -> None:
    with pytest.raises(EnvironmentFailure):
        tokens_of(database.parent / "nowhere" / "rmos.db", Settings())


def test_it_refuses_what_the_server_refuses_where_both_are_the_same(database: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{GIVEN}\n")
    secret.chmod(0o600)
    file = str(secret)
    tokens_of(database, Settings())
    for settings in (
        {"RMOS_TOKEN": GIVEN, "RMOS_READING_TOKEN": GIVEN},
        {"RMOS_TOKEN": GIVEN, "RMOS_READING_TOKEN_FILE": file},
        {"RMOS_TOKEN_FILE": file, "RMOS_READING_TOKEN_FILE": file},
        {"RMOS_READING_TOKEN": own(database)[0].read_text().strip()},
    ):
        done = told(database, **settings)
        assert done.returncode == 2, settings
        assert "hold the same token" in done.stderr
        assert "in order" not in done.stdout
        assert GIVEN not in done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("verb", [("token",), ("token", "--new")])
def test_a_token_file_of_another_user_is_named_as_such(database: Path, verb: tuple[str, ...]) -> None:
    tokens_of(database, Settings())
    for one in own(database):
        os.chown(one, 65534, 65534)
    database.parent.chmod(0o1777)
    os.chown(database.parent, 65533, 65533)
    done = rmos(*verb, "--database", database, before=without_powers_over_others_files)
    assert done.returncode == 5
    assert f"{own(database)[0]}: it belongs to another user" in done.stderr
    assert "RMOS_TOKEN_FILE" in done.stderr
    assert "folder be written" not in done.stderr


def test_a_token_file_of_another_user_is_read_by_nobody_else(database: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    tokens_of(database, Settings())
    os.chown(own(database)[0], 65534, 65534)
    done = told(database)
    assert done.returncode == 2
    assert "belongs to another user" in done.stderr
    assert "RMOS_TOKEN_FILE" in done.stderr


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("verb", [("token",), ("token", "--new"), ("serve", "--port", "0", "--no-browser")])
def test_a_folder_in_the_place_of_a_token_file_is_named_as_such(
    database: Path, verb: tuple[str, ...], full: bool
) -> None:
    writing, _ = own(database)
    writing.mkdir()
    if full:
        (writing / "file").touch()
    done = rmos(*verb, "--database", database)
    assert done.returncode == 2
    assert f"{writing} is not a plain file" in done.stderr
    assert "folder be written" not in done.stderr


def test_a_token_file_that_its_own_user_may_not_read_gets_the_right_hint(database: Path) -> None:
    tokens_of(database, Settings())
    own(database)[0].chmod(0o000)
    done = rmos("token", "--database", database, before=without_root_powers)
    assert f"chmod 600 {own(database)[0]}" in done.stderr
    assert "folder be written" not in done.stderr
