#Requires -Version 5.1

<#
.SYNOPSIS
Tries the whole way of a workshop's files into the database, in nine steps, with the real program.

.DESCRIPTION
Makes a few legacy documents as PowerShell writes them, and does with them what the README describes: a dry run, the
migration, a look through the REST API, a second run, reports, audits, the dashboard's numbers, and the clean-up. Each
step says what it found.

Everything happens in a folder of its own, and on a port that is free. The folder lies in your home folder on Windows, and
below the temporary folder elsewhere. Nothing of yours is read or changed, and nothing is left.

The exit code is 0 if all nine steps succeeded, and 1 if not. With -Verbose every command, request and answer is shown.
It works in Windows PowerShell 5.1 and in PowerShell 7, on Windows, Linux and macOS.

.PARAMETER Rmos
The program to try. Without it, it is the one in .venv beside this script, or else the one on the PATH.

.PARAMETER KeepFiles
Leaves the folder with the documents, the database and the reports where it is, and says where.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File test_rmos_migration.ps1

The nine steps, in Windows PowerShell.

.EXAMPLE
pwsh -ExecutionPolicy Bypass -File test_rmos_migration.ps1 -KeepFiles -Verbose

The nine steps in PowerShell 7, with all that is said, and the files left to look at.
#>
[CmdletBinding()]
param(
    [string]$Rmos = '',
    [switch]$KeepFiles
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$Check = [string][char]0x2713
$Cross = [string][char]0x2717
$Patience = 120000

# The documents, by the folder that they lie in. The last job log is the one before it once more: a copy that somebody made.
$Samples = [ordered]@{
    strip_families = @(
        [ordered]@{
            id                 = 'fam-maple'
            name               = 'Luthier''s maple'
            strip_width_mm     = 2.5
            strip_thickness_mm = 0.6
            material_type      = 'wood'
            strips             = @([ordered]@{ species = 'maple'; length_mm = 600 })
            created_at         = '2019-07-14T08:30:00Z'
        },
        [ordered]@{
            id                 = 'fam-abalone'
            name               = 'Paua & abalone'
            strip_width_mm     = 1.5
            strip_thickness_mm = 0.5
            material_type      = 'shell'
            strips             = @(
                [ordered]@{ species = 'paua'; length_mm = 40 },
                [ordered]@{ species = 'red abalone'; length_mm = 35 }
            )
            created_at         = '2019-08-02T10:00:00Z'
        }
    )
    patterns       = @(
        [ordered]@{
            id              = 'pat-rope'
            name            = 'Rope'
            ring_count      = 1
            geometry        = [ordered]@{
                rings = @([ordered]@{ radius_mm = 45.5; width_mm = 2.5; tile_length_mm = 3.5 })
            }
            strip_family_id = 'fam-maple'
            created_at      = '2020-01-20T09:00:00Z'
        },
        [ordered]@{
            id              = 'pat-waves'
            name            = 'Waves'
            ring_count      = 2
            geometry        = [ordered]@{
                rings = @(
                    [ordered]@{ radius_mm = 44; width_mm = 2.5; tile_length_mm = 4 },
                    [ordered]@{ radius_mm = 48.5; width_mm = 2.5; tile_length_mm = 4 }
                )
            }
            strip_family_id = 'fam-maple'
            created_at      = '2020-02-11T15:45:00Z'
        },
        [ordered]@{
            id              = 'pat-shell'
            name            = 'Shell ring'
            ring_count      = 1
            geometry        = [ordered]@{
                rings = @([ordered]@{ radius_mm = 50.5; width_mm = 2.5; tile_length_mm = 5 })
            }
            strip_family_id = 'fam-abalone'
            created_at      = '2021-05-03T12:00:00Z'
        }
    )
    joblogs        = @(
        [ordered]@{
            id               = 'job-1001'
            job_type         = 'slice'
            status           = 'completed'
            pattern_id       = 'pat-rope'
            strip_family_id  = 'fam-maple'
            start_time       = '2021-06-07T09:00:00'
            end_time         = '2021-06-07T09:30:00'
            duration_seconds = 1800
            parameters       = [ordered]@{ blade_mm = 0.8; feed = 'slow' }
            results          = [ordered]@{ strips_cut = 24; waste_percentage = 3.5 }
        },
        [ordered]@{
            id               = 'job-1002'
            job_type         = 'assembly'
            status           = 'completed'
            pattern_id       = 'pat-waves'
            strip_family_id  = 'fam-maple'
            start_time       = '2021-06-08T13:00:00'
            end_time         = '2021-06-08T15:00:00'
            duration_seconds = 7200
            parameters       = [ordered]@{ glue = 'hide' }
        },
        [ordered]@{
            id              = 'job-1003'
            job_type        = 'slice'
            status          = 'pending'
            pattern_id      = 'pat-shell'
            strip_family_id = 'fam-abalone'
            parameters      = [ordered]@{ blade_mm = 0.5 }
            created_at      = '2021-06-09T07:00:00Z'
        },
        [ordered]@{
            id              = 'job-1003'
            job_type        = 'slice'
            status          = 'pending'
            pattern_id      = 'pat-shell'
            strip_family_id = 'fam-abalone'
            parameters      = [ordered]@{ blade_mm = 0.5 }
            created_at      = '2021-06-09T07:00:00Z'
        }
    )
}

# A time as the database holds it, and what it looks like where something else has written it.
$SoundTime = '2019-07-14T08:30:00.000000Z'
$FaultyTime = '2019-07-14 08:30:00.000000Z'

# Not the temporary folder of Windows: what a Python from the Store makes there, other programs do not see, and cmdlets stumble
# over its short name, as in C:\Users\LUTHIE~1.
$Place = [System.IO.Path]::GetTempPath()
if ([System.IO.Path]::DirectorySeparatorChar -eq '\') {
    $Place = [System.Environment]::GetFolderPath('UserProfile')
}
$Folder = Join-Path $Place ('rmos-nine-steps-' + [guid]::NewGuid().ToString('N'))
$Source = Join-Path $Folder 'rmos_legacy'
$Database = Join-Path $Folder 'rmos.db'
$Copy = Join-Path $Folder 'copy.db'
$Reports = Join-Path $Folder 'reports'
$Token = [guid]::NewGuid().ToString('N')

$Program = ''
$Url = ''
$Server = $null
$ServerErrors = $null
$ServerOutput = $null
$DryRun = $null
$FirstRun = $null
$SecondRun = $null
$Environment = New-Object -TypeName System.Collections.Hashtable
$Step = 0
$Failed = 0

function Find-Rmos {
    param([string]$Wanted)
    $places = @(
        (Join-Path $PSScriptRoot '.venv\Scripts\rmos.exe'),
        (Join-Path $PSScriptRoot '.venv/bin/rmos')
    )
    $name = 'rmos'
    if ($Wanted -ne '') {
        $places = @($Wanted)
        $name = $Wanted
    }
    foreach ($place in $places) {
        if (Test-Path -LiteralPath $place -PathType Leaf) {
            return (Resolve-Path -LiteralPath $place).ProviderPath
        }
    }
    $command = Get-Command -Name $name -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if ($null -eq $command) {
        return ''
    }
    return $command.Path
}

# What steers the program, or would send requests for this machine through a proxy, is taken out of this process's
# environment, which its children inherit, and put back at the end.
function Set-OwnEnvironment {
    $wanted = @{ RMOS_TOKEN = $Token; PYTHONUTF8 = '1'; NO_PROXY = '127.0.0.1' }
    $found = @(Get-ChildItem -Path Env: | ForEach-Object { $_.Name })
    $others = @('DATABASE_URL', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY')
    $steering = @($found | Where-Object { $_ -like 'RMOS_*' -or $others -contains $_ })
    foreach ($name in @($wanted.Keys) + $steering) {
        $script:Environment[$name] = [System.Environment]::GetEnvironmentVariable($name)
    }
    foreach ($name in $steering) {
        Remove-Item -LiteralPath ('Env:' + $name)
    }
    foreach ($name in $wanted.Keys) {
        Set-Item -LiteralPath ('Env:' + $name) -Value $wanted[$name]
    }
}

function Restore-Environment {
    foreach ($name in $Environment.Keys) {
        $variable = 'Env:' + $name
        if ($null -ne $Environment[$name]) {
            Set-Item -LiteralPath $variable -Value $Environment[$name]
        }
        elseif (Test-Path -LiteralPath $variable) {
            Remove-Item -LiteralPath $variable
        }
    }
}

function Confirm-That {
    param($Holds, [string]$What)
    if (-not $Holds) {
        throw ('this should be so, and is not: ' + $What)
    }
}

# Quotes are put around every argument here, because .NET Framework has no list of arguments. None of them holds a quote or
# ends in a backslash.
function Start-Rmos {
    param([string[]]$Arguments)
    Write-Verbose ('rmos ' + ($Arguments -join ' '))
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $Program
    $start.Arguments = '"' + ($Arguments -join '" "') + '"'
    $start.WorkingDirectory = $Folder
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.Encoding]::UTF8
    $start.StandardErrorEncoding = [System.Text.Encoding]::UTF8
    return [System.Diagnostics.Process]::Start($start)
}

# Both pipes are read while the program runs; a full one would hold it up for ever.
function Invoke-Rmos {
    param([string[]]$Arguments, [int]$Expect)
    $process = Start-Rmos $Arguments
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit($Patience)) {
        $process.Kill()
        throw ('rmos ' + $Arguments[0] + ' did not end')
    }
    $said = $output.Result
    $complained = $errors.Result
    $code = $process.ExitCode
    $process.Dispose()
    Write-Verbose ('exit code ' + $code)
    Write-Verbose ($said + $complained)
    if ($code -ne $Expect) {
        throw ('rmos ' + $Arguments[0] + ' ended with ' + $code + ' instead of ' + $Expect + ': ' + $complained.Trim())
    }
    return $said
}

