"""Settings: defaults < rmos.toml < environment < command line flags. Knows nothing of SQL or the terminal."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import UsageError

SETTINGS_FILE = "rmos.toml"


class Settings(BaseSettings):
    """What a workshop may set once: in ``rmos.toml``, or in the environment as ``RMOS_SOURCE`` and so on.

    An empty variable counts as none: schedulers and containers pass on what was not set as an empty text.
    """

    model_config = SettingsConfigDict(
        env_prefix="RMOS_",
        env_ignore_empty=True,
        toml_file=SETTINGS_FILE,
        extra="forbid",
        populate_by_name=True,
    )

    database: str = Field(
        default="sqlite:///rmos.db",
        validation_alias=AliasChoices("RMOS_DATABASE_URL", "DATABASE_URL"),
        description="where the database is: a SQLAlchemy URL or a path",
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

    @field_validator("source", mode="before")
    @classmethod
    def _source_is_named(cls, source: object) -> object:
        return named_folder(source) if isinstance(source, str) else source

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then ``rmos.toml`` in the current folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def named_folder(name: str | Path) -> Path:
    """Return the folder that somebody names.

    Raises:
        UsageError: if the name is empty; the system would take it for the current folder.
    """
    if isinstance(name, str) and not name.strip():
        hint = "name the folder that holds patterns, strip_families, joblogs; . is the current folder"
        raise UsageError("no folder is named: the name is empty", hint)
    return Path(name)


def load_settings(**flags: object) -> Settings:
    """The settings with the flags that were given (those not None) on top.

    Raises:
        UsageError: if ``rmos.toml`` or the environment holds something that cannot be used.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in first["loc"])
        raise UsageError(
            f"setting {name}: {first['msg']}", f"correct it in {SETTINGS_FILE} or the environment"
        ) from None
    except ValueError as error:  # rmos.toml is no TOML
        raise UsageError(f"{SETTINGS_FILE} cannot be read: {error}", "correct the file") from None
