"""Check a database: ``python tools/rmos_migration_audit.py [--database URL]``; exit 0 if sound, 1 if not.

The name the first RMOS migration had; it is ``rmos audit``.
"""

import sys

from rmos_migration.cli.app import run

if __name__ == "__main__":
    sys.argv[1:1] = ["audit"]
    sys.exit(run())
