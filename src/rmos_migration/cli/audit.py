"""rmos audit: is this database sound?"""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..audit.auditor import audit_database
from ..audit.formats.junit import as_junit
from ..audit.formats.sarif import as_sarif
from ..audit.repair import repair as mend
from ..audit.result import AuditResult, RuleResult, RuleState, known_findings
from ..audit.rules import FAMILIES, RULES, suggestion
from ..diagnostics import Severity, printable, printable_json
from ..errors import DatabaseUnusable, ExitCode, UsageError, all_tried
from ..store.database import database_at
from ..store.port import DatabasePort
from . import console
from .options import DatabaseOption, JsonOption, load_settings
from .result_files import check_file, keep_out_of_legacy_folders, write_file

HELP = """\b
Examples:
  rmos audit                                          every rule
  rmos audit --fail-on warning                        strict, as before a release
  rmos audit --rules schema,references                some families or rules only
  rmos audit --explain job-unfinished                 what a rule means; "all" lists them
  rmos audit --format json --output known.json        remember what is known today ...
  rmos audit --baseline known.json                    ... and hear only of what is new
  rmos audit --repair                                 make missing indexes again, after a backup
"""

SHOWN = 20
"""Findings shown of one rule; how many more there are is always said. Files hold them all."""


class AuditFormat(StrEnum):
    """What the result is written as."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


class FailOn(StrEnum):
    """The least severity that fails the audit."""

    ERROR = "error"
    WARNING = "warning"


_TOO_DAMAGED = (
    "it is too damaged to be looked at rule by rule; restore it from a backup,"
    " or migrate the legacy folder into a new file: rmos migrate --database sqlite:///new.db"
)


def audit(
    database: DatabaseOption = None,
    rules: Annotated[
        str | None, typer.Option("--rules", metavar="A,B", help="Only these rules or families.")
    ] = None,
    skip: Annotated[str | None, typer.Option("--skip", metavar="A,B", help="Without these.")] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The least severity that fails the audit.")
    ] = FailOn.ERROR,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="A saved JSON result; what it knows is not told again.",
            readable=False,
        ),
    ] = None,
    form: Annotated[AuditFormat, typer.Option("--format", help="What to write.")] = AuditFormat.TEXT,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there instead of stdout.", readable=False),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="CODE", help="Say what a rule means, and do nothing else."),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="First mend what can be mended without touching a row; makes a backup."
        ),
    ] = False,
) -> None:
    """Run the rules and show what they found."""
    if explain is not None:
        _explain(explain)
        return
    form = AuditFormat.JSON if as_json else form
    settings = load_settings(database=database)
    if output is not None:
        check_file(output)
        keep_out_of_legacy_folders(output, settings)
    place = database_at(settings.database)
    known = known_findings(baseline) if baseline is not None else frozenset()
    if repair:
        _repair(place)
    try:
        result = audit_database(
            place, rules=_names(rules), skip=_names(skip), fail_on=Severity(fail_on.value), known=known
        )
    except DatabaseUnusable as error:
        if "rmos audit" not in error.hint:
            raise
        raise DatabaseUnusable(error.message, _TOO_DAMAGED) from error  # else it would be sent to itself
    if output is not None:
        with all_tried() as tried:
            with tried():
                hint = "name another file with --output"
                write_file(
                    output,
                    _rendered(result, form),
                    "the result",
                    hint,
                    permissions=place.permissions(),
                )
            console.say(_last_line(result))
    elif form is AuditFormat.TEXT:
        for line in _lines(result):
            console.out.print(line)
    else:
        console.print_for_programs(_rendered(result, form))
    raise typer.Exit(ExitCode.OK if result.passed else ExitCode.FINDINGS)


def _names(listed: str | None) -> list[str]:
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


def _rendered(result: AuditResult, form: AuditFormat) -> str:
    if form is AuditFormat.TEXT:
        return "".join(f"{line.plain}\n" for line in _lines(result))
    if form is AuditFormat.JUNIT:
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{as_junit(result)}\n'
    value = result.as_json() if form is AuditFormat.JSON else as_sarif(result)
    return printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def _repair(place: DatabasePort) -> None:
    done = mend(place)
    for line in done.done:
        console.say(f"repair: {line}", on=console.err)
    console.say(f"repair: the database as it was before is {done.backup}", on=console.err)


# text


def _lines(result: AuditResult) -> Iterator[Text]:
    """The result for a person, line by line; the last one says PASSED or FAILED."""
    yield Text(printable(f"database  {result.database} (schema {result.schema_version})"))
    counts = " · ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in result.records.items())
    yield Text(f"records   {counts or 'they cannot be counted'}")
    yield Text("")
    titles = {family.name: family.title for family in FAMILIES}
    family = ""
    for checked in result.rules:
        if checked.family != family:
            family = checked.family
            yield Text(titles[family], style="bold")
        yield from _rule_lines(checked, result)
    yield Text("")
    yield Text(_last_line(result), style="bold green" if result.passed else "bold red")


def _rule_lines(checked: RuleResult, result: AuditResult) -> Iterator[Text]:
    word, colour = _word(checked, result)
    line = Text(f"  {word:<8}", style=colour)
    line.append(f"{checked.rule.title} ({checked.rule.code})", style="default")
    if checked.silenced:
        line.append(f", {console.counted(len(checked.silenced), 'known finding')} not shown", style="dim")
    yield line
    if checked.not_run_reason:
        yield Text(printable(f"            could not be run: {checked.not_run_reason}"))
    for finding in checked.findings[:SHOWN]:
        place = f"{finding.place}: " if finding.place and finding.place != finding.message else ""
        yield Text(printable(f"            {place}{finding.message}"))
    if len(checked.findings) > SHOWN:
        yield Text(f"            … and {len(checked.findings) - SHOWN:,} more; --format json has them all")
    if checked.findings:
        yield Text(f"            → {checked.rule.hint}", style="dim")


def _word(checked: RuleResult, result: AuditResult) -> tuple[str, str]:
    if checked.state is RuleState.PASSED:
        return "passed", "green"
    if result.is_failure(checked):
        return ("FAILED" if checked.findings else "NOT RUN"), "red"
    return checked.rule.severity.value, "yellow"


def _last_line(result: AuditResult) -> str:
    states = [checked.state for checked in result.rules]
    parts = [f"{states.count(RuleState.PASSED)} of {console.counted(len(states), 'rule')} hold"]
    errors, warnings = result.number(Severity.ERROR), result.number(Severity.WARNING)
    if errors:
        parts.append(console.counted(errors, "error"))
    if warnings:
        parts.append(console.counted(warnings, "warning"))
    if states.count(RuleState.NOT_RUN):
        parts.append(f"{console.counted(states.count(RuleState.NOT_RUN), 'rule')} could not be run")
    if result.silenced:
        parts.append(f"{console.counted(len(result.silenced), 'known finding')} left out")
    return f"{'PASSED' if result.passed else 'FAILED'}: {', '.join(parts)} ({result.duration_seconds:.1f} s)"


def _explain(code: str) -> None:
    if code == "all":
        for family in FAMILIES:
            console.say(f"{family.title} (--rules {family.name})", style="bold")
            for rule in family.rules:
                console.say(f"  {rule.code:24}{rule.severity.value:9}{rule.title}")
        return
    if code not in RULES:
        raise UsageError(f"there is no rule {code}", suggestion(code))
    rule = RULES[code]
    console.say(f"{rule.code} ({rule.severity.value})", style="bold")
    console.say(f"{rule.title}.")
    console.say(rule.explanation)
    console.say(f"→ {rule.hint}")
