"""Lists for a simulated desk: volumes with the tags to stick on them, and cards.

One JSON object a line; docs/sample-library.md, Files for a simulated desk.
"""

from collections.abc import Container, Iterable, Iterator
from zlib import crc32

from msgspec import Struct
from msgspec.json import encode

from service.sample import known
from service.sample.collection import Copy
from service.sample.points import BY_CODE
from service.sample.readers import pin_of
from service.vietnamese import short_name

OWNER = "VN-SK"
_CHIPS = ("icode-slix",) * 6 + ("icode-slix2", "icode-slix2", "icode-sli", "tag-it-hf-i-plus")
_MODELS = ("iso28560-3",) * 9 + ("iso28560-2",)


class Volume(Struct, frozen=True):
    """One thing that can be laid on a pad. `secured` is what its tag should say now.

    Without a tag `chip` and `model` are None; the model "blank" is a chip without data.
    """

    item: str
    title: str
    parts: int = 1
    part: int = 1
    tagged: bool = True
    chip: str | None = "icode-slix"
    model: str | None = "iso28560-3"
    owner: str = OWNER
    secured: bool = True


class Card(Struct, frozen=True):
    """One card of a patron; `pin` is None where none was set."""

    card: str
    label: str
    pin: str | None


STRANGERS = (
    Volume(
        "1000000056",
        "Sách của thư viện khác",
        chip="icode-sli",
        model="iso28560-2",
        owner="DK-718500",
    ),
    Volume("", "Nhãn trống", model="blank", secured=False),
)


def volumes(copies: Iterable[Copy], lent: Container[int]) -> Iterator[Volume]:
    """All volumes of these copies; `lent` are the ids of copies whose tags are released."""
    for copy in copies:
        for part in range(1, copy.parts + 1):
            draw = crc32(f"{copy.number}/{part}".encode())
            yield Volume(
                item=copy.number,
                title=copy.title.title,
                parts=copy.parts,
                part=part,
                tagged=copy.tagged,
                chip=_CHIPS[draw % 10] if copy.tagged else None,
                model=_MODELS[draw // 10 % 10] if copy.tagged else None,
                secured=copy.id not in lent,
            )


def demo_volumes(copies: Iterable[Copy], lent: Container[int]) -> Iterator[Volume]:
    """The demo's shelf: known items, a book of another library, a blank tag."""
    by_number = {copy.number: copy for copy in copies if copy.number in known.DEMO_SHELF}
    yield from volumes((by_number[number] for number in known.DEMO_SHELF), lent)
    yield from STRANGERS


def known_cards() -> Iterator[Card]:
    """The cards that demos and tests name."""
    for patron in known.PATRONS:
        pin = pin_of(patron.card) if patron.has_pin else None
        name = short_name(patron.full_name)
        yield Card(patron.card, f"{name} · {patron.label}", pin)
        if patron.lost_card:
            yield Card(patron.lost_card, f"{name} · Thẻ báo mất", pin)
    box = BY_CODE["HOP1"].name
    yield Card(known.BOX_ACCOUNT, f"{box} · Hộp sách luân chuyển", pin_of(known.BOX_ACCOUNT))


def lines(values: Iterable[Struct]) -> Iterator[bytes]:
    """JSON, one value a line."""
    return (encode(value) + b"\n" for value in values)
