"""From tags' contents to what they mean here, also when somebody wrote the tag to do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.content import TagContent, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.elements import Elements, SetInformation
from drivers.tags.problems import Problem, ProblemCode
from kiosk.recognition import TagKind, TagReading, recognise
from service.protocol import codec
from service.protocol.identifiers import new_identifier
from service.protocol.operations import CheckIn, Operation

OURS = "VN-LC"


def content(model: TagModel, number: str | None, **elements: object) -> TagContent:
    known = Elements(primary_item_identifier=number, **elements)  # type: ignore[arg-type]
    return TagContent(model=model, elements=known)


def item(number: str | None, **elements: object) -> TagContent:
    return content(TagModel.ISO28560_3, number, **elements)


def test_a_book_of_ours_is_an_item_with_its_number() -> None:
    book = item("TK.00003", owner_institution=OURS)
    assert recognise(book, OURS) == TagReading(TagKind.ITEM, "TK.00003")


def test_a_tag_that_names_no_owner_counts_as_ours() -> None:
    assert recognise(item("TK.00003"), OURS).kind is TagKind.ITEM


def test_a_station_without_isil_takes_every_owner_for_its_own() -> None:
    assert recognise(item("TK.00003", owner_institution="DK-718500"), "").kind is TagKind.ITEM


def test_a_book_of_another_library_is_foreign() -> None:
    stranger = item("TK.00003", owner_institution="DK-718500")
    assert recognise(stranger, OURS) == TagReading(TagKind.FOREIGN, "TK.00003")


def test_a_patron_card_is_never_taken_for_a_book_not_even_a_foreign_one() -> None:
    card = item("04271936", type_of_usage="80", owner_institution="DK-718500")
    assert recognise(card, OURS) == TagReading(TagKind.PATRON_CARD, "04271936")


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (TagModel.BLANK, TagKind.BLANK),
        (TagModel.NDEF, TagKind.NOT_LIBRARY),
        (TagModel.UNKNOWN, TagKind.NOT_LIBRARY),
    ],
)
def test_what_is_no_library_tag_has_no_number(model: TagModel, kind: TagKind) -> None:
    assert recognise(content(model, "TK.1"), OURS) == TagReading(kind)


def test_a_broken_checksum_makes_a_tag_suspect_whoever_owns_it() -> None:
    broken = TagContent(
        model=TagModel.ISO28560_3,
        elements=Elements(primary_item_identifier="TK.00003", type_of_usage="80"),
        problems=(Problem.of(ProblemCode.CRC_MISMATCH, stored=1, computed=2),),
    )
    assert recognise(broken, OURS) == TagReading(TagKind.SUSPECT, "TK.00003")


def test_a_tag_without_number_is_suspect() -> None:
    assert recognise(item(None), OURS).kind is TagKind.SUSPECT
    assert recognise(item(""), OURS).kind is TagKind.SUSPECT


@pytest.mark.parametrize(
    ("parts", "part", "counted"),
    [(3, 2, (3, 2)), (1, 1, (1, 1)), (2, 0, (1, 1)), (2, 3, (1, 1)), (0, 0, (1, 1))],
)
def test_parts_are_counted_as_a_person_does(
    parts: int, part: int, counted: tuple[int, int]
) -> None:
    reading = recognise(item("TK.1", set_information=SetInformation(parts, part)), OURS)
    assert (reading.parts, reading.part) == counted


def test_a_number_too_long_for_any_message_never_becomes_an_operation() -> None:
    """Its row could not be read back after a restart, and the service would never take it."""
    assert recognise(item("X" * 64), OURS).kind is TagKind.ITEM
    assert recognise(item("X" * 65), OURS) == TagReading(TagKind.SUSPECT)


@pytest.mark.parametrize("number", ["tag\tE004015033000001", "TK.1\n", "TK\x00.1", "\u202eTK.1"])
def test_a_number_that_no_printer_prints_never_becomes_an_operation(number: str) -> None:
    """The station's own keys hold a tab: nobody can write a tag that is taken for one of them."""
    assert recognise(item(number), OURS) == TagReading(TagKind.SUSPECT)


@given(st.binary(max_size=320))
def test_whatever_a_tag_holds_its_number_survives_the_wire_or_is_not_used(memory: bytes) -> None:
    reading = recognise(decode_tag(memory), "")
    if reading.kind is TagKind.ITEM:
        operation = Operation(
            operation=new_identifier(),
            sequence=1,
            boot=new_identifier(),
            monotonic_ms=0,
            wall_ms=0,
            act=CheckIn(reading.number),
        )
        assert codec.decode_operation(codec.encode(operation)) == operation