function Start-Server {
    param([string[]]$Arguments)
    $script:Server = Start-Rmos $Arguments
    $script:ServerErrors = $Server.StandardError.ReadToEndAsync()
    $greeting = $Server.StandardOutput.ReadLineAsync()
    if (-not $greeting.Wait(60000)) {
        throw 'the server said nothing for 60 seconds'
    }
    $found = [regex]::Match([string]$greeting.Result, 'http://127\.0\.0\.1:[0-9]+')
    if (-not $found.Success) {
        $complained = Stop-Server
        throw ('the server did not start: ' + $complained)
    }
    # Its output is read to the end although nobody wants it, because a full pipe would hold the server up.
    $script:ServerOutput = $Server.StandardOutput.ReadToEndAsync()
    $script:Url = $found.Value
    Write-Verbose $Url
}

# Gives what the server wrote to its log. To kill it does no harm: what it has written is in the database.
function Stop-Server {
    if ($null -eq $Server) {
        return ''
    }
    try {
        $Server.Kill()
    }
    catch {
        Write-Verbose 'the server had ended'
    }
    if (-not $Server.WaitForExit($Patience)) {
        throw 'the server did not end'
    }
    $script:Server = $null
    $log = ''
    if ($ServerErrors.Wait(5000)) {
        $log = $ServerErrors.Result
    }
    Write-Verbose $log
    return $log.Trim()
}

