"""``python -m rmos_migration`` and the command ``rmos``."""

import gc
import sys
import traceback

_FAULT = 70
"""``errors.ExitCode.FAULT``, which cannot be imported where the installation is broken; Python's own 1 means "with rejects"."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # what is imported lives as long as the process: to look through it again and again takes a tenth of a start
    try:
        from .cli.app import run  # imported here, so that a broken installation can still say why
    except Exception:
        traceback.print_exc()
        sys.stderr.write("error: rmos cannot start; install rmos-migration anew, or report the lines above\n")
        sys.exit(_FAULT)

    gc.freeze()
    gc.enable()
    sys.exit(run())


if __name__ == "__main__":
    main()
