"""How a generation is written down: the forms of its documents, what shows each, and what serves for missing keys."""

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
    """One thing that shows a form: any of ``keys``, or a key that fits ``pattern``; its value must hold ``holds``."""

    keys: tuple[str, ...]
    holds: Callable[[Any], bool] | None = None
    pattern: re.Pattern[str] | None = None
    said: str = ""

    def found_in(self, document: Document) -> str:
        """The key that shows it, or nothing."""
        for key in self.keys:
            if key in document and (self.holds is None or self.holds(document[key])):
                if key == "type" and "data" in document:  # of an event, not a job (docs/domain.md, Fields)
                    continue
                return key
        if self.pattern is not None:
            return next((key for key in document if self.pattern.fullmatch(key)), "")
        return ""

    def __str__(self) -> str:
        return self.said or " or ".join(self.keys)


def key(*keys: str, holds: Callable[[Any], bool] | None = None, said: str = "") -> Marker:
    """Any of these keys is there, with a value for which ``holds`` is true where that is given."""
    return Marker(keys, holds, said=said)


def key_like(pattern: str, said: str) -> Marker:
    """A key is there that fits the regular expression."""
    return Marker((), pattern=re.compile(pattern), said=said)


def a_value(value: Any) -> bool:
    """There is a value."""
    return value is not None


def a_text(value: Any) -> bool:
    """The value is text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def an_object(value: Any) -> bool:
    """The value is an object with something in it."""
    return isinstance(value, dict) and bool(value)


def a_list(value: Any) -> bool:
    """The value is a list; it may be empty."""
    return isinstance(value, list)


def objects(value: Any) -> bool:
    """The value is a list of objects, at least one; PowerShell 5.1 may have made an object of the list."""
    value = unwrapped(value)
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


@dataclass(frozen=True, eq=False)
class SourceFormat:
    """One kind of document that a generation wrote.

    ``signs`` must all be there, whatever the values of their keys may otherwise be; the first is the telling one,
    which no document of the newest generation has. A sign of ``unless`` speaks against it.
    ``offers`` gives what serves for fields under none of their keys, ``ignored`` are keys that mean something else
    here. ``marks`` are more keys that hardly another program wrote: where several forms fit, the one with most of them
    comes first. ``claims`` are synonyms of required fields under which these programs wrote them: a document that has a
    required field only there is theirs, and not a native one. ``faint`` are telling keys that prove nothing where none of
    the others is there: the form comes after all others then.
    ``strict`` holds documents to the entity's required fields, as only the newest programs always wrote them.
    ``reading`` makes the record where the shared rules do not fit: it takes the document and the id it has from its file.
    """

    generation: str
    entity: Entity
    signs: tuple[Marker, ...]
    unless: tuple[Marker, ...] = ()
    offers: Callable[[Document], Fallbacks] | None = None
    ignored: frozenset[str] = field(default=frozenset())
    marks: frozenset[str] = field(default=frozenset())
    claims: frozenset[str] = field(default=frozenset())
    faint: frozenset[str] = field(default=frozenset())
    strict: bool = False
    reading: Callable[[Document, str], Normalized] | None = None

    def evidence(self, document: Document) -> tuple[str, ...]:
        """The keys that show the form, or nothing where one is missing."""
        found = [sign.found_in(document) for sign in self.signs]
        return tuple(dict.fromkeys(found)) if all(found) and not self._is_spoken_against(document) else ()

    def fits(self, document: Document) -> bool:
        """Whether the document has this form."""
        if self._at_once is not None and document.keys() >= self._at_once:
            return True
        for sign in self.signs:
            if not sign.found_in(document):
                return False
        return not self._is_spoken_against(document)

    def missing(self, document: Document) -> list[str]:
        """The signs that are not there, in words."""
        return [str(sign) for sign in self.signs if not sign.found_in(document)]

    @property
    def telling_keys(self) -> tuple[str, ...]:
        """The keys of which every document of this form has at least one."""
        return self.signs[0].keys

    def weight(self, document: Document) -> int:
        """How many keys of the document speak for this form."""
        if not self.proves(document):
            return 0
        patterned = sum(bool(sign.found_in(document)) for sign in self.signs if sign.pattern is not None)
        return len(self._speaking.intersection(document)) + patterned

    def proves(self, document: Document) -> bool:
        """Whether a key is there that only these programs wrote."""
        return not self.faint or any(key in document for key in self.telling_keys if key not in self.faint)

    def normalise(
        self, document: Document, file_id: str, beside: Sequence["SourceFormat"] = ()
    ) -> Normalized:
        """The document in canonical form.

        Args:
            document: has this form.
            file_id: its id where it has none of its own.
            beside: other forms that it has as well; what they offer serves where this one has nothing to say.
        """
        if self.reading is not None:
            return self.reading(document, file_id)
        offers = self.offers(document) if self.offers is not None else {}
        if beside:
            offers = _merged([offers, *(form.offers(document) for form in beside if form.offers is not None)])
        ignored = self.ignored
        for offer in offers.values():
            if offer.before:
                ignored = ignored.union(offer.before)
        return canonical(
            self.entity, document, file_id, required=self.required, offers=offers, ignored=ignored
        )

    def _is_spoken_against(self, document: Document) -> bool:
        return any(sign.found_in(document) for sign in self.unless)

    @cached_property
    def _speaking(self) -> frozenset[str]:
        return self.marks.union(self.telling_keys)

    @cached_property
    def required(self) -> tuple[FieldRule, ...]:
        """The fields that must hold something."""
        return self.entity.required if self.strict else self.entity.indispensable

    @cached_property
    def _at_once(self) -> frozenset[str] | None:
        """The first key of each sign, where they alone show the form: most documents have exactly these."""
        if self.unless or any(sign.holds or sign.pattern for sign in self.signs):
            return None
        first = frozenset(sign.keys[0] for sign in self.signs)
        return first if "type" not in first else None  # what that says depends on what stands beside it


def _merged(offered: Iterable[Fallbacks]) -> Fallbacks:
    """The offers of several forms as one: what a document says goes before a generation's own word.

    What one form takes from inside a key goes together: where a part of it loses, the rest is of no use.
    """
    merged: Fallbacks = {}
    for offers in offered:
        lost = {offer.key for name, offer in offers.items() if name in merged and merged[name].key}
        for name, offer in offers.items():
            is_better = name not in merged or (offer.key and not merged[name].key)
            if is_better and (not offer.key or offer.key not in lost):
                merged[name] = offer
    return merged