function Get-StatusCode {
    param($Exception)
    if ($null -eq $Exception.PSObject.Properties['Response'] -or $null -eq $Exception.Response) {
        return 0
    }
    return [int]$Exception.Response.StatusCode
}

function Invoke-Api {
    param([string]$Method, [string]$Path, [int]$Expect = 200)
    Write-Verbose ($Method + ' ' + $Path)
    $headers = @{ Authorization = 'Bearer ' + $Token }
    $answer = $null
    $status = 200
    try {
        $answer = Invoke-RestMethod -Method $Method -Uri ($Url + $Path) -Headers $headers -TimeoutSec 60 -UseBasicParsing
    }
    catch {
        $status = Get-StatusCode $_.Exception
        if ($status -eq 0) {
            throw
        }
        Write-Verbose ('' + $_.ErrorDetails)
    }
    Write-Verbose ('' + $status + ' ' + (ConvertTo-Json -InputObject $answer -Depth 10 -Compress))
    if ($status -ne $Expect) {
        throw ($Method + ' ' + $Path + ' was answered with ' + $status + ' instead of ' + $Expect)
    }
    return $answer
}

# Not by Get-FileHash: a Windows PowerShell that was started from within PowerShell 7 may not find it.
function Get-Fingerprint {
    param([string]$Path)
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    $lines = @(
        Get-ChildItem -LiteralPath $Path -Recurse -File -Force |
            Sort-Object -Property FullName |
            ForEach-Object {
                $hash = $sha256.ComputeHash([System.IO.File]::ReadAllBytes($_.FullName))
                $_.FullName + ' ' + [System.BitConverter]::ToString($hash)
            }
    )
    $sha256.Dispose()
    return $lines -join "`n"
}

