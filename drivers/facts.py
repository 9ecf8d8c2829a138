"""What devices tell: frozen values that workers put into the controller's queue.

Times are seconds on the monotonic clock of the station.
"""

from dataclasses import dataclass

from drivers.uid import Uid


@dataclass(frozen=True, slots=True)
class TagSeen:
    """One tag that answered an inventory."""

    uid: Uid
    dsfid: int


@dataclass(frozen=True, slots=True)
class InventoryRound:
    """All tags in the field during one complete inventory; order has no meaning."""

    device: str
    tags: tuple[TagSeen, ...]
    at: float

    @property
    def uids(self) -> frozenset[Uid]:
        """The UIDs alone."""
        return frozenset(tag.uid for tag in self.tags)


@dataclass(frozen=True, slots=True)
class BarcodeScanned:
    """One whole code from a scanner, without its terminator."""

    device: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A patron's contactless card came into the field of a card reader."""

    device: str
    card_number: str
    at: float


Fact = InventoryRound | BarcodeScanned | CardPresented
