#Requires -Version 5.1

<#
.SYNOPSIS
Checks a database, as the Task Scheduler does every night.

.DESCRIPTION
Runs rmos audit, and with -Source, the legacy folder, rmos verify; both only read. What they say is kept in a log of its
own for each night. The exit code is the first that was not 0. Then an entry is written to the Windows event log
(Application, source RMOS) or, where that is not allowed, a file is put on the desktop, and the script -OnFailure is
called with the code and the path of the log.

127 means that there is no rmos, 126 that it could not be started, and 5 that the folders for logs and copies could not be
made or written to. It works in Windows PowerShell 5.1 and in PowerShell 7. Paths with a blank are put into double quotes.

.PARAMETER Database
The database to check.

.PARAMETER Source
The legacy folder, to be compared with the database, too.

.PARAMETER FailOn
The least severity that fails the audit: error or warning.

.PARAMETER Rmos
The program rmos, with its path if it is not on the PATH.

.PARAMETER Logs
The folder for the logs; without it, rmos-logs beside this script.

.PARAMETER Backups
A folder for a copy of each night in which all was well; without it, no copy is made.

.PARAMETER Keep
How many logs and how many copies are kept.

.PARAMETER OnFailure
A script or program to call when something is wrong.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File nightly_audit.ps1 -Database C:\RMOS\rmos.db -Backups D:\RMOS-backups

Checks once, and makes a copy if all is well. How to have it done every night stands in docs/schedule.md.
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
$ErrorActionPreference = 'Stop'

$Now = [System.DateTime]::Now.ToString('yyyyMMdd-HHmmss', [System.Globalization.CultureInfo]::InvariantCulture)
$Here = (Resolve-Path -LiteralPath '.').ProviderPath
if ($Logs -eq '') {
    $Logs = Join-Path $PSScriptRoot 'rmos-logs'
}
$Logs = [System.IO.Path]::Combine($Here, $Logs)
$Log = Join-Path $Logs ('audit-' + $Now + '.log')
$Program = ''
$First = 0

# What fails first gives the code of the night.
function Set-Failure {
    param([int]$Code)
    if ($First -eq 0) {
        $script:First = $Code
    }
}

function Write-Log {
    param([string]$Text)
    [System.IO.File]::AppendAllText($Log, $Text)
}

# Quotes are put around every argument, because .NET Framework has no list of arguments. A backslash before a closing quote
# would stand for the quote: those at the end of a path are doubled.
function Get-Quoted {
    param([string]$Argument)
    return '"' + ($Argument -replace '(\\+)$', '$1$1') + '"'
}

# Redirection by PowerShell would make errors of what a program writes to stderr, and Windows PowerShell would read it in the
# console's encoding.
function Start-Program {
    param([string]$Path, [string[]]$Arguments)
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $Path
    $start.Arguments = @($Arguments | ForEach-Object { Get-Quoted $_ }) -join ' '
    $start.WorkingDirectory = $Here
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.Encoding]::UTF8
    $start.StandardErrorEncoding = [System.Text.Encoding]::UTF8
    return [System.Diagnostics.Process]::Start($start)
}

# Both pipes are read while the program runs; a full one would hold it up for ever.
function Invoke-Program {
    param([string]$Path, [string[]]$Arguments)
    $process = Start-Program $Path $Arguments
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    $process.WaitForExit()
    $ended = @{ Code = $process.ExitCode; Said = $output.Result + $errors.Result }
    $process.Dispose()
    return $ended
}

function Invoke-Rmos {
    param([string[]]$Arguments)
    try {
        $ended = Invoke-Program $Program $Arguments
        Set-Failure $ended.Code
        Write-Log $ended.Said
    }
    catch {
        Set-Failure 126
        Write-Log ($_.Exception.Message + [System.Environment]::NewLine)
    }
}

# Deletes all but the last files, which their names put in order of time. One that somebody has open is for the next night.
function Remove-Oldest {
    param([string]$Folder, [string]$Pattern)
    $files = @(
        Get-ChildItem -LiteralPath $Folder -File |
            Where-Object { $_.Name -match $Pattern } |
            Sort-Object -Property Name -Descending |
            Select-Object -Skip $Keep
    )
    foreach ($file in $files) {
        try {
            [System.IO.File]::Delete($file.FullName)
        }
        catch {
            Write-Log ($_.Exception.Message + [System.Environment]::NewLine)
        }
    }
}

# Copies of a damaged database would push out the good ones.
function Save-Copy {
    param([string]$Folder)
    $null = [System.IO.Directory]::CreateDirectory($Folder)
    Invoke-Rmos @('backup', (Join-Path $Folder ('rmos-' + $Now + '.db')), '--database', $Database)
    if ($First -eq 0) {
        Remove-Oldest $Folder '^rmos-[0-9]{8}-[0-9]{6}\.db$'
    }
}

function Invoke-Night {
    $null = [System.IO.Directory]::CreateDirectory($Logs)
    $command = Get-Command -Name $Rmos -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if ($null -eq $command) {
        Write-Log ('There is no program ' + $Rmos + '; name it with -Rmos.' + [System.Environment]::NewLine)
        Set-Failure 127
        return
    }
    $script:Program = $command.Path
    Invoke-Rmos @('audit', '--database', $Database, '--fail-on', $FailOn)
    if ($Source -ne '') {
        Invoke-Rmos @('verify', $Source, '--database', $Database)
    }
    if ($Backups -ne '' -and $First -eq 0) {
        Save-Copy ([System.IO.Path]::Combine($Here, $Backups))
    }
    Remove-Oldest $Logs '^audit-[0-9]{8}-[0-9]{6}\.log$'
}

# Only an administrator may write to the event log with a source of one's own. The account of a service has no desktop.
function Send-Alert {
    param([string]$Told)
    $code = 126
    try {
        $words = @('/T', 'ERROR', '/ID', '1', '/L', 'APPLICATION', '/SO', 'RMOS', '/D', $Told)
        $code = (Invoke-Program 'eventcreate.exe' $words).Code
    }
    catch {
        Write-Verbose $_.Exception.Message
    }
    if ($code -ne 0) {
        $desktop = [System.Environment]::GetFolderPath('Desktop')
        if ($desktop -eq '') {
            $desktop = $Logs
        }
        [System.IO.File]::WriteAllText((Join-Path $desktop ('RMOS-check-failed-' + $Now + '.txt')), $Told)
    }
}

# What is done although something failed; one thing that cannot be done does not keep the next from being tried.
function Complete-Night {
    param([scriptblock]$Body)
    try {
        & $Body
    }
    catch {
        Set-Failure 5
        Write-Host ('nightly_audit: ' + $_.Exception.Message)
    }
}

Set-Item -LiteralPath 'Env:PYTHONUTF8' -Value '1'
Complete-Night { Invoke-Night }
if ($First -ne 0) {
    $Told = 'The check of ' + $Database + ' ended with exit code ' + $First + '. The log is ' + $Log
    Write-Host ('nightly_audit: ' + $Told)
    Complete-Night { Send-Alert $Told }
    if ($OnFailure -ne '') {
        Complete-Night {
            # What somebody else wrote need not be as strict as this script.
            Set-StrictMode -Off
            $ErrorActionPreference = 'Continue'
            & $OnFailure $First $Log
        }
    }
}
exit $First
