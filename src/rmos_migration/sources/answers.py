"""What a program's answer says of itself, around the records in it."""

from collections.abc import Mapping
from typing import Any

from ..diagnostics import shown
from .faults import Fault
from .pointers import below

_NO = ("false", "no", "0")


def failure_in(answer: Mapping[str, Any], pointer: str) -> Fault | None:
    """What is to be said of a record in an answer that says that the program failed; None where it does not."""
    flag = answer.get("success")
    if flag is None or flag is True or str(flag).strip().lower() not in _NO:
        return None
    message = f"the answer around the record says success: {shown(flag)}; the record is taken all the same"
    return Fault("answer-failed", message, pointer=below(pointer, "success"))
