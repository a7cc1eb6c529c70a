"""``python -m rmos_migration`` and the command ``rmos``."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from .cli.app import run  # imported here, so that --help of a broken installation can still say why

    sys.exit(run())


if __name__ == "__main__":
    main()
