"""Documents that try to be more than text, and what a page must not make of them."""

import json
from pathlib import Path

from visiting import Visit

from builders import family, joblog, pattern, write

HOSTILE = (
    "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&{{ 7*7 }}\u202e\x1b[31m\u200b"
)
ROSETTE = {"rings": [{"radius_mm": 40, "width_mm": 3, "segments": 24, "color_hint": "red;}</style><script>"}]}


def hostile_tree(tree: Path, text: str) -> None:
    """Documents that say a text wherever they can, in every kind of outcome."""
    write(
        tree,
        "strip_families/a.json",
        family("f" + text[:40], name=text, material_type=text, strips=[{"color": text}]),
    )
    write(tree, "patterns/a.json", pattern("p" + text[:40], name=text, pattern_type=text, geometry=ROSETTE))
    write(tree, "patterns/b.json", pattern("p" + text[:40], name=text + "!", geometry=ROSETTE))
    write(tree, "patterns/c.json", json.dumps(pattern("c"))[:-1] + f", {json.dumps(text)}: NaN}}")
    write(tree, "patterns/d.json", pattern(text, ring_count=text))
    write(tree, "joblogs/a.json", joblog("j", job_type=text, status=text, pattern_id=text))
    write(tree, "joblogs/keyed.json", {text: joblog("k"), text + "2": joblog("l", parameters=text)})
    name = text.replace("/", "∕").replace("\x00", "")[:60]
    write(tree, f"patterns/{name}.json", "{")


def elements(visit: Visit) -> set[str]:
    """Every element of a page with its attributes' names, but for whether it can be scrolled."""
    script = """[...document.querySelectorAll('*')].map(
        e => e.localName + ' '
            + [...e.attributes].map(a => a.name).filter(n => n != 'tabindex').sort().join(' '))"""
    return set(visit.page.evaluate(script))
