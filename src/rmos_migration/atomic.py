"""Write files whole or not at all: under a random name beside their place, and on the disk before they get their own.

A process that is killed leaves at most a file ``.rmos-….unfinished``. Its writer holds it locked, so that what nobody holds
can be told from what is being written, and taken away (``leftovers``). Windows neither deletes nor renames a file that is
open: there it is closed for a moment before it gets its name, and nobody takes away what was written a short while ago.
"""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

from .new_files import make_locked
from .permissions import ANYBODYS, Permissions
from .syncing import force, sync_folder

if os.name == "posix":
    import fcntl

_RENAMES_WHAT_IS_OPEN = os.name == "posix"
_A_SHORT_WHILE = 3600  # seconds
_PREFIX, _SUFFIX, _SEEN_SUFFIX = ".rmos-", ".unfinished", ".unfinished.html"
_NAMES = re.compile(r"\.rmos-.*\.unfinished|.+\.open-[0-9a-f]{16}\.unfinished\.html", re.DOTALL)
NO_SUCH_NAME = {errno.EILSEQ, errno.EINVAL, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR}
"""What a system answers that cannot have a file of some name, or has a file where a folder would have to be."""

_OLDER = re.compile(r"[^.].*\.[0-9a-f]{8}\.unfinished(?:-journal)?", re.DOTALL)
"""Names under which earlier versions made copies of a database."""

_OPENED = re.compile(r"/dev/(?:(stdout|stderr)|fd/([0-9]{1,9}))")
"""Names of what the process has open."""


@dataclass
class Unfinished:
    """A file that has no name of its own yet: its temporary path, and the open descriptor that keeps it locked."""

    path: Path
    handle: int
    is_open: bool = True

    def write(self, content: bytes, *, sync: bool = True) -> None:
        """Write all of ``content``, and force it to the disk, unless the caller does (``sync_all``)."""
        _write_into(self.handle, content)
        if sync:
            force(self.handle)

    def rename(self, target: Path, *, replace: bool = False, sync: bool = True) -> None:
        """Give the file its name, for good: when this returns, a power cut does not undo it, unless ``sync`` is false.

        Raises:
            FileExistsError: if something is at ``target`` and is not to be replaced.
            OSError: if the file cannot be renamed.
        """
        if not _RENAMES_WHAT_IS_OPEN:
            self.close()  # elsewhere it stays locked until it has its name, or it might be swept
        if replace:
            self.path.replace(target)
        else:
            _rename_new(self.path, target)
        if sync:
            sync_folder(target.parent)

    def close(self) -> None:
        """Close the file, unless it is closed."""
        if self.is_open:
            self.is_open = False
            os.close(self.handle)


@contextmanager
def unfinished(
    folder: Path, permissions: Permissions = ANYBODYS, name: str = "", page_of: str = ""
) -> Iterator[Unfinished]:
    """Make an empty file in ``folder``; it is deleted at the end unless it was renamed.

    Args:
        folder: where the file is going to be.
        permissions: those of the file.
        name: what stands in its name for a random one; so one process can keep a place from others.
        page_of: for a page that a browser reads meanwhile, what it is of; browsers in a sandbox read no hidden files.

    Raises:
        FileExistsError: if another one of the same ``name`` is there.
        OSError: if it cannot be made.
    """
    ends = (f"{page_of}.open-", _SEEN_SUFFIX) if page_of else (_PREFIX, _SUFFIX)
    made = Unfinished(*make_locked(folder, permissions, name, *ends))
    try:
        yield made
    finally:
        made.close()
        with suppress(OSError):
            made.path.unlink(missing_ok=True)


