"""How a run that is started through the API is to be done."""

from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..diagnostics import CATALOGUE
from ..migrate.options import Limit, Options
from ..settings import Settings
from .problems import MOST_FAULTS, Problem, invalid_field


class RunOrder(BaseModel):
    """How a run is to be done; what is not said is as ``rmos.toml`` says, or as usual."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    dry_run: bool = False
    """Do everything, and keep nothing."""
    all_or_nothing: bool = False
    on_conflict: Literal["keep", "replace", "reject"] | None = None
    missing_references: Literal["detach", "reject"] | None = None
    max_rejects: str | None = Field(default=None, max_length=20)
    """A number, or a percentage such as ``5%``."""
    encoding: str | None = Field(default=None, max_length=40)
    rehash: bool = False

    def options(self, configured: Settings) -> Options:
        """Return a run's options: what the order says, else what the server's settings say.

        Raises:
            UsageError: if the limit of rejects is neither a number nor a percentage.
        """
        said = self.model_dump()
        chosen = {name: value or getattr(configured, name, value) for name, value in said.items()}
        if chosen["max_rejects"] is not None:
            Limit.parse(
                chosen["max_rejects"], "max_rejects"
            )  # so that a message names the field, not the command line's option
        return Options.from_json(chosen)


def order_from(body: Any) -> RunOrder:
    """Return the order in a request's body.

    Raises:
        Problem: if it is invalid.
    """
    try:
        return RunOrder.model_validate_json(orjson.dumps(body), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        faults = [
            invalid_field(one["msg"], "".join(f"/{step}" for step in one["loc"]))
            for one in found[:MOST_FAULTS]
        ]
        hint, total = CATALOGUE["field-invalid"].hint, error.error_count()
        raise Problem("invalid", faults[0].message, hint, errors=faults, errors_total=total) from None
