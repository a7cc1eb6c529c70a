"""A process that has loaded the program and forks for every command, which saves many starts of Python.

It is run by the Python that has the program, as a script, and imports nothing from beside it. A line of stdin
is a JSON list: the arguments, and the files for stdout and stderr; the answer is a line with the exit code.
"""

import importlib
import json
import os
import runpy
import sys
import traceback


def main() -> None:
    """Answer until stdin ends."""
    sys.path[0] = os.getcwd()  # noqa: PTH109 - as for python -m
    importlib.import_module("rmos_migration.__main__")
    del sys.modules["rmos_migration.__main__"]  # it is run anew for each command
    for line in sys.stdin:
        arguments, stdout, stderr = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(arguments, stdout, stderr)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def _become(arguments: list[str], stdout: str, stderr: str) -> None:
    """Run the command in this process, and end it."""
    for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, stdout, _NEW), (2, stderr, _NEW)):
        os.dup2(os.open(name, flags, 0o600), number)
    sys.argv = ["rmos", *arguments]
    code = 0
    try:
        runpy.run_module("rmos_migration", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # as Python does at its end
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

if __name__ == "__main__":
    main()