def write_whole(
    target: Path,
    content: bytes,
    *,
    permissions: Permissions = ANYBODYS,
    replace: bool = True,
    sync: bool = True,
) -> None:
    """Write a file so that, whatever happens, either the old one is at ``target`` or all of the new one.

    A file that is replaced hands its permissions on, as far as ``permissions`` allow them, and its owner where root writes. A
    device or a pipe, and what the
    process has open already (``/dev/stdout``), is written to as it is. Without ``sync`` the caller forces it to the disk.

    Raises:
        FileExistsError: if something is there that is not to be replaced.
        IsADirectoryError: if a folder is there.
        IsALinkError: if ``target`` is a link: what it leads to might be anybody's.
        OSError: if it cannot be written, or is a disk or a socket.
    """
    if opened := _OPENED.fullmatch(os.fspath(target)):
        handle = {"stdout": 1, "stderr": 2}.get(opened[1]) or int(opened[2])
        if os.name == "posix":
            os.set_blocking(handle, True)  # a pipe need not take everything at once
        _write_into(handle, content)
        return
    there = _what_is_at(target)
    kind = None if there is None else there.st_mode
    if kind is not None and stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if kind is not None and not replace:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if kind is not None and (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        with target.open("wb", buffering=0) as stream:
            _write_into(stream.fileno(), content)
        return
    if is_link(target):
        raise IsALinkError(errno.ELOOP, "it is a link", str(target))
    if there is not None and not stat.S_ISREG(there.st_mode):
        raise OSError(errno.EINVAL, "it is neither a file nor a pipe", str(target))
    narrower = permissions if there is None else permissions.within(target, there)
    with unfinished(target.parent, narrower) as new:
        if there is not None and os.name == "posix":
            if permissions.let_read(there.st_uid) and os.fstat(new.handle).st_uid != there.st_uid:
                with suppress(OSError):  # only root gives files away
                    os.fchown(new.handle, there.st_uid, -1)
            with suppress(PermissionError):  # a file system without permissions
                os.fchmod(new.handle, narrower.allowed(os.fstat(new.handle)))
        new.write(content, sync=sync)
        new.rename(target, replace=replace, sync=sync)


class IsALinkError(OSError):
    """A result is not written through a link."""


def is_link(target: Path) -> bool:
    """Whether a path is a link through which nothing is written: not one to a device, a pipe, or what is open already."""
    if _OPENED.fullmatch(os.fspath(target)):
        return False
    there = _what_is_at(target)
    return there is not None and stat.S_ISLNK(there.st_mode)


def is_special(target: Path) -> bool:
    """Whether something is at a path that a file neither replaces nor is written into: a disk, or a socket."""
    if _OPENED.fullmatch(os.fspath(target)):
        return False
    there = _what_is_at(target)
    return there is not None and (stat.S_ISBLK(there.st_mode) or stat.S_ISSOCK(there.st_mode))


def leftovers(folder: Path) -> list[Path]:
    """Return the unfinished files in a folder that no process is writing, sorted; none where it cannot be listed."""
    return [path for path in _unfinished_in(folder) if _look(path)]


def older_leftovers(folder: Path) -> list[Path]:
    """Return the unfinished copies that an earlier version left in a folder, sorted, with their journals.

    Nobody takes them away unasked: a power cut may have left a backup whole under such a name.
    """
    try:
        with os.scandir(folder) as found:
            return sorted(folder / one.name for one in found if _OLDER.fullmatch(one.name))
    except OSError:
        return []


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is one that was never finished."""
    return _NAMES.fullmatch(name) is not None


def sweep(folder: Path) -> list[Path]:
    """Delete the unfinished files in a folder that no process is writing; return those that are gone."""
    return [path for path in _unfinished_in(folder) if _look(path, Path.unlink)]


def _unfinished_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return sorted(folder / one.name for one in found if is_unfinished(one.name))
    except OSError:
        return []


def _rename_new(path: Path, target: Path) -> None:
    """Rename a file to a name that nobody has, or that nobody takes meanwhile."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        path.rename(target)
    else:
        path.unlink()


def _write_into(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _what_is_at(target: Path) -> os.stat_result | None:
    """What the system says of what is at a path, None for nothing; of a link to a device what it says of that."""
    try:
        own = target.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(own.st_mode):
        with suppress(OSError):
            led_to = target.stat()
            return led_to if stat.S_ISCHR(led_to.st_mode) or stat.S_ISFIFO(led_to.st_mode) else own
    return own


def _look(path: Path, do: Callable[[Path], object] = lambda _: None) -> bool:
    """Whether nobody is writing an unfinished file; then do something to it, while nobody can begin to write it."""
    try:
        with _held(path) as is_abandoned:
            if is_abandoned:
                do(path)
            return is_abandoned
    except OSError:
        return False


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Hold an unfinished file; yields whether it is one that nobody is writing.

    Raises:
        OSError: if somebody holds it, or it cannot be looked at.
    """
    if not _RENAMES_WHAT_IS_OPEN:
        yield time() - path.stat().st_mtime > _A_SHORT_WHILE
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(handle)
        yield stat.S_ISREG(found.st_mode) and os.path.samestat(found, path.lstat())
    finally:
        os.close(handle)
