"""How a generation is declared: its source formats, their markers and fallbacks."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ..entities import Entity, FieldRule
from ..rosette import unwrapped
from .canonical import canonical
from .normalized import Fallbacks, Normalized

Document = Mapping[str, Any]


class Marker(NamedTuple):
    """Something that shows a format: one of some keys, or a key like a pattern, with a value that holds."""

    keys: tuple[str, ...]
    holds: Callable[[Any], bool] | None = None
    pattern: re.Pattern[str] | None = None
    label: str = ""

    def found_in(self, document: Document) -> str:
        """Return the key that matches, or an empty text."""
        for key in self.keys:
            if key in document and (self.holds is None or self.holds(document[key])):
                if key == "type" and "data" in document:  # of an event, not a job (docs/domain.md, Fields)
                    continue
                return key
        if self.pattern is not None:
            return next((key for key in document if self.pattern.fullmatch(key)), "")
        return ""

    def __str__(self) -> str:
        return self.label or " or ".join(self.keys)


def key(*keys: str, holds: Callable[[Any], bool] | None = None, label: str = "") -> Marker:
    """Make a marker of keys, one of which must be there, with a value for which ``holds`` is true."""
    return Marker(keys, holds, label=label)


def key_like(pattern: str, label: str) -> Marker:
    """Make a marker of a key that matches a regular expression."""
    return Marker((), pattern=re.compile(pattern), label=label)


def a_value(value: Any) -> bool:
    """Tell whether a value is not null."""
    return value is not None


def a_text(value: Any) -> bool:
    """Tell whether a value is text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def an_object(value: Any) -> bool:
    """Tell whether a value is an object that is not empty."""
    return isinstance(value, dict) and bool(value)


def a_list(value: Any) -> bool:
    """Tell whether a value is a list, perhaps an empty one."""
    return isinstance(value, list)


def objects(value: Any) -> bool:
    """Tell whether a value is a list of one or more objects, or PowerShell 5.1's form of such a list."""
    value = unwrapped(value)
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


@dataclass(frozen=True, eq=False)
class SourceFormat:
    """One kind of document that a generation wrote.

    Attributes:
        generation: the generation's name.
        entity: what the documents are records of.
        markers: what all its documents have. The first holds the discriminators, keys that no document of the
            newest generation has.
        unless: markers that no document of the format has.
        fallbacks: returns the values of fields that are under none of their keys.
        ignored: keys that mean something else here.
        marks: more keys that hardly any other program wrote. If several formats fit, the one with most of
            these keys comes first.
        claims: other keys of required fields under which these programs wrote them. A document that has a
            required field only there is theirs, and not a native one.
        faint: discriminators that prove nothing alone: without another one, the format comes after all
        others.
        strict: whether documents must have the entity's required fields, as only the newest programs always
            wrote them.
        reading: makes the record of a document and its file's id if the shared rules do not fit.
    """

    generation: str
    entity: Entity
    markers: tuple[Marker, ...]
    unless: tuple[Marker, ...] = ()
    fallbacks: Callable[[Document], Fallbacks] | None = None
    ignored: frozenset[str] = field(default=frozenset())
    marks: frozenset[str] = field(default=frozenset())
    claims: frozenset[str] = field(default=frozenset())
    faint: frozenset[str] = field(default=frozenset())
    strict: bool = False
    reading: Callable[[Document, str], Normalized] | None = None

    def evidence(self, document: Document) -> tuple[str, ...]:
        """Return the keys that show the format; nothing if a marker is missing."""
        found = [marker.found_in(document) for marker in self.markers]
        return tuple(dict.fromkeys(found)) if all(found) and not self._is_excluded(document) else ()

    def fits(self, document: Document) -> bool:
        """Tell whether the document has this form."""
        if self._at_once is not None and document.keys() >= self._at_once:
            return True
        for marker in self.markers:
            if not marker.found_in(document):
                return False
        return not self._is_excluded(document)

    def missing(self, document: Document) -> list[str]:
        """Return the markers that are missing, in words."""
        return [str(marker) for marker in self.markers if not marker.found_in(document)]

    @property
    def discriminators(self) -> tuple[str, ...]:
        """The keys of which every document of this format has at least one."""
        return self.markers[0].keys

    def weight(self, document: Document) -> int:
        """Count the keys of a document that speak for this format."""
        if not self.proves(document):
            return 0
        patterned = sum(
            bool(marker.found_in(document)) for marker in self.markers if marker.pattern is not None
        )
        return len(self._speaking.intersection(document)) + patterned

    def proves(self, document: Document) -> bool:
        """Tell whether a document has a key that only these programs wrote."""
        return not self.faint or any(key in document for key in self.discriminators if key not in self.faint)

    def normalise(
        self, document: Document, file_id: str, beside: Sequence["SourceFormat"] = ()
    ) -> Normalized:
        """Return a document in canonical form.

        Args:
            document: a document of this format.
            file_id: its id if it has none of its own.
            beside: other formats that it has as well, whose fallbacks are used if this one has none.
        """
        if self.reading is not None:
            return self.reading(document, file_id)
        fallbacks = self.fallbacks(document) if self.fallbacks is not None else {}
        if beside:
            fallbacks = _merged(
                [fallbacks, *(form.fallbacks(document) for form in beside if form.fallbacks is not None)]
            )
        ignored = self.ignored
        for fallback in fallbacks.values():
            if fallback.before:
                ignored = ignored.union(fallback.before)
        return canonical(
            self.entity, document, file_id, required=self.required, fallbacks=fallbacks, ignored=ignored
        )

    def _is_excluded(self, document: Document) -> bool:
        return any(marker.found_in(document) for marker in self.unless)

    @cached_property
    def _speaking(self) -> frozenset[str]:
        return self.marks.union(self.discriminators)

    @cached_property
    def required(self) -> tuple[FieldRule, ...]:
        """The fields that must hold something."""
        return self.entity.required if self.strict else self.entity.always_required

    @cached_property
    def _at_once(self) -> frozenset[str] | None:
        """The first key of each marker, if these show the format: most documents have exactly these."""
        if self.unless or any(marker.holds or marker.pattern for marker in self.markers):
            return None
        first = frozenset(marker.keys[0] for marker in self.markers)
        return first if "type" not in first else None  # its meaning depends on the other keys


def _merged(offered: Iterable[Fallbacks]) -> Fallbacks:
    """Merge the fallbacks of several formats: what a document says goes before a generation's own word.

    What a format takes from inside one key belongs together: if a part of it loses, the rest is useless.
    """
    merged: Fallbacks = {}
    for fallbacks in offered:
        lost = {fallback.key for name, fallback in fallbacks.items() if name in merged and merged[name].key}
        for name, fallback in fallbacks.items():
            is_better = name not in merged or (fallback.key and not merged[name].key)
            if is_better and (not fallback.key or fallback.key not in lost):
                merged[name] = fallback
    return merged
