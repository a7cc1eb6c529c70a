"""``docs/generations.md``: which programs' documents are known, and by what."""

import inspect
from collections.abc import Iterator

from rmos_migration.generations import GENERATIONS, SourceFormat
from rmos_migration.generations.unrecognised import STRANGERS


def page() -> Iterator[str]:
    """Yield the page's lines, from the modules of the package ``generations``."""
    yield from (
        "# Generations",
        "",
        "Which programs wrote a document is found out from the document alone, never from its path. Where",
        "several forms fit, the one counts for which most of the document's keys speak, and among equals the",
        "first in this order; no column hangs on that, because the others say what they know as well. `rmos",
        "inspect FILE` says which form it is, and which keys show it. A document that has every required",
        "field as the newest programs write it is native, whatever keys of older programs it has besides.",
        "This page is made from the modules in `generations/` by `make docs`; CONTRIBUTING.md shows how to",
        "add one.",
    )
    for module in GENERATIONS:
        yield from ("", f"## {module.NAME}", "", inspect.getdoc(module) or "", "")
        yield from (f"- {_told(form)}" for form in module.FORMATS)
    yield from (
        "",
        "## What is no record",
        "",
        "Documents that no generation wrote are not loaded. Where one of these keys is there, the message",
        "says what the document looks like. So are the files `_index.json` and `*_advisory_*.json`, which",
        "RMOS kept beside its runs.",
        "",
    )
    for stranger in STRANGERS:
        signs = " and ".join(f"`{sign}`" for sign in stranger.markers)
        signs += "".join(f", but no `{key}`" for key in stranger.without)
        yield f"- {stranger.looks_like}: {signs}"


def _told(form: SourceFormat) -> str:
    signs = " and ".join(f"`{sign}`" for sign in form.markers)
    against = f", unless there are {' or '.join(f'`{sign}`' for sign in form.unless)}" if form.unless else ""
    return f"a {form.entity.label} has {signs}{against}"
