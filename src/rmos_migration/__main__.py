"""``python -m rmos_migration`` and the command ``rmos``."""

import gc
import os
import sys
import traceback

_FAULT = 70
"""``errors.ExitCode.FAULT``, which cannot be imported where the installation is broken; Python's own 1 means "with
rejects"."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Imported modules live as long as the process: to search them for garbage takes a tenth of a start. Once a verb is
    # imported, ``cli.verbs`` turns the collector on again.
    gc.disable()
    # Pydantic would search every installed package for plugins that want to watch its models.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from .cli.app import run  # imported here, so that a broken installation can still say why
    except Exception:
        traceback.print_exc()
        sys.stderr.write("error: rmos cannot start; install rmos-migration anew, or report the lines above\n")
        sys.exit(_FAULT)
    sys.exit(run())


if __name__ == "__main__":
    main()
