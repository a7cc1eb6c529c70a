"""``python -m rmos_migration`` and the command ``rmos``."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # what is imported lives as long as the process: to look through it again and again takes a tenth of a start
    from .cli.app import run  # imported here, so that --help of a broken installation can still say why

    gc.freeze()
    gc.enable()
    sys.exit(run())


if __name__ == "__main__":
    main()
