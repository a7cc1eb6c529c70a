"""The models' validation errors, in our words."""

from typing import Any

from pydantic_core import ErrorDetails

from ..diagnostics import shown

_SENTENCES = {
    "string_type": "must be text",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must not hold control characters",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be less than {lt:g}",
    "finite_number": "must be finite",
}


def validation_message(key: str, value: Any, problem: ErrorDetails) -> str:
    """Return the message for a validation error of a value under a key."""
    kind = problem["type"]
    if isinstance(value, str) and not value.strip():
        return f"{key} must not be blank, found {shown(value)}"
    rule = _SENTENCES.get(kind, f"cannot be used ({kind})").format(**problem.get("ctx", {}))
    return f"{key} {rule}, found {shown(value)}"
