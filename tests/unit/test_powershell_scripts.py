"""The PowerShell scripts are for Windows PowerShell 5.1 and PowerShell 7: plain, and the same to both of
them."""

import re
from pathlib import Path

import pytest

from powershell import Script, elements

ROOT = Path(__file__).parents[2]
NINE_STEPS = ROOT / "test_rmos_migration.ps1"
SCRIPTS = [NINE_STEPS, ROOT / "tools" / "check_powershell.ps1", ROOT / "deploy" / "nightly_audit.ps1"]

IN_BOTH = {
    "ConvertFrom-Json": set(),
    "ConvertTo-Json": {"Compress", "Depth", "InputObject"},
    "ForEach-Object": set(),
    "Get-ChildItem": {"File", "Filter", "Force", "LiteralPath", "Path", "Recurse"},
    "Get-Command": {"CommandType", "ErrorAction", "Name"},
    "Invoke-RestMethod": {"Headers", "Method", "TimeoutSec", "Uri", "UseBasicParsing"},
    "Join-Path": set(),
    "New-Object": {"ArgumentList", "TypeName"},
    "Out-File": {"LiteralPath"},
    "Remove-Item": {"LiteralPath"},
    "Resolve-Path": {"LiteralPath"},
    "Select-Object": {"First", "Skip"},
    "Set-Item": {"LiteralPath", "Value"},
    "Set-StrictMode": {"Off", "Version"},
    "Sort-Object": {"Descending", "Property"},
    "Split-Path": {"Parent", "Path"},
    "Start-Sleep": {"Milliseconds"},
    "Test-Path": {"LiteralPath", "PathType"},
    "Where-Object": set(),
    "Write-Host": {"ForegroundColor"},
    "Write-Verbose": set(),
}
"""Cmdlets and parameters that are the same in Windows PowerShell 5.1 and in PowerShell 7. Look before you add
one.

Commands that are functions in 5.1, like Get-FileHash, are not for these scripts: where PowerShell 7 is among
the parents of a Windows PowerShell, it looks for them in the wrong modules.
"""

OWN = {"_", "true", "false", "null", "psscriptroot", "psversiontable"}
"""Variables that both of them set themselves."""

SECTIONS = {".SYNOPSIS", ".DESCRIPTION", ".PARAMETER", ".EXAMPLE"}

every_script = pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)


def test_every_script_is_looked_at() -> None:
    folders = (ROOT, ROOT / "tools", ROOT / "deploy")
    found = (file for folder in folders for file in folder.glob("*.ps1"))
    assert sorted(found) == sorted(SCRIPTS)


@every_script
def test_script_parses_and_is_plain(file: Path) -> None:
    assert Script(file).faults == []


@pytest.mark.parametrize(
    "written", ["$a = $b ? 1 : 2", "$a = $b ?? 1", "a && b", "a || b", "a 2>&1", "class A { }", "if (", "'a"]
)
def test_what_is_not_plain_would_be_noticed(written: str, tmp_path: Path) -> None:
    file = tmp_path / "other.ps1"
    file.write_text(f"$b = 1\n{written}\n")
    assert Script(file).faults


@every_script
def test_script_is_ascii_so_that_its_encoding_does_not_matter(file: Path) -> None:
    assert file.read_bytes().isascii()


@every_script
def test_commands_and_parameters_are_in_both_powershells(file: Path) -> None:
    script = Script(file)
    foreign = {name: given for name, given in script.called.items() if name not in script.functions}
    assert {name: given - IN_BOTH.get(name, set()) for name, given in foreign.items()} == {
        name: set() for name in foreign if name in IN_BOTH
    }


@every_script
def test_every_variable_is_set_before_strict_mode_asks(file: Path) -> None:
    assert Script(file).unassigned <= OWN


@every_script
def test_paths_are_joined_two_at_a_time(file: Path) -> None:
    assert {len(elements(call)) for call in Script(file).commands("Join-Path")} <= {2}


@every_script
def test_help_describes_every_parameter_and_no_other(file: Path) -> None:
    text = file.read_text()
    told = re.search(
        r"\A#Requires -Version 5\.1\n\n<#\n(.*?)\n#>\n\[CmdletBinding\(\)\]\nparam\(", text, re.S
    )
    assert told, "without the empty line Get-Help does not see the help"
    starting = [line.split() for line in told[1].splitlines() if line.startswith(".")]
    assert {words[0] for words in starting} <= SECTIONS, "an unknown section hides the whole help"
    assert sorted(words[1] for words in starting if words[0] == ".PARAMETER") == sorted(
        Script(file).parameters
    )
    assert {".SYNOPSIS", ".DESCRIPTION", ".EXAMPLE"} <= {words[0] for words in starting}


def test_there_are_nine_steps() -> None:
    assert [step.title for step in Script(NINE_STEPS).steps] == [
        "Create sample JSON",
        "Dry run",
        "Migration",
        "Verify the data through the REST API",
        "Duplicate detection",
        "Reports",
        "Audit",
        "Dashboard API",
        "Clean-up",
    ]