# Latin-1 has a character for every byte, so the bytes that are not changed come back as they were.
function Add-Fault {
    param([string]$File)
    $latin = [System.Text.Encoding]::GetEncoding(28591)
    $text = $latin.GetString([System.IO.File]::ReadAllBytes($File))
    Confirm-That ($text.Contains($SoundTime)) 'the time stands in the database'
    [System.IO.File]::WriteAllBytes($File, $latin.GetBytes($text.Replace($SoundTime, $FaultyTime)))
}

# Windows lets go of a file a moment after its process has ended.
function Remove-Folder {
    for ($attempt = 1; $attempt -le 20; $attempt++) {
        if (-not (Test-Path -LiteralPath $Folder)) {
            return
        }
        try {
            [System.IO.Directory]::Delete($Folder, $true)
        }
        catch {
            Write-Verbose $_.Exception.Message
            Start-Sleep -Milliseconds 500
        }
    }
    Confirm-That (-not (Test-Path -LiteralPath $Folder)) ($Folder + ' can be removed')
}

# A step gives the sentence that is said of it. After one that failed the others have nothing to stand on.
function Invoke-Step {
    param([string]$Title, [scriptblock]$Body)
    $script:Step = $Step + 1
    $name = '' + $Step + '. ' + $Title + ': '
    if ($Failed -gt 0) {
        $script:Failed = $Failed + 1
        Write-Host ($Cross + ' ' + $name + 'not tried, because a step before it failed') -ForegroundColor Red
        return
    }
    try {
        $found = & $Body
        Write-Host ($Check + ' ' + $name + $found) -ForegroundColor Green
    }
    catch {
        $script:Failed = $Failed + 1
        Write-Host ($Cross + ' ' + $name + $_.Exception.Message) -ForegroundColor Red
        Write-Verbose ('' + $_.ScriptStackTrace)
    }
}

# What is done at the end whatever came before; one thing that cannot be done does not keep the next from being tried.
function Complete-Cleanly {
    param([scriptblock]$Body)
    try {
        $null = & $Body
    }
    catch {
        $script:Failed = $Failed + 1
        Write-Host ($Cross + ' Clean-up: ' + $_.Exception.Message) -ForegroundColor Red
    }
}

$Program = Find-Rmos $Rmos
if ($Program -eq '') {
    $sought = 'in .venv beside this script or on the PATH'
    if ($Rmos -ne '') {
        $sought = 'at ' + $Rmos
    }
    Write-Host ('There is no rmos ' + $sought + '. Install it as the README says, or name it with -Rmos PATH.')
    exit 1
}

$ConsoleEncoding = $null
try {
    $ConsoleEncoding = [Console]::OutputEncoding
    [Console]::OutputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
}
catch {
    $ConsoleEncoding = $null
    Write-Verbose 'there is no console whose encoding could be set'
}

# Windows PowerShell allows itself two connections at a time, and there were versions of it that did not let go of one after
# a DELETE.
[System.Net.ServicePointManager]::DefaultConnectionLimit = 64

