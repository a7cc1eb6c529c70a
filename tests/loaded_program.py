"""A process that has the program loaded and runs a command of it in a child at each order: it costs a fork,
not a start.

It reads an order a line from stdin (JSON) and answers each with a line. ``forking.LoadedProgram`` starts it.
"""

import ctypes
import importlib
import json
import os
import pkgutil
import runpy
import signal
import stat
import sys
import traceback
from types import ModuleType
from typing import Any


def without_root_powers() -> None:
    """Let file permissions hold for root as for anybody else, in this process and in what it starts.

    CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH are what root passes over them by.
    """
    _drop(1, 2)


def without_powers_over_others_files() -> None:
    """As ``without_root_powers``, and let a folder's sticky bit hold, too (CAP_FOWNER)."""
    _drop(1, 2, 3)


def without_power_to_hand_over() -> None:
    """Let root give files to its own groups only, as anybody else (CAP_CHOWN), in this process and in what it
    starts."""
    _drop(0)


def _drop(*capabilities: int) -> None:
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    powers = 0
    for capability in capabilities:
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
        powers |= 1 << capability
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version, and this process
    held = (ctypes.c_uint32 * 6)()
    if libc.capget(header, held) == 0:
        held[0] &= ~powers
        held[1] &= ~powers
        held[2] &= ~powers
        libc.capset(header, held)


def _load(small_batches: int | None) -> ModuleType:
    import rmos_migration

    for module in pkgutil.walk_packages(rmos_migration.__path__, "rmos_migration."):
        if not any(part in module.name for part in (".__main__", ".api", ".versions", ".env", ".migrations")):
            importlib.import_module(module.name)
    if small_batches is not None:
        pipeline: Any = sys.modules["rmos_migration.migrate.pipeline"]
        pipeline.BATCH_DOCUMENTS = small_batches
    return importlib.import_module("rmos_migration.cli.app")


def _child(app: ModuleType, library: Any, order: dict[str, Any]) -> None:
    """Do what ``__main__`` does, in a process of its own with its own stdout and stderr."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            _reopen(name, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(order["cwd"])
    if order["is_ordinary"]:
        without_root_powers()
    os.environ.clear()
    os.environ.update(order["environment"])
    _customize()
    sys.argv = ["rmos", *order["arguments"]]
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(order["seconds"])  # it counts as hung then, and is ended
    code = 1
    if plan := order.get("plan"):
        library.fault_arm(
            *(os.fsencode(plan["below"]), plan["mode"], plan["number"], plan["error"], plan["kinds"]),
            os.fsencode(plan["record"]),
        )
    try:
        code = app.run()
    except BaseException:
        traceback.print_exc()
    finally:
        if library is not None:
            library.fault_disarm()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = 120
        os._exit(code)


def _customize() -> None:
    """Read what a start of Python would have read from the folders of ``PYTHONPATH``."""
    for folder in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        if os.path.exists(file := os.path.join(folder, "sitecustomize.py")):
            runpy.run_path(file)


def _reopen(name: str, number: int) -> None:
    """Have Python find out anew what a stream is: it takes a pipe for a file still, in which it may seek."""
    old = getattr(sys, name)
    buffering = 1 if name == "stderr" else -1
    new = open(number, "w", buffering, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
    setattr(sys, name, new)


def serve(app: ModuleType) -> None:
    """Carry out orders until there are no more."""
    library = ctypes.CDLL(os.environ["LD_PRELOAD"]) if os.environ.get("LD_PRELOAD") else None
    if library is not None:
        library.fault_arm.argtypes = [
            *(ctypes.c_char_p, ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_char_p)
        ]
        library.fault_count.restype = ctypes.c_long
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _child(app, library, json.loads(line))
        _, status = os.waitpid(child, 0)
        answer = {
            "code": os.waitstatus_to_exitcode(status),
            "calls": library.fault_count() if library is not None else 0,
        }
        print(json.dumps(answer), flush=True)  # noqa: T201 - this is how it answers


if __name__ == "__main__":
    import gc

    application = _load(int(sys.argv[1]) if sys.argv[1:] else None)
    gc.freeze()
    serve(application)
