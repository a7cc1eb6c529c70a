"""Settings: defaults < rmos.toml < environment < command line flags. Knows nothing of SQL or the terminal."""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from .diagnostics import printable
from .errors import UsageError

SETTINGS_FILE = "rmos.toml"

_LARGEST = 64 * 1024
"""Bytes of a settings file; a larger one is none."""

_LONGEST = {"database": 4096, "source": 4096}
_LONGEST_WORD = 100
"""Characters of a text in a settings file: of a path, and of any other."""

_LARGEST_NUMBER = 2**63 - 1

_SQLITE = "sqlite:///"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BARE = re.compile(
    r"^[ \t]*(database|source|on_conflict|missing_references|encoding)[ \t]*=[ \t]*([^\s\"'#\[{][^\"'#\r\n]{0,200}?)[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)
"""A text that stands without quotes."""

_QUOTES_HINT = "in double quotes a backslash begins an escape: write the path in single quotes, or with /"


class Settings(BaseModel):
    """What a workshop may set once: in ``rmos.toml``, or in the environment as ``RMOS_SOURCE`` and so on.

    Values that are given go before those of the environment; ``settings_in_force`` puts ``rmos.toml`` below both.
    """

    # Not pydantic-settings: its import takes longer than the rest of a short command's settings and options together.
    model_config = ConfigDict(extra="forbid")

    database: str = Field(
        default="sqlite:///rmos.db", description="where the database is: a SQLAlchemy URL or a path"
    )
    source: Path = Field(default=Path("data/rmos_legacy"), description="the legacy folder")
    on_conflict: Literal["keep", "replace", "reject"] = "keep"
    missing_references: Literal["detach", "reject"] = "detach"
    max_rejects: str | None = Field(default=None, coerce_numbers_to_str=True)
    encoding: str | None = None
    token: SecretStr | None = Field(default=None, description="what changes through the dashboard need")
    token_file: Path | None = Field(default=None, description="a file that holds it")
    reading_token: SecretStr | None = Field(default=None, description="what is enough for reading")
    reading_token_file: Path | None = Field(default=None, description="a file that holds it")

    @field_validator("database", mode="before")
    @classmethod
    def _database_is_a_place(cls, database: object) -> object:
        if not isinstance(database, str):
            return database
        if database.startswith(_SQLITE):
            return _SQLITE + _at_home(database.removeprefix(_SQLITE))
        return _at_home(database)

    @field_validator("source", mode="before")
    @classmethod
    def _source_is_named(cls, source: object) -> object:
        return named_folder(_at_home(source)) if isinstance(source, str) else source

    @model_validator(mode="before")
    @classmethod
    def _below_what_is_given(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**_in_environment(cls.model_fields), **given}


def _in_environment(names: Iterable[str]) -> dict[str, str]:
    """Return the settings that the environment holds, whose variables may be written in any case.

    An empty variable counts as not set: schedulers and containers pass on what was not set as an empty text.
    """
    environment = {variable.lower(): value for variable, value in os.environ.items() if value}
    held = {}
    for name in names:
        variables = [f"rmos_{name}"]
        if name == "database":
            variables = ["rmos_database_url", "database_url", *variables]
        if (found := next((environment[one] for one in variables if one in environment), None)) is not None:
            held[name] = found
    return held


_OF_THE_FILE = tuple(name for name in Settings.model_fields if "token" not in name)
"""What ``rmos.toml`` may set. It lies in whatever folder one stands in, so it says nothing of who may change something."""


@dataclass(frozen=True)
class InForce:
    """The settings, and what of them ``rmos.toml`` says: by name, empty where there is none or all of it is overruled."""

    settings: Settings
    from_file: Mapping[str, object] = field(default_factory=dict)


def named_folder(name: str | Path) -> Path:
    """Return the folder that somebody names.

    Raises:
        UsageError: if the name is empty; the system would take it for the current folder.
    """
    if isinstance(name, str) and not name.strip():
        hint = "name the folder that holds patterns, strip_families, joblogs; . is the current folder"
        raise UsageError("no folder is named: the name is empty", hint)
    return Path(name)


def settings_in_force(**flags: object) -> InForce:
    """Return the settings with the flags that were given (those not None) on top.

    Raises:
        UsageError: if ``rmos.toml``, the environment or a flag holds something that cannot be used.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    above = without_file(**given)
    told = {
        name: value
        for name, value in _in_file(Path(SETTINGS_FILE)).items()
        if name not in above.model_fields_set
    }
    if not told:
        return InForce(above)
    return InForce(_settings(SETTINGS_FILE, {**told, **given}), told)


def without_file(**given: Any) -> Settings:
    """Return the settings of the environment, with ``given`` on top, whatever ``rmos.toml`` says.

    Raises:
        UsageError: if one of them cannot be used.
    """
    return _settings("the environment", given)


def _settings(where: str, given: Mapping[str, Any]) -> Settings:
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        value = f" = {first['input']!r}" if isinstance(first["input"], str | int | float) else ""
        if where != SETTINGS_FILE and name in given:
            where = "the command"
        raise UsageError(printable(f"setting {name}{value}: {said}"), f"correct it in {where}") from None


def _at_home(path: str) -> str:
    """The path with ``~`` at its beginning written out, which a shell does not do inside quotes."""
    return os.path.expanduser(path) if re.match(r"~(?:[/\\]|\Z)", path) else path  # noqa: PTH111 - a text may be a URL's


def _in_file(file: Path) -> dict[str, object]:
    """What a settings file says; nothing, where there is none.

    Raises:
        UsageError: if it cannot be read, is no TOML, or sets what there is not.
    """
    raw = _bytes_of(file)
    if raw is None:
        return {}
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:200]:
        raise UsageError(f"{file} is written in UTF-16", "save it as UTF-8")
    try:
        told = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{file}, line {line}: a byte that is not UTF-8", "save it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # also of numbers with thousands of digits
        hint = _hint_of_faulty(raw)
        raise UsageError(printable(f"{file} cannot be read: {error}"), hint) from None
    for name, value in told.items():
        _refuse_unknown(file, name)
        if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
            raise UsageError(f"{file} sets {name} to a number that is too large", "write a smaller one")
        if isinstance(value, str) and len(value) > _LONGEST.get(name, _LONGEST_WORD):
            raise UsageError(
                f"{file} sets {name} to a text of {len(value):,} characters", "write a shorter one"
            )
        if isinstance(value, str) and (found := _CONTROL.search(value)):
            said = f"{file} sets {name} = {value!r}, with a control character, U+{ord(found[0]):04X}"
            raise UsageError(printable(said), _QUOTES_HINT)
    return told


def _hint_of_faulty(raw: bytes) -> str:
    """What to do about a file that is no TOML."""
    if b"\\" in raw:
        return _QUOTES_HINT
    if found := _BARE.search(raw.decode("utf-8", "replace")):
        return f'put the text in quotes, as in: {found[1]} = "{found[2]}"'
    return 'write a setting on each line, as in: source = "legacy"'


def _bytes_of(file: Path) -> bytes | None:
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as opened:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UsageError(f"{file} is not a file", "move it away, or work in another folder")
            raw = opened.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise UsageError(f"{file} is not a file", "move it away, or work in another folder") from None
    except OSError as error:
        hint = "check its permissions, or work in another folder"
        raise UsageError(f"{file} cannot be read: {error.strerror}", hint) from None
    if len(raw) > _LARGEST:
        raise UsageError(f"{file} is larger than {_LARGEST // 1024} KiB", "keep only the settings in it")
    return raw


def _refuse_unknown(file: Path, name: str) -> None:
    if name in _OF_THE_FILE:
        return
    if name in Settings.model_fields:
        raise UsageError(
            f"{file} sets {name}, which is not taken from a file that anybody may put into a folder",
            f"take it out, and set RMOS_{name.upper()} instead",
        )
    close = get_close_matches(name.lower().replace("-", "_"), _OF_THE_FILE, 1)
    hint = f"did you mean {close[0]}?" if close else f"it may set {', '.join(_OF_THE_FILE)}"
    raise UsageError(printable(f"{file} sets {name}, which is not a setting"), hint)
