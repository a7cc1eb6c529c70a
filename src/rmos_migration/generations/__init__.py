"""How older software wrote documents: one module a generation, the more specific ones first.

A generation is a module with a ``NAME`` and its ``FORMATS`` (``source_format.py``): for each kind of document
that it wrote, its markers, and the fallbacks for columns that it had no key for.
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
"""Every generation, the more specific ones first: if formats fit equally well, the first one counts."""


MOST_REMEMBERED = 1000
"""Sets of discriminators for which the formats are cached; real documents have a few dozen."""


class _FormatRegistry:
    """An entity's formats: the older ones, found by their discriminators, and the newest one."""

    def __init__(self, entity: Entity) -> None:
        forms: list[SourceFormat] = [
            form for module in GENERATIONS for form in module.FORMATS if form.entity is entity
        ]
        self.older, self.newest = forms[:-1], forms[-1]
        self.discriminators = frozenset(key for form in self.older for key in form.discriminators)
        self.by_keys: dict[frozenset[str], list[SourceFormat]] = {}

    def candidates(self, document: Mapping[str, Any]) -> list[SourceFormat]:
        """Return the older formats that have a discriminator in the document, in their order."""
        keys = self.discriminators.intersection(document)
        if not keys:
            return []
        forms = self.by_keys.get(keys)
        if forms is None:
            forms = [form for form in self.older if not keys.isdisjoint(form.discriminators)]
            if len(self.by_keys) < MOST_REMEMBERED:
                self.by_keys[keys] = forms
        return forms


_REGISTRIES = {entity: _FormatRegistry(entity) for entity in ENTITIES}


def recognise(entity: Entity, document: Mapping[str, Any]) -> SourceFormat | None:
    """Return the format in which a document is a record of ``entity``; None if no generation wrote it.

    Only formats with a discriminator in the document are tried, so a native document costs one look at its
    keys. A document that has everything native ones have is native, whatever keys it has besides; of the
    older formats that fit, the one for which most keys speak comes first.
    """
    registry = _REGISTRIES[entity]
    candidates = registry.candidates(document)
    if candidates:
        older = _fitting(document, candidates)
        if older and (older[0].reading is not None or not _is_complete(entity, document, older)):
            return older[0]
        for form in candidates:
            if form.strict and form.reading is None and form.fits(document):
                return form
    return registry.newest if registry.newest.fits(document) else None


def normalise(form: SourceFormat, document: Mapping[str, Any], file_id: str) -> Normalized:
    """Return a document in canonical form, given its format; ``file_id`` is its id if it has none of its own.

    No column depends on which of several formats that fit comes first: all of them add what they know.
    """
    if form.strict:
        return form.normalise(document, file_id)
    older = _fitting(document, _REGISTRIES[form.entity].candidates(document))
    return form.normalise(document, file_id, [other for other in older if other is not form])


def _fitting(document: Mapping[str, Any], candidates: list[SourceFormat]) -> list[SourceFormat]:
    """Return the older formats that a document has, the one that most of its keys speak for first."""
    fitting = [
        form for form in candidates if (form.reading is not None or not form.strict) and form.fits(document)
    ]
    if len(fitting) > 1:
        fitting.sort(key=lambda form: (form.reading is None, -form.weight(document)))
    return fitting


def _is_complete(entity: Entity, document: Mapping[str, Any], older: list[SourceFormat]) -> bool:
    """Tell whether every required field has a value under a key of its own (docs/domain.md, Generations).

    Keys that an older format claims for itself do not count, nor, where one is proved, those under
    which only older programs wrote objects and lists.
    """
    claimed = frozenset[str]().union(*(form.claims for form in older))
    is_proven = any(form.proves(document) for form in older)

    def stands_under(key: str, rule: FieldRule) -> bool:
        if key in claimed or is_absent(rule, document[key]) or is_absent_text(rule, key, document[key]):
            return False
        return (
            not is_proven or rule.source.kind is not FieldKind.JSON or key in (rule.native_key, rule.column)
        )

    return all(any(stands_under(key, rule) for key in keys_in(document, rule)) for rule in entity.required)


def newest(entity: Entity) -> SourceFormat:
    """Return the format in which the newest programs write records of ``entity``."""
    return _REGISTRIES[entity].newest


def nearest(entity: Entity, document: Mapping[str, Any]) -> SourceFormat:
    """Return the format closest to a document that fits none: an older one, or the newest."""
    registry = _REGISTRIES[entity]
    candidates = [
        form
        for form in registry.candidates(document)
        if form.markers[0].found_in(document) and form.missing(document)
    ]
    return min([*candidates, registry.newest], key=lambda form: len(form.missing(document)))


__all__ = ["GENERATIONS", "Normalized", "SourceFormat", "nearest", "newest", "normalise", "recognise"]
