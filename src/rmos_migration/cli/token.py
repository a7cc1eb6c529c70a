"""rmos token: where the tokens of the server are."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RmosError
from ..store.database import database_at
from . import console
from .options import DatabaseOption, load_settings

if TYPE_CHECKING:
    from ..api.tokens import TokenPlace

HELP = """The one for changes is enough for everything. The one for reading is for those who shall look and change nothing. They come
from RMOS_TOKEN and RMOS_READING_TOKEN, from the files that RMOS_TOKEN_FILE and RMOS_READING_TOKEN_FILE name, or from files
beside the database that only their owner may read, which the server makes on its first start.

\b
Examples:
  rmos token
  rmos token --new    the old ones are good for nothing from now on
"""


def token(
    database: DatabaseOption = None,
    new: Annotated[
        bool, typer.Option("--new", help="Make new ones in the files beside the database.")
    ] = False,
) -> None:
    """Tell of the tokens, or make new ones."""
    from ..api.tokens import check_different, places

    settings = load_settings(database=database)
    both = places(database_at(settings.database).beside(""), settings)
    if new:
        _renew(both)
    found, failures = [], []
    for one in both:
        try:
            found.append((one, one.token(make=False)))
        except RmosError as error:
            failures.append(error)
    if not failures:
        check_different(both, [token for _, token in found])
    for one, token in found:
        console.say(f"for {one.purpose}: {_words(one, token)}")
    if new and not failures:
        console.say(
            "The old ones are good for nothing. A server that runs takes none any more: start it again."
        )
    for failure in failures[1:]:
        console.print_error(failure)
    if failures:
        raise failures[0]


def _renew(both: Sequence["TokenPlace"]) -> None:
    """Make new tokens where they are ours to make; raise what says where the one for changes is if none of them is."""
    ours = [one for one in both if one.is_own] or both[:1]
    for one in ours:
        one.renew()


def _words(place: "TokenPlace", token: str | None) -> str:
    if token is None and place.own is None:
        return f"none; {place.variable} sets one"
    if token is None:
        return f"none yet in {place}; rmos serve makes it"
    owner = ", which only its owner may read" if place.is_own and os.name == "posix" else ""
    return f"{place}{owner}: in order, {len(token)} characters"
