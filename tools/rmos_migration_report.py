"""Report a run: ``python tools/rmos_migration_report.py STATS_FILE [--output DIR] [--format html]``.

The name the first RMOS migration had; it is ``rmos report --from STATS_FILE``.
"""

import sys

from rmos_migration.cli.app import run

if __name__ == "__main__":
    is_named = sys.argv[1:2] and not sys.argv[1].startswith("-")
    sys.argv[1:1] = ["report", "--from"] if is_named else ["report"]
    sys.exit(run())
