"""Write files whole or not at all: under a random name beside their place, and on the disk before they get their own.

A process that is killed leaves at most a file ``.rmos-….unfinished``. Its writer holds it locked, so that ``leftovers``
can tell what nobody holds from what is being written. Windows neither deletes nor renames a file that is open: there it is
closed for a moment before it gets its name.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .locked_files import RENAMES_OPEN_FILES, make_locked
from .permissions import ANYBODYS, Permissions
from .sync import force, sync_folder
from .targets import IsALinkError, is_link, open_descriptor, status_at

_PREFIX, _SUFFIX, _SEEN_SUFFIX = ".rmos-", ".unfinished", ".unfinished.html"


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
        if not RENAMES_OPEN_FILES:
            self.close()  # elsewhere it stays locked until it has its name, or it might be swept
        if replace:
            self.path.replace(target)
        else:
            _rename_new(self.path, target)
        if sync:
            sync_folder(target.parent)

    def close(self) -> None:
        """Close the file, unless it is closed already."""
        if self.is_open:
            self.is_open = False
            os.close(self.handle)


@contextmanager
def unfinished(
    folder: Path, permissions: Permissions = ANYBODYS, name: str = "", page_of: str = ""
) -> Iterator[Unfinished]:
    """Make an empty file in ``folder``; delete it at the end unless it was renamed.

    Args:
        folder: where the file is going to be.
        permissions: those of the file.
        name: a part of its name in place of a random one, so that one process can keep a place from others.
        page_of: what a page is of that a browser reads meanwhile; browsers in a sandbox read no hidden files.

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

    A file that is replaced hands its permissions on, as far as ``permissions`` allow them, and its owner where root
    writes. A device, a pipe, and a stream that the process has open (``/dev/stdout``) are written to as they are. Without
    ``sync`` the caller forces the file to the disk.

    Raises:
        FileExistsError: if something is there that is not to be replaced.
        IsADirectoryError: if a folder is there.
        IsALinkError: if ``target`` is a link: what it leads to might be anybody's.
        OSError: if it cannot be written, or is a disk or a socket.
    """
    if (descriptor := open_descriptor(target)) is not None:
        if os.name == "posix":
            os.set_blocking(descriptor, True)  # a pipe need not take everything at once
        _write_into(descriptor, content)
        return
    earlier = status_at(target)
    if earlier is not None and stat.S_ISDIR(earlier.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if earlier is not None and not replace:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if earlier is not None and (stat.S_ISCHR(earlier.st_mode) or stat.S_ISFIFO(earlier.st_mode)):
        with target.open("wb", buffering=0) as stream:
            _write_into(stream.fileno(), content)
        return
    if is_link(target):
        raise IsALinkError(errno.ELOOP, "it is a link", str(target))
    if earlier is not None and not stat.S_ISREG(earlier.st_mode):
        raise OSError(errno.EINVAL, "it is neither a file nor a pipe", str(target))
    narrower = permissions if earlier is None else permissions.within(target, earlier)
    with unfinished(target.parent, narrower) as new:
        if earlier is not None:
            _hand_over(new.handle, earlier, permissions, narrower)
        new.write(content, sync=sync)
        new.rename(target, replace=replace, sync=sync)


def _hand_over(handle: int, earlier: os.stat_result, permissions: Permissions, narrower: Permissions) -> None:
    """Give a new file the owner and the permissions of the one that it replaces, as far as may be."""
    if os.name != "posix":
        return
    if permissions.let_read(earlier.st_uid) and os.fstat(handle).st_uid != earlier.st_uid:
        with suppress(OSError):  # only root gives files away
            os.fchown(handle, earlier.st_uid, -1)
    with suppress(PermissionError):  # a file system without permissions
        os.fchmod(handle, narrower.allowed(os.fstat(handle)))


def _rename_new(path: Path, target: Path) -> None:
    """Rename a file to a new name, without ever replacing a file that takes it meanwhile."""
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
