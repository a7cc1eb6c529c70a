"""How older software wrote documents: one module a generation, the more specific ones first.

A generation is a module with a ``NAME`` and its ``FORMS`` (``form.py``): for each kind of document it wrote, what
shows it, and what serves for columns it had no key for.
"""

from collections.abc import Mapping
from typing import Any

from ..entities import ENTITIES, Entity, FieldKind, FieldRule
from . import (
    art_jobs,
    art_library,
    cam_jobs,
    catalogue,
    diameters,
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
    rosette_wheel,
    rtl_concept,
    run_with_steps,
    saw_lab,
    shop_artifacts,
    snapshots,
    wave_20,
)
from .field_plan import is_absent, is_absent_text, keys_in
from .normalized import Normalized
from .source_format import SourceFormat

GENERATIONS = (
    export,
    shop_artifacts,
    rmos_runs,
    n14_export,
    cam_jobs,
    art_jobs,
    export_queue,
    live_events,
    rosette_wheel,
    art_library,
    snapshots,
    rmos_2,
    diameters,
    rtl_concept,
    saw_lab,
    run_with_steps,
    phase_1,
    mm,
    n11_rosette,
    catalogue,
    wave_20,
    n8_n10,
    native,
)
"""Every generation, the more specific before the less: where forms fit equally well, the first is the document's."""


MOST_REMEMBERED = 1000
"""Sets of telling keys for which the forms are remembered; real documents have a few dozen."""


class _FormatRegistry:
    """An entity's forms: the older ones, found by their telling keys, and the newest one."""

    def __init__(self, entity: Entity) -> None:
        forms: list[SourceFormat] = [
            form for module in GENERATIONS for form in module.FORMS if form.entity is entity
        ]
        self.older, self.newest = forms[:-1], forms[-1]
        self.telling = frozenset(key for form in self.older for key in form.telling_keys)
        self.told_by: dict[frozenset[str], list[SourceFormat]] = {}

    def told(self, document: Mapping[str, Any]) -> list[SourceFormat]:
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


_LINE_UPS = {entity: _FormatRegistry(entity) for entity in ENTITIES}


def recognise(entity: Entity, document: Mapping[str, Any]) -> SourceFormat | None:
    """The form in which a document is a record of ``entity``; None if no generation wrote it.

    Only forms are tried whose telling key is there, so a native document costs one look at its keys. A document that
    has all that native ones have is held to it, whatever keys it has besides; of older forms that fit, the one for which
    most keys speak comes first.
    """
    line_up = _LINE_UPS[entity]
    told = line_up.told(document)
    if told:
        older = _fitting(document, told)
        if older and (older[0].reading is not None or not _is_complete(entity, document, older)):
            return older[0]
        for form in told:
            if form.strict and form.reading is None and form.fits(document):
                return form
    return line_up.newest if line_up.newest.fits(document) else None


def draft_of(form: SourceFormat, document: Mapping[str, Any], file_id: str) -> Normalized:
    """The canonical form of a document whose form was recognised; ``file_id`` is its id where it has none of its own.

    No column hangs on which of several forms that fit comes first: all of them say what they know.
    """
    if form.strict:
        return form.normalise(document, file_id)
    older = _fitting(document, _LINE_UPS[form.entity].told(document))
    return form.normalise(document, file_id, [other for other in older if other is not form])


def _fitting(document: Mapping[str, Any], told: list[SourceFormat]) -> list[SourceFormat]:
    """The older forms that a document has, the one that most of its keys speak for first."""
    fitting = [form for form in told if (form.reading is not None or not form.strict) and form.fits(document)]
    if len(fitting) > 1:
        fitting.sort(key=lambda form: (form.reading is None, -form.weight(document)))
    return fitting


def _is_complete(entity: Entity, document: Mapping[str, Any], older: list[SourceFormat]) -> bool:
    """Return whether every required field has a value under a key of its own (docs/domain.md, Generations).

    Keys that an older format claims for itself do not count, nor, where one is proved, those under
    which only older programs wrote objects and lists.
    """
    claimed = frozenset[str]().union(*(form.claims for form in older))
    is_proven = any(form.proves(document) for form in older)

    def stands_under(key: str, rule: FieldRule) -> bool:
        if key in claimed or is_absent(rule, document[key]) or is_absent_text(rule, key, document[key]):
            return False
        return not is_proven or rule.found.kind is not FieldKind.JSON or key in (rule.native_key, rule.column)

    return all(any(stands_under(key, rule) for key in keys_in(document, rule)) for rule in entity.required)


def newest(entity: Entity) -> SourceFormat:
    """The form in which the newest programs write records of ``entity``."""
    return _LINE_UPS[entity].newest


def nearest(entity: Entity, document: Mapping[str, Any]) -> SourceFormat:
    """The form a document that fits none comes closest to: an older one whose telling key it has, or the newest."""
    line_up = _LINE_UPS[entity]
    told = [
        form for form in line_up.told(document) if form.signs[0].found_in(document) and form.missing(document)
    ]
    return min([*told, line_up.newest], key=lambda form: len(form.missing(document)))


__all__ = ["GENERATIONS", "Normalized", "SourceFormat", "draft_of", "nearest", "newest", "recognise"]
