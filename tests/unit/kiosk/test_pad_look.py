"""A technician's look at the pad: told once, whole, and never a card's number."""

from drivers.uid import Uid
from kiosk.local.pad_look import PadLook
from kiosk.local.protocol import PadTag
from kiosk.recognition import TagKind, TagReading

BOOK, CARD, SILENT = Uid("E004010000000001"), Uid("E004010000000002"), Uid("E004010000000003")
READINGS = {
    BOOK: TagReading(TagKind.ITEM, "TK.00003", 2, 1),
    CARD: TagReading(TagKind.PATRON_CARD, "04271936"),
    SILENT: None,
}


def test_a_look_is_over_when_every_tag_was_read_or_could_not_be() -> None:
    look = PadLook(READINGS)
    assert list(look.wanted) == [BOOK, CARD, SILENT]
    look.read(BOOK, 0x07)
    look.read(Uid("E0040100000000FF"), 0x07)
    assert list(look.wanted) == [CARD, SILENT]
    look.read(CARD, None)
    look.read(SILENT, None)
    assert not look.wanted


def test_a_card_on_the_pad_is_told_without_its_number() -> None:
    look = PadLook(READINGS)
    look.read(BOOK, 0x07)
    assert look.tags() == (
        PadTag(uid=BOOK, kind="item", item="TK.00003", parts=2, afi="07"),
        PadTag(uid=CARD, kind="patron-card"),
        PadTag(uid=SILENT, kind="unreadable"),
    )


def test_an_empty_pad_is_looked_at_at_once() -> None:
    assert not PadLook({}).wanted