try {
    Set-OwnEnvironment
    $null = [System.IO.Directory]::CreateDirectory($Folder)
    Write-Verbose ($Program + ' in ' + $Folder)

    Invoke-Step 'Create sample JSON' {
        $written = 0
        foreach ($kind in $Samples.Keys) {
            $null = [System.IO.Directory]::CreateDirectory((Join-Path $Source $kind))
            foreach ($record in $Samples[$kind]) {
                $written = $written + 1
                $file = Join-Path (Join-Path $Source $kind) ('' + $written + '.json')
                $record | ConvertTo-Json -Depth 10 | Out-File -LiteralPath $file
            }
        }
        Confirm-That ($written -eq 9) '9 files were written'
        '2 strip families, 3 patterns, 4 job logs, one of them twice'
    }

    Invoke-Step 'Dry run' {
        $before = Get-Fingerprint $Folder
        $script:DryRun = Invoke-Rmos @('migrate', $Source, '--database', $Database, '--dry-run', '--json') -Expect 0 |
            ConvertFrom-Json
        Confirm-That $DryRun.dry_run 'the run calls itself a dry run'
        Confirm-That ($DryRun.totals.found -eq 9) '9 documents were found'
        Confirm-That (-not (Test-Path -LiteralPath $Database)) 'there is no database'
        Confirm-That ((Get-Fingerprint $Folder) -ceq $before) 'every file is as it was, and there is no new one'
        '9 documents found, nothing written'
    }

    Invoke-Step 'Migration' {
        $before = Get-Fingerprint $Source
        $script:FirstRun = Invoke-Rmos @('migrate', $Source, '--database', $Database, '--json') -Expect 0 |
            ConvertFrom-Json
        $totals = $FirstRun.totals
        Confirm-That ($FirstRun.status -ceq 'completed') 'the run is completed'
        Confirm-That ($totals.found -eq 9) '9 documents were found'
        Confirm-That ($totals.migrated -eq 8) '8 records were made'
        Confirm-That ($totals.unchanged -eq 1) 'the copy was known for one'
        Confirm-That ($totals.rejected -eq 0) 'nothing was not loaded'
        Confirm-That ($DryRun.totals.migrated -eq $totals.migrated) 'the dry run had said so'
        Confirm-That ((Get-Fingerprint $Source) -ceq $before) 'the documents are as they were'
        '8 records from 9 documents, one of them a copy'
    }

    Invoke-Step 'Verify the data through the REST API' {
        Start-Server @('serve', '--database', $Database, '--port', '0', '--no-browser')
        $families = Invoke-Api 'GET' '/api/rmos/stores/strip-families'
        $patterns = Invoke-Api 'GET' '/api/rmos/stores/patterns'
        $joblogs = Invoke-Api 'GET' '/api/rmos/stores/joblogs'
        Confirm-That ($families.total -eq 2) '2 strip families'
        Confirm-That ($patterns.total -eq 3) '3 patterns'
        Confirm-That ($joblogs.total -eq 3) '3 job logs'
        $family = (Invoke-Api 'GET' '/api/rmos/stores/strip-families/fam-maple').strip_family
        $pattern = (Invoke-Api 'GET' '/api/rmos/stores/patterns/pat-rope').pattern
        $joblog = (Invoke-Api 'GET' '/api/rmos/stores/joblogs/job-1001').joblog
        Confirm-That ($family.name -ceq 'Luthier''s maple') 'the name of the strip family'
        Confirm-That ($family.width_mm -eq 2.5) 'the width of its strips'
        Confirm-That ($pattern.geometry.rings[0].radius_mm -eq 45.5) 'the radius of the ring'
        Confirm-That ($pattern.strip_family_id -ceq 'fam-maple') 'the strip family of the pattern'
        Confirm-That ($joblog.pattern_id -ceq 'pat-rope') 'the pattern of the job'
        Confirm-That ($joblog.parameters.blade_mm -eq 0.8) 'the blade of the job'
        '8 records, and their values are those of the files'
    }

    Invoke-Step 'Duplicate detection' {
        $script:SecondRun = Invoke-Rmos @('migrate', $Source, '--database', $Database, '--json') -Expect 0 |
            ConvertFrom-Json
        $totals = $SecondRun.totals
        Confirm-That ($totals.found -eq 9) '9 documents were found again'
        Confirm-That ($totals.skipped -eq $totals.found) 'all of them were skipped'
        Confirm-That ($totals.migrated -eq 0) 'no record was made'
        '9 documents found again, 9 skipped'
    }

    Invoke-Step 'Reports' {
        $null = Invoke-Rmos @('report', '1', '--database', $Database, '--output', $Reports) -Expect 0
        foreach ($format in @('json', 'html', 'txt')) {
            $files = @(Get-ChildItem -LiteralPath $Reports -Filter ('*.' + $format))
            Confirm-That ($files.Count -eq 1) ('there is one report as ' + $format)
            Confirm-That ($files[0].Length -gt 0) ('there is something in the report as ' + $format)
        }
        $file = @(Get-ChildItem -LiteralPath $Reports -Filter '*.json')[0]
        $report = [System.IO.File]::ReadAllText($file.FullName) | ConvertFrom-Json
        Confirm-That ($report.run.id -eq $FirstRun.run_id) 'the report tells of the first run'
        'json, html and txt'
    }

    Invoke-Step 'Audit' {
        $sound = Invoke-Rmos @('audit', '--database', $Database, '--format', 'json') -Expect 0 | ConvertFrom-Json
        Confirm-That $sound.passed 'the database is sound'
        $null = Invoke-Rmos @('backup', $Copy, '--database', $Database) -Expect 0
        Add-Fault $Copy
        $faulty = Invoke-Rmos @('audit', '--database', $Copy, '--format', 'json') -Expect 1 | ConvertFrom-Json
        $broken = @($faulty.rules | Where-Object { @($_.findings).Count -gt 0 } | ForEach-Object { $_.code })
        Confirm-That (-not $faulty.passed) 'the copy is not sound'
        Confirm-That ($broken -contains 'time-not-utc') 'the audit names the fault that was planted'
        'the database is sound, and a time that was spoilt in a copy of it is found'
    }

    Invoke-Step 'Dashboard API' {
        $status = Invoke-Api 'GET' '/api/rmos/stores/migration/status'
        $last = $status.migration_status.last_run
        Confirm-That ($last.id -eq $SecondRun.run_id) 'the second run is the last one'
        Confirm-That ($last.counts.unchanged -eq 9) 'it found 9 documents unchanged'
        Confirm-That ($status.entity_counts.total -eq 8) '8 records'
        Confirm-That ($status.validation.status -ceq 'healthy') 'the quick audit finds nothing'
        $history = Invoke-Api 'GET' '/api/rmos/stores/migration/history?limit=50'
        $runs = @($history.history | ForEach-Object { $_.runs })
        Confirm-That ($runs.Count -eq 2) 'two runs, and not the dry one'
        Confirm-That ($runs[0].id -eq $SecondRun.run_id) 'the later one comes first'
        Confirm-That ($runs[1].counts.migrated -eq 8) 'the first one made 8 records'
        'status and history have the numbers of the runs'
    }

    Invoke-Step 'Clean-up' {
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/strip-families/fam-maple' -Expect 409
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/joblogs/job-1001'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/joblogs/job-1002'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/joblogs/job-1003'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/patterns/pat-rope'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/patterns/pat-waves'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/patterns/pat-shell'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/strip-families/fam-maple'
        $null = Invoke-Api 'DELETE' '/api/rmos/stores/strip-families/fam-abalone'
        $null = Invoke-Api 'GET' '/api/rmos/stores/joblogs/job-1001' -Expect 404
        $null = Invoke-Api 'GET' '/api/rmos/stores/patterns/pat-rope' -Expect 404
        $null = Invoke-Api 'GET' '/api/rmos/stores/strip-families/fam-maple' -Expect 404
        $status = Invoke-Api 'GET' '/api/rmos/stores/migration/status'
        Confirm-That ($status.entity_counts.total -eq 0) 'no record is left'
        $null = Stop-Server
        if ($KeepFiles) {
            'records deleted, server stopped'
        }
        else {
            Remove-Folder
            'records deleted, server stopped, files removed'
        }
    }
}
finally {
    # After Ctrl-C some versions of PowerShell 7 call methods here, but run no commands any more.
    if ($null -ne $Server -and -not $Server.HasExited) {
        $Server.Kill()
    }
    Complete-Cleanly { Stop-Server }
    if ($KeepFiles) {
        Write-Host ('The files are in ' + $Folder)
    }
    else {
        Complete-Cleanly { Remove-Folder }
    }
    Restore-Environment
    if ($null -ne $ConsoleEncoding) {
        [Console]::OutputEncoding = $ConsoleEncoding
    }
}

if ($Failed -gt 0) {
    exit 1
}
exit 0
