#Requires -Version 5.1

<#
.SYNOPSIS
Parses every PowerShell script of the repository with the PowerShell that runs this one.

.DESCRIPTION
Windows PowerShell 5.1 and PowerShell 7 have parsers of their own, so this is run under both. What does not parse is
named with its file, line and column, and the exit code is 1; else it is 0. No script is run.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File tools/check_powershell.ps1
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Root = Split-Path -Path $PSScriptRoot -Parent
$Faults = 0

# Folders that begin with a dot hold what others wrote: .venv has scripts, too.
$Scripts = @(
    Get-ChildItem -LiteralPath $Root -Recurse -File |
        Where-Object { $_.Extension -eq '.ps1' -and $_.FullName.Substring($Root.Length) -notmatch '[\\/]\.' }
)

foreach ($file in $Scripts) {
    $tokens = $null
    $found = $null
    $null = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$tokens, [ref]$found)
    foreach ($fault in $found) {
        $Faults = $Faults + 1
        $place = '' + $fault.Extent.StartLineNumber + ':' + $fault.Extent.StartColumnNumber
        Write-Host ($file.FullName + ':' + $place + ' ' + $fault.Message)
    }
}

if ($Scripts.Count -lt 2) {
    Write-Host ('There should be two scripts at least below ' + $Root + ', and there are ' + $Scripts.Count + '.')
    exit 1
}
if ($Faults -gt 0) {
    exit 1
}
Write-Host ('' + $Scripts.Count + ' scripts parse in PowerShell ' + $PSVersionTable.PSVersion + '.')
exit 0
