"""How older software wrote documents: one module a generation, the more specific ones first.

A generation is a module with a ``NAME`` and its ``FORMS`` (``form.py``): for each kind of document it wrote, what
shows it, and what serves for columns it had no key for.
"""

from collections.abc import Mapping
from typing import Any

from ..entities import ENTITIES, Entity
from . import (
    art_jobs,
    cam_jobs,
    catalogue,
    export,
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
    export,
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


MOST_REMEMBERED = 1000
"""Sets of telling keys for which the forms are remembered; real documents have a few dozen."""


class _LineUp:
    """An entity's forms: the older ones, found by their telling keys, and the newest one."""

    def __init__(self, entity: Entity) -> None:
        forms: list[Form] = [form for module in GENERATIONS for form in module.FORMS if form.entity is entity]
        self.older, self.newest = forms[:-1], forms[-1]
        self.telling = frozenset(key for form in self.older for key in form.telling_keys)
        self.told_by: dict[frozenset[str], list[Form]] = {}

    def told(self, document: Mapping[str, Any]) -> list[Form]:
        """The older forms that have a telling key in the document, in their order."""
        keys = self.telling.intersection(document)
        if not keys:
            return []
        forms = self.told_by.get(keys)
        if forms is None:
            forms = [form for form in self.older if not keys.isdisjoint(form.telling_keys)]
            if len(self.told_by) < MOST_REMEMBERED:
                self.told_by[keys] = forms
        return forms


_LINE_UPS = {entity: _LineUp(entity) for entity in ENTITIES}


def recognise(entity: Entity, document: Mapping[str, Any]) -> Form | None:
    """The form in which a document is a record of ``entity``; None if no generation wrote it.

    Only forms are tried whose telling key is there, so a native document costs one look at its keys. A document that
    has all that native ones have, under their keys, is held to it, whatever keys it has besides.
    """
    line_up = _LINE_UPS[entity]
    for form in line_up.told(document):
        if form.fits(document) and (form.strict or not _is_complete(entity, document)):
            return form
    return line_up.newest if line_up.newest.fits(document) else None


def _is_complete(entity: Entity, document: Mapping[str, Any]) -> bool:
    """Whether every required field stands under its native key with a value that counts as there."""
    return all(not is_absent(rule, document.get(rule.native_key)) for rule in entity.required)


def newest(entity: Entity) -> Form:
    """The form in which the newest programs write records of ``entity``."""
    return _LINE_UPS[entity].newest


def nearest(entity: Entity, document: Mapping[str, Any]) -> Form:
    """The form a document that fits none comes closest to: an older one whose telling key it has, or the newest."""
    line_up = _LINE_UPS[entity]
    told = [
        form for form in line_up.told(document) if form.signs[0].found_in(document) and form.missing(document)
    ]
    return min([*told, line_up.newest], key=lambda form: len(form.missing(document)))


__all__ = ["GENERATIONS", "Draft", "Form", "nearest", "newest", "recognise"]
