"""The permissions of a file that is made from another one: whoever may not read that may not read it either.

A new file belongs to the group of whoever makes it, which need not be the origin's. Where a mode gives the
group something else than all others, it is handed to the origin's group; where that cannot be, both get only
what either may.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Permissions:
    """What a new file allows, before the umask, and its group; None for the group of whoever makes it."""

    mode: int = 0o666
    group: int | None = None
    owner: int | None = None
    """The owner of the origin; None if there is no origin."""

    @property
    def tells_groups_apart(self) -> bool:
        """Whether the group has other rights than everybody else."""
        return self.mode >> 3 & 0o7 != self.mode & 0o7

    def are_kept_by(self, made: os.stat_result) -> bool:
        """Return whether a file made with this mode gives its permissions to the right group."""
        is_any_group = os.name != "posix" or self.group is None or not self.tells_groups_apart
        return is_any_group or made.st_gid == self.group

    def allowed(self, made: os.stat_result) -> int:
        """Return the widest mode that a new file may have, with the group that it has."""
        return self.mode if self.are_kept_by(made) else narrowed(self.mode)

    def within(self, path: Path, earlier: os.stat_result) -> "Permissions":
        """Return the permissions of a file that replaces an earlier one: no wider than either."""
        group = self.group if self.tells_groups_apart else earlier.st_gid
        return Permissions(_mode(path, earlier) & self.mode, group, self.owner)

    def let_read(self, user: int) -> bool:
        """Return whether a user outside the group may read: the origin's owner, or anybody if all may."""
        return user == self.owner or bool(self.mode & stat.S_IROTH)

    def of_folder(self) -> "Permissions":
        """Return the permissions of a folder for such files: whoever may read them may enter."""
        return Permissions(self.mode | (self.mode & 0o444) >> 2, self.group)

    def hand_over(self, made: int | Path, mode: int) -> None:
        """Give a new file (a descriptor or a path) to the group, with a mode, or with what all may."""
        try:
            os.chown(made, -1, -1 if self.group is None else self.group)
        except OSError:
            mode = narrowed(mode)
        with suppress(OSError):  # a file system without permissions
            os.chmod(made, mode)  # noqa: PTH101 - a descriptor, too


ANYBODYS = Permissions()
"""As the umask says."""

OWNERS = Permissions(0o600)
"""For the owner alone."""


def permissions_of(origin: Path) -> Permissions:
    """Return permissions for a file made from another: no wider than its own, anybody's if it is absent."""
    try:
        found = origin.stat()
    except OSError:
        return ANYBODYS
    mode = _mode(origin, found) & 0o666 | stat.S_IRUSR | stat.S_IWUSR
    return Permissions(mode, found.st_gid, found.st_uid)


def _mode(path: Path, found: os.stat_result) -> int:
    """Return the mode of a file; only the owner's part where it has an access list.

    The group's part then tells the most that anybody in the list may.
    """
    mode = stat.S_IMODE(found.st_mode)
    with suppress(OSError, AttributeError):  # no list, or a system without them
        os.getxattr(path, "system.posix_acl_access")
        return mode & stat.S_IRWXU
    return mode


def narrowed(mode: int) -> int:
    """Return a mode that gives the group and everybody else what both may."""
    both = mode >> 3 & mode & 0o7
    return mode & ~0o77 | both << 3 | both
