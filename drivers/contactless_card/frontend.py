"""nfcpy behind the errors of this house: opening a reader, looking for cards, reading their texts.

Imported by `open` only: nfcpy takes a tenth of a second to import, and more on a small machine.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EACCES, EBUSY, EIO, ENOENT, EPERM, ETIMEDOUT
from re import fullmatch
from threading import Event
from types import MappingProxyType

import nfc
import nfc.clf
import nfc.tag
from ndef import Record, TextRecord, UriRecord
from nfc.clf import pn53x, pn532
from usb1 import USBError

from drivers.contactless_card.line import Pn532Line
from drivers.contactless_card.settings import CardSettings, Technology
from drivers.deadline import Deadline
from drivers.errors import (
    DeviceLost,
    DeviceRefused,
    DeviceSilent,
    DriverError,
    FrameDamaged,
    PortBusy,
    PortMissing,
    WrongDevice,
)
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity

_MODULATIONS: Mapping[Technology, str] = MappingProxyType(
    {"iso14443a": "106A", "iso14443b": "106B", "felica": "212F"}
)
_NFCPYS_OWN = r"(usb|udp)(:[^/]*)?"

# nfcpy logs what cards send, at several levels.
logging.getLogger("nfc").setLevel(logging.CRITICAL + 1)


class CardTooSlow(Exception):
    """A card that keeps asking for more time, or never comes to its end."""


class FoundCard:
    """A card that answered now. `uid` is empty when it told none."""

    def __init__(self, technology: Technology, target: nfc.clf.RemoteTarget) -> None:
        self.technology = technology
        self.target = target
        self.uid = _uid(technology, target)


class CardFrontend:
    """One opened reader. Owner: the driver's thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._clf = nfc.ContactlessFrontend()
        self._line: Pn532Line | None = None

    def open(
        self, settings: CardSettings, trace: FrameTrace, cancelled: Event, deadline: Deadline
    ) -> None:
        """Raises as CardReader.open. `cancelled` ends waits on a serial line."""
        if fullmatch(_NFCPYS_OWN, self._path):
            self._open_by_nfcpy()
        else:
            self._line = Pn532Line(self._path, settings.patience, trace, cancelled)
            self._open_pn532(self._line, settings.baud, deadline)

    def identity(self) -> DeviceIdentity:
        """Names are told where the reader has a USB plug, else the chip's alone."""
        device = self._clf.device
        chip, _, version = str(device.chipset_name).partition("v")
        return DeviceIdentity(
            str(device.vendor_name or "NXP"), str(device.product_name or chip), version
        )

    def close(self) -> None:
        """A device that is gone or dumb cannot be sent to sleep."""
        with suppress(Exception):
            self._clf.close()
        if self._line is not None:
            self._line.close()

    def look(self, technologies: tuple[Technology, ...]) -> FoundCard | None:
        """Switch the field on and ask for cards of each kind in turn; the first that answers."""
        targets = [nfc.clf.RemoteTarget(_MODULATIONS[technology]) for technology in technologies]
        with _named_errors(self._path):
            target = self._clf.sense(*targets, iterations=1)
            if target is None:
                return None
            return FoundCard(_technology(target), target)

    def texts(self, card: FoundCard, deadline: Deadline) -> list[str]:
        """The texts and addresses on a card; empty when it has none or could not be read."""
        try:
            with _named_errors(self._path):
                tag = nfc.tag.activate(_BoundedFrontend(self._clf, deadline), card.target)
                records = tag.ndef.records if tag is not None and tag.ndef is not None else []
                return [text for text in map(_text, records) if text is not None]
        except (FrameDamaged, DeviceSilent, DeviceRefused):
            return []

    def _open_by_nfcpy(self) -> None:
        with _named_errors(self._path, opening=True):
            if not self._clf.open(self._path):
                raise PortMissing(f"no card reader at {self._path}: plug it in")

    def _open_pn532(self, line: Pn532Line, baud: int, deadline: Deadline) -> None:
        log = logging.getLogger("nfc.clf.pn532")
        line.start(baud, deadline)
        with _named_errors(self._path):
            self._clf.device = pn532.Device(pn532.Chipset(line, log), log)


class _BoundedFrontend:
    """What nfcpy's cards use of a frontend. Without it a card that says "wait" for ever would hold
    the thread for ever.
    """

    def __init__(self, clf: nfc.ContactlessFrontend, deadline: Deadline) -> None:
        self._clf = clf
        self._deadline = deadline
        self.max_send_data_size = clf.max_send_data_size
        self.max_recv_data_size = clf.max_recv_data_size

    def exchange(self, data: bytes, timeout: float) -> bytearray:
        self._check()
        return bytearray(self._clf.exchange(data, min(timeout, self._deadline.remaining())))

    def sense(self, *targets: nfc.clf.RemoteTarget) -> nfc.clf.RemoteTarget:
        self._check()
        return self._clf.sense(*targets)

    def _check(self) -> None:
        if self._deadline.expired():
            raise CardTooSlow


def _technology(target: nfc.clf.RemoteTarget) -> Technology:
    for technology, modulation in _MODULATIONS.items():
        if modulation[-1] == target.brty[-1]:
            return technology
    raise ValueError(target.brty)


def _uid(technology: Technology, target: nfc.clf.RemoteTarget) -> bytes:
    """A card with an odd answer has no UID; of type 1 tags the chip tells but half of it."""
    match technology:
        case "iso14443a":
            return bytes(target.sdd_res or b"")
        case "iso14443b":
            return bytes(target.sensb_res[1:5])
        case "felica":
            return bytes(target.sensf_res[1:9])


def _text(record: Record) -> str | None:
    if isinstance(record, TextRecord):
        return str(record.text)
    return str(record.uri) if isinstance(record, UriRecord) else None


@contextmanager
def _named_errors(path: str, *, opening: bool = False) -> Iterator[None]:
    """Words of nfcpy's errors are not passed on: they may hold what a card sent."""
    try:
        yield
    except DriverError:
        raise
    except pn53x.Chipset.Error as problem:
        status = problem.errno
        raise DeviceRefused(f"{path} answered with error {status:02X}", status) from None
    except OSError as problem:
        raise _named(path, problem, opening=opening) from None
    except USBError as problem:
        raise DeviceLost(f"{path} is gone ({type(problem).__name__}); plug it in again") from None
    except Exception as problem:  # noqa: BLE001 - nfcpy trusts readers and cards to obey
        name = type(problem).__name__
        raise FrameDamaged(f"{path} gave an answer that makes no sense ({name})") from None


def _named(path: str, problem: OSError, *, opening: bool) -> DriverError:
    match problem.errno:
        case code if code == ENOENT and opening:
            return PortMissing(f"{path} needs the system library libusb-1.0: install it")
        case code if code in {EACCES, EPERM}:
            return WrongDevice(f"this user may not open {path}; add a udev rule for the reader")
        case code if code == EBUSY:
            return PortBusy(
                f"another program holds {path}, or the kernel: stop it, or keep the kernel's "
                "pn533_usb from loading"
            )
        case code if code == ETIMEDOUT:
            return DeviceSilent(f"{path} did not answer; check its cable")
        case code if code == EIO:
            return FrameDamaged(f"{path} gave a damaged answer; check its cable")
        case _ if opening:
            return PortMissing(f"{path} cannot be opened: {problem}; plug the reader in")
        case _:
            return DeviceLost(f"{path} is gone: {problem}; plug it in again")
