"""How older software wrote documents: one module a generation, the more specific ones first.

A generation is a module with a ``NAME`` and its ``FORMS`` (``form.py``): for each kind of document it wrote, what
shows it, and what serves for columns it had no key for.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..entities import ENTITIES, Entity
from . import (
    art_jobs,
    cam_jobs,
    catalogue,
    export_queue,
    live_events,
    mm,
    n8_n10,
    n11_rosette,
    n14_export,
    native,
    phase_1,
    rmos_2,
    rmos_runs,
    rtl_concept,
    saw_lab,
    wave_20,
)
from .draft import Draft
from .form import Form
from .plan import is_absent

GENERATIONS = (
    rmos_runs,
    n14_export,
    cam_jobs,
    art_jobs,
    export_queue,
    live_events,
    rtl_concept,
    saw_lab,
    phase_1,
    mm,
    n11_rosette,
    catalogue,
    wave_20,
    rmos_2,
    n8_n10,
    native,
)
"""Every generation, the more specific before the less: the first form that fits a document is its own."""


class _LineUp(NamedTuple):
    """An entity's forms: older ones by their telling keys (with their places in the order), and the newest one."""

    telling: frozenset[str]
    by_key: dict[str, list[tuple[int, Form]]]
    newest: Form


def _line_up(entity: Entity) -> _LineUp:
    *older, newest = [form for module in GENERATIONS for form in module.FORMS if form.entity is entity]
    by_key: dict[str, list[tuple[int, Form]]] = {}
    for place, form in enumerate(older):
        for key in form.telling_keys:
            by_key.setdefault(key, []).append((place, form))
    return _LineUp(frozenset(by_key), by_key, newest)


_LINE_UPS = {entity: _line_up(entity) for entity in ENTITIES}


def recognise(entity: Entity, document: Mapping[str, Any]) -> Form | None:
    """The form in which a document is a record of ``entity``; None if no generation wrote it.

    Only forms are tried whose telling key is there, so a native document costs one look at its keys. A document that
    has all that native ones have, under their keys, is held to it, whatever keys it has besides.
    """
    telling, by_key, newest = _LINE_UPS[entity]
    if not telling.isdisjoint(document):
        is_complete = _is_complete(entity, document)
        candidates = dict(candidate for key in document if key in by_key for candidate in by_key[key])
        for place in sorted(candidates):
            form = candidates[place]
            if form.fits(document) and (form.strict or not is_complete):
                return form
    return newest if newest.fits(document) else None


def _is_complete(entity: Entity, document: Mapping[str, Any]) -> bool:
    """Whether every required field stands under its native key with a value that counts as there."""
    return all(not is_absent(rule, document.get(rule.native_key)) for rule in entity.required)


def newest(entity: Entity) -> Form:
    """The form in which the newest programs write records of ``entity``."""
    return _LINE_UPS[entity].newest


def nearest(entity: Entity, document: Mapping[str, Any]) -> Form:
    """The form a document that fits none comes closest to: an older one whose telling key it has, or the newest."""
    _, by_key, newest = _LINE_UPS[entity]
    candidates = dict(candidate for key in document if key in by_key for candidate in by_key[key])
    told = [candidates[place] for place in sorted(candidates)]
    told = [form for form in told if form.signs[0].found_in(document) and form.missing(document)]
    return min([*told, newest], key=lambda form: len(form.missing(document)))


__all__ = ["GENERATIONS", "Draft", "Form", "nearest", "newest", "recognise"]
