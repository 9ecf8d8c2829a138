"""What can go wrong with a device, named for what the caller can do next.

DriverError
├── WrongDevice       configuration: the device there is not the one that was asked for
├── PortMissing       the device node is not there: wait for it (plug it in)
├── PortBusy          another program holds the port
├── DeviceLost        it was there and is gone: reopen
├── DeviceSilent      no answer before the deadline: repeat a read, then reopen
├── FrameDamaged      an answer that fails its check: repeat a read, then reopen
├── DeviceRefused     the device answered with a status that says no
├── Cancelled         the station asked the call to end; nothing is wrong with the device
└── TagError          the pad works, the tag does not: the patron acts
    ├── TagLeft       no tag with this UID answers any more
    ├── TagLocked     the tag refuses the write for ever
    └── TagUnreadable the tag answers, but not with what was asked
        └── TagDisturbed   the answer was damaged on the air: repeat a read
"""

from drivers.uid import Uid


class DriverError(Exception):
    """A device could not do what was asked. `str(error)` says what, to what, and what to do."""


class WrongDevice(DriverError):
    """The device at this place is not of the configured kind; change the configuration."""


class PortMissing(DriverError):
    """The device node does not exist; plug the device in or correct the path."""


class PortBusy(DriverError):
    """Another program holds the port; stop it or pause the station."""


class DeviceLost(DriverError):
    """The device disappeared while in use; the worker reopens it."""


class DeviceSilent(DriverError):
    """Nothing came before the deadline."""


class FrameDamaged(DriverError):
    """Bytes came, but no whole frame with a right checksum."""


class DeviceRefused(DriverError):
    """The device understood and said no."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Cancelled(DriverError):
    """Another thread called `cancel`; a write that was under way may have taken effect or not."""


class TagError(DriverError):
    """One tag could not be read or written; the pad and all other tags are well."""

    def __init__(self, message: str, uid: Uid) -> None:
        super().__init__(message)
        self.uid = uid


class TagLeft(TagError):
    """The tag does not answer: it was lifted, or lies badly."""


class TagLocked(TagError):
    """The tag's memory is locked; the write can never succeed."""


class TagUnreadable(TagError):
    """The tag answered with an error or with data that make no sense."""


class TagDisturbed(TagUnreadable):
    """The tag's answer was damaged on the air; the same question may be answered well."""
