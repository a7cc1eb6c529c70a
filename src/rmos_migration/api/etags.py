"""Entity tags (RFC 9110): which version of a record a caller has, or wants to change."""

import re
from collections.abc import Sequence

from ..editing import edit
from ..store.records import Row

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*(?:,[ \t]*)+{_TAG})*[ \t,]*")
"""Tags with commas between them; a tag may contain a comma, too."""


def etag(row: Row) -> str:
    """Return a row's tag as the header ``ETag``."""
    return f'"{edit.tag_of(row)}"'


def is_known(row: Row, if_none_match: Sequence[str]) -> bool:
    """Tell whether the lines of ``If-None-Match`` name a record's tag; weak tags count (weak comparison)."""
    listed = ",".join(if_none_match)
    return listed.strip() == edit.ANY or etag(row) in {one.removeprefix("W/") for one in _tags_in(listed)}


def named(if_match: Sequence[str]) -> frozenset[str]:
    """Return the tags that the lines of ``If-Match`` name, without quotes.

    Weak tags are left out, since they say too little for a change (strong comparison). Without the header,
    every tag is named.
    """
    listed = ",".join(if_match)
    if not if_match or listed.strip() == edit.ANY:
        return frozenset({edit.ANY})
    return frozenset(one.strip('"') for one in _tags_in(listed) if one.startswith('"')) - {edit.ANY}


def _tags_in(listed: str) -> list[str]:
    """Return the tags of a list; nothing for a malformed list, so that nothing is changed on a guess."""
    return re.findall(_TAG, listed) if _LIST.fullmatch(listed) else []
