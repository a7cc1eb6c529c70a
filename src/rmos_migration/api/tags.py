"""Entity tags (RFC 9110): which version of a record a caller has, or means to change."""

from ..editing import edit
from ..store.records import Row


def etag(row: Row) -> str:
    """A row's tag as the header ``ETag``."""
    return f'"{edit.tag_of(row)}"'


def is_known(row: Row, if_none_match: str | None) -> bool:
    """Whether the caller has a record as it is, by ``If-None-Match``."""
    known = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    return not known.isdisjoint({edit.ANY, etag(row)})


def named(if_match: str | None) -> str:
    """The tag that ``If-Match`` names, which may be none of any row's; without the header, any."""
    tag = edit.ANY if if_match is None else if_match.strip().removeprefix("W/")
    return tag if tag == edit.ANY else tag.strip('"')
