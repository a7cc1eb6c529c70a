"""The nightly check: its scripts and the units that start them do what they say, with their paths
replaced."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from builders import EXAMPLES, RMOS, environment, execute, migrate_messy, rmos, started
from following_powershell import Reading
from powershell import Script, elements, verbatim
from rmos_migration import migrate
from serving_processes import Served, bearer, eventually, serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="cron, systemd and sh are not on Windows")

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPT = DEPLOY / "nightly-audit.sh"
POWERSHELL = Script(DEPLOY / "nightly_audit.ps1")
UNITS = sorted((DEPLOY / "systemd").iterdir())
ANALYZE = shutil.which("systemd-analyze")
LEGACY = EXAMPLES / "rmos_legacy"
DAMAGE = "PRAGMA ignore_check_constraints = 1; UPDATE patterns SET geometry_json = 'no JSON'"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A database in which all is well."""
    database = tmp_path / "rmos.db"
    migrate(LEGACY, database)
    return database


@pytest.fixture
def damaged(sound: Path) -> Path:
    execute(sound, DAMAGE)
    return sound


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """The command rmos, as one program."""
    return program(tmp_path / "rmos", f'exec {shlex.join(RMOS)} "$@"')


def program(file: Path, text: str) -> Path:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def night(command: Path, *arguments: str | Path, **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the check in the folder of the command; its logs go to the folder ``logs`` there."""
    given = {f"RMOS_{name}": str(value) for name, value in settings.items()}
    env = environment(RMOS_COMMAND=str(command), RMOS_LOGS="logs") | given
    words = [str(SCRIPT), *map(str, arguments)]
    return subprocess.run(words, cwd=command.parent, env=env, capture_output=True, text=True, check=False)


def logs(command: Path) -> list[Path]:
    return sorted((command.parent / "logs").iterdir())


# the script
# --------------------------------------------------------------------------------------------------


def test_all_is_well_and_nobody_is_bothered(sound: Path, command: Path, tmp_path: Path) -> None:
    alert = program(tmp_path / "alert", f"touch {tmp_path}/alarm")
    done = night(command, sound, LEGACY, ALERT=alert)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "alarm").exists()
    (log,) = logs(command)
    assert re.fullmatch(r"audit-\d{8}-\d{6}\.log", log.name)
    assert "PASSED" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_damage_is_said_and_the_alert_is_called_with_code_and_log(
    damaged: Path, command: Path, tmp_path: Path
) -> None:
    alert = program(tmp_path / "the alert", f'printf "%s\\n" "$@" > {tmp_path}/alarm')
    done = night(command, damaged, ALERT=alert)
    assert done.returncode == 1
    (log,) = logs(command)
    assert "FAILED" in log.read_text()
    assert "FAILED" in done.stderr
    assert (tmp_path / "alarm").read_text().splitlines() == ["1", f"logs/{log.name}"]


def test_exit_code_is_that_of_the_audit(sound: Path, command: Path) -> None:
    assert night(command, sound.with_name("nothing.db")).returncode == 4
    sound.write_bytes(b"no database\n" * 1000)
    assert night(command, sound).returncode == 4


def test_warnings_fail_the_night_only_if_asked(tmp_path: Path, command: Path) -> None:
    database = tmp_path / "messy.db"
    migrate_messy(database)
    assert night(command, database).returncode == 0
    assert night(command, database, FAIL_ON="warning").returncode == 1


def test_difference_from_the_legacy_folder_fails_the_night(sound: Path, command: Path) -> None:
    assert night(command, sound, EXAMPLES / "older_workshop").returncode == 6


def test_what_fails_first_gives_the_code(damaged: Path, command: Path) -> None:
    assert night(command, damaged, EXAMPLES / "older_workshop").returncode == 1


def test_command_that_is_not_there_is_no_success(sound: Path, command: Path) -> None:
    assert night(command, sound, COMMAND="/no/such/command").returncode == 127


@pytest.mark.parametrize("logs", ["rmos.db", "/proc/self"])
def test_alert_is_called_where_no_log_can_be_written(
    sound: Path, command: Path, tmp_path: Path, logs: str
) -> None:
    alert = program(tmp_path / "alert", f'printf "%s\\n" "$@" > {tmp_path}/alarm')
    assert night(command, sound, LOGS=logs, ALERT=alert).returncode == 5
    assert (tmp_path / "alarm").read_text().splitlines()[0] == "5"


def test_alert_that_fails_does_not_hide_the_code(damaged: Path, command: Path) -> None:
    done = night(command, damaged, ALERT="/no/such/alert")
    assert done.returncode == 1
    assert "/no/such/alert" in done.stderr


def test_last_logs_are_kept(sound: Path, command: Path) -> None:
    folder = command.parent / "logs"
    folder.mkdir()
    older = [folder / f"audit-202001{day:02}-023000.log" for day in range(1, 6)]
    for file in [*older, folder / "audit-notes.log"]:
        file.touch()
    assert night(command, sound, KEEP="3").returncode == 0
    kept = [file for file in logs(command) if file.name != "audit-notes.log"]
    assert len(kept) == 3
    assert kept[:2] == older[-2:]
    assert len(logs(command)) == 4


def test_last_copies_are_kept(sound: Path, command: Path) -> None:
    folder = command.parent / "copies"
    folder.mkdir()
    older = [folder / f"rmos-202001{day:02}-023000.db" for day in range(1, 6)]
    mine = folder / "rmos-2019-before-1.db"
    for file in [*older, mine]:
        file.touch()
    assert night(command, sound, KEEP="2", BACKUPS=folder).returncode == 0
    *others, copy = sorted(folder.iterdir())
    assert others == [mine, older[-1]]
    assert rmos("audit", "--database", copy).returncode == 0
    assert copy.stat().st_mode & 0o777 == 0o600


def test_damage_does_not_push_out_good_copies(damaged: Path, command: Path) -> None:
    folder = command.parent / "copies"
    folder.mkdir()
    older = [folder / f"rmos-202001{day:02}-023000.db" for day in range(1, 6)]
    for file in older:
        file.touch()
    assert night(command, damaged, KEEP="2", BACKUPS=folder).returncode == 1
    assert sorted(folder.iterdir()) == older


def test_copy_that_cannot_be_made_fails_the_night(sound: Path, command: Path) -> None:
    assert night(command, sound, BACKUPS=sound).returncode not in (0, 1)


@pytest.mark.parametrize("keep", ["0", "-1", "many", "1 2"])
def test_number_to_keep_that_is_none_is_refused(sound: Path, command: Path, keep: str) -> None:
    done = night(command, sound, KEEP=keep)
    assert done.returncode == 2
    assert "RMOS_KEEP" in done.stderr


def test_wrong_call_is_refused(command: Path) -> None:
    assert night(command).returncode == 2
    assert night(command, "a", "b", "c").returncode == 2


def test_shellcheck_finds_no_fault() -> None:
    checker = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([checker, "--shell=sh", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


# cron and systemd
# --------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """What /var/lib/rmos stands for, with a database."""
    folder = tmp_path / "state"
    folder.mkdir()
    migrate(LEGACY, folder / "rmos.db")
    return folder


@pytest.fixture
def here(state: Path, command: Path) -> dict[str, str]:
    """Where the places that units and crontab name are here."""
    return {
        "/opt/rmos/bin/rmos": str(command),
        "/opt/rmos/nightly-audit.sh": str(SCRIPT),
        "/var/lib/rmos": str(state),
        "/srv/rmos/rmos_legacy": str(LEGACY),
    }


def moved(text: str, here: dict[str, str]) -> str:
    return re.sub("|".join(map(re.escape, here)), lambda place: here[place[0]], text)


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit, each with all its values, whatever section they are in."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, sign, value = line.partition("=")
            assert sign, line
            found.setdefault(key, []).append(value)
    return found


def variables(name: str, here: dict[str, str]) -> dict[str, str]:
    return dict(moved(value, here).split("=", 1) for value in unit(name)["Environment"])


def command_of(name: str, here: dict[str, str]) -> list[str]:
    (line,) = unit(name)["ExecStart"]
    return [moved(word, here) for word in shlex.split(line)]


def looked_after(state: Path) -> None:
    """A night has left its log and its copy."""
    assert len(list((state / "logs").iterdir())) == 1
    assert len(list((state / "backups").iterdir())) == 1


def test_audit_unit_checks_the_database(state: Path, here: dict[str, str]) -> None:
    words = command_of("rmos-audit.service", here)
    env = environment(**variables("rmos-audit.service", here))
    subprocess.run(words, cwd=state, env=env, check=True, timeout=60)
    looked_after(state)
    execute(state / "rmos.db", DAMAGE)
    assert subprocess.run(words, cwd=state, env=env, capture_output=True, check=False).returncode == 1


def test_audit_unit_may_write_where_it_does() -> None:
    written = [value.split("=", 1)[1] for value in unit("rmos-audit.service")["Environment"][1:]]
    (allowed,) = unit("rmos-audit.service")["StateDirectory"]
    assert {path.removeprefix("/var/lib/") for path in written} < set(allowed.split())


def test_timer_starts_the_audit_and_a_failure_the_alert() -> None:
    assert unit("rmos-audit.timer")["OnCalendar"]
    assert (DEPLOY / "systemd" / "rmos-audit.service").exists()
    (alert,) = unit("rmos-audit.service")["OnFailure"]
    assert alert == "rmos-alert@%n.service"
    assert (DEPLOY / "systemd" / alert.replace("%n", "")).exists()


def test_alert_unit_mails_which_unit_failed(tmp_path: Path) -> None:
    program(tmp_path / "systemctl", 'echo "status of $*"')
    program(tmp_path / "mail", f'printf "%s\\n" "$@" > {tmp_path}/letter; cat >> {tmp_path}/letter')
    (line,) = unit("rmos-alert@.service")["ExecStart"]
    words = shlex.split(line.replace("%i", "rmos-audit.service").replace("%H", "workshop"))
    env = environment() | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(words, env=env, check=True, timeout=60)
    _, subject, whom, status = (tmp_path / "letter").read_text().splitlines()
    assert (subject, whom) == ("RMOS: rmos-audit.service failed on workshop", "root")
    assert status.endswith("rmos-audit.service")


def test_dashboard_unit_serves_the_database(state: Path, here: dict[str, str]) -> None:
    words = command_of("rmos-dashboard.service", here)
    words[words.index("--port") + 1] = "0"
    with started(*words, cwd=state, **variables("rmos-dashboard.service", here)) as process:
        assert process.stdout is not None
        served = Served(process, process.stdout.readline(), state / "no log")
        assert served.get("/readyz").status == 200
        assert served.end() == 0


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_unit_is_well_formed(file: Path) -> None:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.read(file, encoding="utf-8")
    kind = file.suffix.removeprefix(".").capitalize()
    assert {"Unit", kind} <= set(parser.sections()) <= {"Unit", kind, "Install"}
    assert parser["Unit"]["Description"]


if ANALYZE is not None:

    def test_systemd_finds_no_fault_in_the_units(here: dict[str, str], tmp_path: Path) -> None:
        folder = tmp_path / "units"
        folder.mkdir()
        for file in UNITS:
            (folder / file.name).write_text(moved(file.read_text(encoding="utf-8"), here))
        verify = [ANALYZE, "verify", *folder.iterdir()]
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert [line for line in done.stderr.splitlines() if "rmos" in line] == []


@pytest.mark.parametrize("name", ["rmos-audit.service", "rmos-dashboard.service"])
def test_services_may_do_no_more_than_they_must(name: str) -> None:
    service = unit(name)
    assert service["User"] == ["rmos"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["NoNewPrivileges"] == ["true"]
    assert service["CapabilityBoundingSet"] == [""]


def test_audit_unit_cannot_reach_the_network() -> None:
    assert unit("rmos-audit.service")["PrivateNetwork"] == ["true"]
    assert unit("rmos-audit.service")["RestrictAddressFamilies"] == ["AF_UNIX"]


def test_dashboard_unit_is_reached_from_this_machine_only() -> None:
    service = unit("rmos-dashboard.service")
    assert (service["IPAddressDeny"], service["IPAddressAllow"]) == (["any"], ["localhost"])
    assert "--host" not in service["ExecStart"][0]


def limits(name: str) -> dict[str, int]:
    """What a unit limits, in bytes or as numbers."""
    units = {"G": 1024**3, "": 1}
    found = {}
    for key, values in unit(name).items():
        if key in ("MemoryMax", "TasksMax", "LimitAS", "LimitNOFILE", "LimitCORE", "MemorySwapMax"):
            (value,) = values
            number, factor = re.fullmatch(r"(\d+)(G?)", value).groups()  # type: ignore[union-attr]
            found[key] = int(number) * units[factor]
    return found


@pytest.mark.parametrize("name", ["rmos-audit.service", "rmos-dashboard.service"])
def test_services_cannot_take_all_of_the_machine(name: str) -> None:
    found = limits(name)
    assert found["MemoryMax"] == 2 * 1024**3
    assert found["MemorySwapMax"] == found["LimitCORE"] == 0
    assert found["TasksMax"] <= 256


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_dashboard_and_a_run_of_it_fit_into_the_limits_of_the_unit(tmp_path: Path) -> None:
    """Those on memory and processes take a control group; the ones of the process can be set here."""
    found = limits("rmos-dashboard.service")

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (found["LimitAS"],) * 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (found["LimitNOFILE"],) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (found["LimitCORE"],) * 2)

    with serving(tmp_path / "rmos.db", "--source", LEGACY, before=limit) as served:
        runs = "/api/rmos/stores/migration/runs"
        begun = served.ask(
            "POST", runs, bearer(), "Content-Type: application/json", body=b'{"dry_run": false}'
        )
        assert begun.status == 202
        assert eventually(lambda: served.get(f"{runs}/1").json()["run"]["status"] == "completed")
        threads = len(os.listdir(f"/proc/{served.process.pid}/task"))
        assert threads < found["TasksMax"] // 2
        assert served.memory() < found["MemoryMax"] // 4


def test_crontab_checks_the_database(state: Path, here: dict[str, str]) -> None:
    text = (DEPLOY / "crontab.example").read_text(encoding="utf-8")
    lines = [line for line in moved(text, here).splitlines() if line and not line.startswith("#")]
    env = environment(**dict(line.split("=", 1) for line in lines[:-1]))
    *_, job = lines[-1].split(None, 5)
    subprocess.run(["sh", "-c", job], cwd=state, env=env, check=True, timeout=60)
    looked_after(state)


# Windows
# -----------------------------------------------------------------------------------------------------


def values_of(sound: Path, folder: Path) -> dict[str, str]:
    """What the variables of the PowerShell script stand for in a night."""
    return {
        "Database": str(sound),
        "FailOn": "error",
        "Source": str(LEGACY),
        "Folder": str(folder),
        "Now": "20200101-023000",
    }


def test_powershell_script_calls_rmos_properly(sound: Path, tmp_path: Path) -> None:
    joined = {"Join-Path": lambda given, named, piped: str(Path(*given))}
    reading = Reading(joined, values_of(sound, tmp_path))
    calls = [reading.value(elements(call)[0]) for call in POWERSHELL.commands("Invoke-Rmos")]
    assert sorted(call[0] for call in calls) == ["audit", "backup", "verify"]
    for call in calls:
        assert rmos(*call).returncode == 0
    assert (tmp_path / "rmos-20200101-023000.db").exists()


def test_powershell_script_clears_away_only_what_it_names_itself() -> None:
    _, copies = elements(next(POWERSHELL.commands("Remove-Oldest")))
    mine = re.compile(verbatim(copies))
    assert mine.search("rmos-20200101-023000.db")
    for name in ("rmos-2019-before-1.db", "rmos-20200101-before.db", "rmos-20200101-023000.db.token"):
        assert not mine.search(name)
