"""The permissions of what is made from another file: nobody may read it who may not read that.

A new file belongs to the group of whoever makes it, which need not be the origin's. Where a mode gives the group something
else than all others, it is handed to the origin's group; where that cannot be, both get only what either may.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Permissions:
    """What a new file allows, before the umask, and the group that is meant; None for that of whoever makes it."""

    mode: int = 0o666
    group: int | None = None
    owner: int | None = None
    """Whose the origin is; None where there is none."""

    @property
    def tells_groups_apart(self) -> bool:
        """Whether the group may something else than all others."""
        return self.mode >> 3 & 0o7 != self.mode & 0o7

    def are_kept_by(self, made: os.stat_result) -> bool:
        """Whether what was made with this mode gives its permissions to the right group."""
        is_any_group = os.name != "posix" or self.group is None or not self.tells_groups_apart
        return is_any_group or made.st_gid == self.group

    def allowed(self, made: os.stat_result) -> int:
        """The most that what was made may allow, with the group that it has."""
        return self.mode if self.are_kept_by(made) else narrowed(self.mode)

    def within(self, path: Path, earlier: os.stat_result) -> "Permissions":
        """Those of a file in the place of an earlier one, which it is to be no wider than either."""
        group = self.group if self.tells_groups_apart else earlier.st_gid
        return Permissions(_mode(path, earlier) & self.mode, group, self.owner)

    def let_read(self, user: int) -> bool:
        """Whether a user who need not belong to the group may read: the origin's owner, and anybody where all may."""
        return user == self.owner or bool(self.mode & stat.S_IROTH)

    def of_folder(self) -> "Permissions":
        """Those of a folder for such files: who may read them may enter."""
        return Permissions(self.mode | (self.mode & 0o444) >> 2, self.group)

    def hand_over(self, made: int | Path, mode: int) -> None:
        """Give what was made (a descriptor or a path) to the group, with a mode; only what all may where that cannot be."""
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
    """The permissions for what is made from a file: no wider than its own; anybody's where there is none."""
    try:
        found = origin.stat()
    except OSError:
        return ANYBODYS
    mode = _mode(origin, found) & 0o666 | stat.S_IRUSR | stat.S_IWUSR
    return Permissions(mode, found.st_gid, found.st_uid)


def _mode(path: Path, found: os.stat_result) -> int:
    """The mode of a file; only the owner's part where it has an access list, for then the group's part tells the most that
    anybody in the list may.
    """
    mode = stat.S_IMODE(found.st_mode)
    with suppress(OSError, AttributeError):  # no list, or a system without them
        os.getxattr(path, "system.posix_acl_access")
        return mode & stat.S_IRWXU
    return mode


def narrowed(mode: int) -> int:
    """A mode that gives the group and all others what both may."""
    both = mode >> 3 & mode & 0o7
    return mode & ~0o77 | both << 3 | both
