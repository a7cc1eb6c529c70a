"""Reading the numbers back out of a report, from each of its three formats."""

import json
import re
from typing import Any

from lxml import html

from rmos_migration import Report
from rmos_migration.reports.formats import RENDERERS, Format

COUNTED = ("found", "migrated", "unchanged", "conflicts", "rejected")

Numbers = dict[str, float]
"""Numbers by what they count: ``patterns.found``, ``noticed.error.json-syntax``, ``records.joblogs``, …"""


def in_json(report: Report) -> Numbers:
    """The numbers of the JSON format."""
    value = json.loads(RENDERERS[Format.JSON](report))
    numbers = _of_tallies({**value["entities"], "total": value["run"]["totals"]})
    numbers |= {f"noticed.{one['severity']}.{one['code']}": one["count"] for one in value["noticed"]}
    numbers |= {f"generations.{name}": count for name, count in value["generations"].items()}
    if value["kept_out"] is not None:
        numbers["kept_out"] = len(value["kept_out"])
    if value["database"] is not None:
        numbers |= {f"records.{name}": count for name, count in value["database"]["records"].items()}
        numbers["patterns"] = value["gallery"]["total"]
        for key, column in _WORKSHOP.items():
            numbers |= {f"{key}.{name}": count for name, count in value["workshop"][column].items()}
    return numbers


def in_html(report: Report) -> Numbers:
    """The numbers of the page, from what a reader sees in it."""
    page = html.fromstring(RENDERERS[Format.HTML](report))
    found: Numbers = {}
    for element in page.iterfind(".//*[@data-count]"):
        if element.text_content() == "-":
            continue
        key = element.attrib["data-count"].replace("records.strip families", "records.strip_families")
        number = float(re.sub(r"[^\d.]", "", element.text_content()))
        assert found.setdefault(key, number) == number  # the same thing is never said differently
    assert found.pop("total.arrived") == found.get("total.migrated", 0) + found.get("total.unchanged", 0)
    return found


def in_text(report: Report) -> Numbers:
    """The numbers of the text format."""
    sections = _sections(RENDERERS[Format.TXT](report))
    numbers: Numbers = {}
    for line in sections.get("Documents", [])[1:]:
        name, *cells = re.split(r"\s{2,}", line)
        numbers |= {
            f"{name.replace(' ', '_')}.{key}": _number(cell)
            for key, cell in zip((*COUNTED, "success_rate"), cells, strict=True)
            if cell != "-"
        }
    for line in sections.get("Notices", []):
        if match := re.fullmatch(r"([\d,]+) x \S+ (\S+) \((\w+)\)", line):
            numbers[f"noticed.{match[3]}.{match[2]}"] = _number(match[1])
    for title, lines in sections.items():
        if match := re.fullmatch(r"Not loaded: ([\d,]+) documents?", title):
            numbers["kept_out"] = _number(match[1])
        if title in _TABLES:
            key, unnamed = _TABLES[title]
            for line in lines:
                if match := re.fullmatch(r"(.+?)\s{2,}([\d,]+)", line):
                    name = "" if match[1] == unnamed else match[1]
                    name = name.replace(" ", "_") if key == "records" else name
                    numbers[f"{key}.{name}"] = _number(match[2])
    return numbers


_WORKSHOP = {"materials": "materials", "rings": "ring_counts", "statuses": "job_statuses"}
_TABLES = {
    "In the database now": ("records", ""),
    "Strip families by material": ("materials", "not recorded"),
    "Patterns by number of rings": ("rings", "no rings"),
    "Jobs by status": ("statuses", ""),
    "Documents by generation": ("generations", ""),
}


def _sections(text: str) -> dict[str, list[str]]:
    """The lines below each heading."""
    lines = text.splitlines()
    found: dict[str, list[str]] = {}
    title = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if below and set(below) == {"-"}:
            title = line
        elif line and set(line) != {"-"}:
            found.setdefault(title, []).append(line)
    return found


def _of_tallies(tallies: dict[str, dict[str, Any]]) -> Numbers:
    return {
        f"{name}.{key}": tally[key] for name, tally in tallies.items() for key in (*COUNTED, "success_rate")
    }


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("%", ""))
