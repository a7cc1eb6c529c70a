<#
.SYNOPSIS
Checks a database, as the Task Scheduler does every night.

.DESCRIPTION
Runs rmos audit, and with -Source, the legacy folder, rmos verify; both only read. What they say is kept in a log of its
own for each night. The exit code is the first that was not 0. Then an entry is written to the Windows event log
(Application, source RMOS) or, where that is not allowed, a file is put on the desktop, and the script -OnFailure is
called with the code and the path of the log.

Works with Windows PowerShell 5.1 and PowerShell 7.

.EXAMPLE
.\nightly_audit.ps1 -Database C:\RMOS\rmos.db -Backups D:\RMOS-backups

.EXAMPLE
$do = New-ScheduledTaskAction -Execute powershell.exe -Argument ('-NoProfile -NonInteractive -ExecutionPolicy Bypass ' +
    '-File C:\RMOS\nightly_audit.ps1 -Database C:\RMOS\rmos.db -Rmos C:\RMOS\.venv\Scripts\rmos.exe')
$at = New-ScheduledTaskTrigger -Daily -At 02:30
$how = New-ScheduledTaskSettingsSet -StartWhenAvailable
Register-ScheduledTask -TaskName 'RMOS nightly audit' -Action $do -Trigger $at -Settings $how

It runs every night while you are logged on, or as soon as you are.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][string]$Database,
    [string]$Source = '',
    [ValidateSet('error', 'warning')][string]$FailOn = 'error',
    [string]$Rmos = 'rmos',
    [string]$Logs = '',
    [string]$Backups = '',
    [ValidateRange(1, 10000)][int]$Keep = 30,
    [string]$OnFailure = ''
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Continue' # what a program writes to stderr would end the script otherwise
$env:PYTHONUTF8 = '1'
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding }
catch { Write-Verbose 'There is no console; the log may show some letters wrongly.' }

if (-not (Get-Command $Rmos -ErrorAction SilentlyContinue)) {
    Write-Output "nightly_audit: there is no command $Rmos; name it with -Rmos"
    exit 127
}
if (-not $Logs) { $Logs = Join-Path $PSScriptRoot 'rmos-logs' }
foreach ($folder in @($Logs, $Backups)) {
    if ($folder) { New-Item -ItemType Directory -Force -Path $folder -ErrorAction Stop | Out-Null }
}
$now = Get-Date -Format 'yyyyMMdd-HHmmss'
$log = Join-Path $Logs "audit-$now.log"
$script:first = 0

function Invoke-Rmos {
    # Runs rmos into the log; the first code that is not 0 is that of the night.
    $global:LASTEXITCODE = 126 # stays where the program cannot be started
    & $Rmos @args 2>&1 | ForEach-Object { "$_" } | Out-File -LiteralPath $log -Append -Encoding utf8
    if ($script:first -eq 0) { $script:first = $LASTEXITCODE }
}

function Remove-Oldest([string]$Folder, [string]$Pattern) {
    # Deletes all but the last files, which their names put in order of time.
    Get-ChildItem -LiteralPath $Folder -Filter $Pattern | Sort-Object Name -Descending |
        Select-Object -Skip $Keep | Remove-Item
}

function Send-Alert {
    $told = "The check of $Database ended with exit code $script:first. The log is $log"
    Write-Output "nightly_audit: $told"
    $global:LASTEXITCODE = 126
    eventcreate.exe /T ERROR /ID 1 /L APPLICATION /SO RMOS /D $told 2>&1 | Out-Null
    if ($LASTEXITCODE -ne 0) {
        $desktop = [Environment]::GetFolderPath('Desktop')
        $told | Out-File -LiteralPath (Join-Path $desktop "RMOS-check-failed-$now.txt") -Encoding utf8
    }
    if ($OnFailure) { & $OnFailure $script:first $log }
}

Invoke-Rmos audit --database $Database --fail-on $FailOn
if ($Source) { Invoke-Rmos verify $Source --database $Database }
if ($Backups -and $script:first -eq 0) { # copies of a damaged database would push out the good ones
    $copy = Join-Path $Backups "rmos-$now.db"
    Invoke-Rmos backup $copy --database $Database
    if ($script:first -eq 0) { Remove-Oldest $Backups 'rmos-????????-??????.db' }
}
Remove-Oldest $Logs 'audit-????????-??????.log'
if ($script:first -ne 0) { Send-Alert }
exit $script:first
