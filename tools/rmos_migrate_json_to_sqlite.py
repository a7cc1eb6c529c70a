"""Migrate a legacy folder: ``python tools/rmos_migrate_json_to_sqlite.py [DATA_DIR] [--dry-run]``.

The name the first RMOS migration had; it is ``rmos migrate``.
"""

import sys

from rmos_migration.cli.app import run

if __name__ == "__main__":
    sys.argv[1:1] = ["migrate"]
    sys.exit(run())
