#!/bin/sh
# Check a database, as cron or systemd does every night:  nightly-audit.sh DATABASE [SOURCE]
#
# It runs rmos audit, and with SOURCE, the legacy folder, rmos verify; both only read. What they say is kept in a log of
# its own for each night. The exit code is the first that was not 0: then stderr has the end of the log, which cron sends
# by mail, and the command RMOS_ALERT is called with the code and the log's path.
#
#   RMOS_COMMAND   the command rmos                                          (rmos)
#   RMOS_FAIL_ON   the least severity that fails the audit, error or warning  (error)
#   RMOS_LOGS      the folder for the logs                                   (rmos-logs, in the current folder)
#   RMOS_BACKUPS   a folder for a copy of each night in which all was well   (none)
#   RMOS_KEEP      how many logs and how many copies are kept                (30)
#   RMOS_ALERT     a program to call when something is wrong                 (none)
#
# Logs and copies of two databases belong into two folders.
set -u
umask 077

if [ "$#" -lt 1 ] || [ "$#" -gt 2 ]; then
    echo "usage: nightly-audit.sh DATABASE [SOURCE]" >&2
    exit 2
fi
database=$1
legacy=${2-}
rmos=${RMOS_COMMAND:-rmos}
logs=${RMOS_LOGS:-rmos-logs}
backups=${RMOS_BACKUPS-}
keep=${RMOS_KEEP:-30}
case $keep in
    *[!0-9]* | 0*)
        echo "nightly-audit: RMOS_KEEP must be a number from 1, found $keep" >&2
        exit 2
        ;;
esac
now=$(date +%Y%m%d-%H%M%S)
log=$logs/audit-$now.log

alert() {
    if [ -n "${RMOS_ALERT-}" ]; then
        "$RMOS_ALERT" "$first" "$log" || echo "nightly-audit: $RMOS_ALERT failed with $?" >&2
    fi
}

first=5 # until there is a log; not ":", whose failed redirection ends a shell like dash at once
if ! mkdir -p -- "$logs" || ! true >>"$log"; then
    alert
    exit "$first"
fi
first=0

step() { # run a command into the log; the first code that is not 0 is that of the night
    "$@" >>"$log" 2>&1
    code=$?
    [ "$first" -ne 0 ] || first=$code
}

prune() { # delete all but the last of the files, which their names put in order of time
    while [ "$#" -gt "$keep" ]; do
        rm -f -- "$1"
        shift
    done
}

step "$rmos" audit --database "$database" --fail-on "${RMOS_FAIL_ON:-error}"
[ -z "$legacy" ] || step "$rmos" verify "$legacy" --database "$database"
if [ -n "$backups" ] && [ "$first" -eq 0 ]; then # copies of a damaged database would push out the good ones
    mkdir -p "$backups"
    step "$rmos" backup "$backups/rmos-$now.db" --database "$database"
    [ "$first" -ne 0 ] || prune "$backups"/rmos-????????-??????.db
fi
prune "$logs"/audit-????????-??????.log

if [ "$first" -ne 0 ]; then
    echo "nightly-audit: $database is not sound, or could not be checked (exit code $first); $log ends:" >&2
    tail -n 40 "$log" >&2
    alert
fi
exit "$first"
