"""Which nodes a device is reached by, and whether a user may open them."""

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINS = Path("/dev/gpiochip0")


def nodes_of(settings: Mapping[str, Any]) -> Iterator[Path]:
    """Paths in a device's settings, also those of what its contacts are wired to."""
    if settings.get("on") == "gpio":
        yield PINS
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from nodes_of(value)
        elif key == "path" and str(value).startswith("/"):
            yield Path(value)


@dataclass(frozen=True, slots=True)
class User:
    """Who is to open a device."""

    name: str
    uid: int
    groups: frozenset[int]


def may_use(user: User, node: os.stat_result) -> bool:
    """Whether this user may read and write it, by owner, group and others."""
    wanted = stat.S_IROTH | stat.S_IWOTH
    shift = 6 if user.uid == node.st_uid else 3 if node.st_gid in user.groups else 0
    return user.uid == 0 or (node.st_mode >> shift) & wanted == wanted


def user_of(uid: int) -> User:
    """With all groups that the system's lists name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(str(uid), uid, frozenset())
    return User(entry.pw_name, uid, frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)))
