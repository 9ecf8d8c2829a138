"""Questions change nothing and are never kept; Hello and Heartbeat belong to the link itself."""

from msgspec import Struct

from service.protocol.identifiers import (
    CardNumber,
    InstanceId,
    ItemNumber,
    Pin,
    Sequence,
    ShortText,
)


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="hello/1"):
    """First message of a connection.

    `instance` is born with the process: two live instances of one key are a copied card.
    `keeps` counts answered operations that would be offered again to a restored service.
    """

    instance: InstanceId
    software: ShortText
    last_sequence: Sequence
    keeps: int


class Heartbeat(Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="beat/1"):
    """Sign of life with what staff want to know: waiting operations and broken parts by name."""

    waiting: int
    broken: tuple[ShortText, ...] = ()


class ReofferDone(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="reoffer-done/1"
):
    """All kept operations were offered to this epoch."""


class AskPatron(Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="patron/1"):
    """May this card borrow; with the right PIN also the account."""

    patron_card: CardNumber
    pin: Pin | None = None


class AskItem(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="ask",
    tag="item/1",
):
    """What is this item, and is a loan open on it. `closely`: also since when, and who moved it
    last; only technicians ask so.
    """

    item: ItemNumber
    closely: bool = False


Question = Hello | Heartbeat | ReofferDone | AskPatron | AskItem
