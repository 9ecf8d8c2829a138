"""The sample library's volumes and cards as things that can be laid on the simulated pad."""

from hashlib import sha256
from pathlib import Path

import msgspec

from drivers.simulators.bench_protocol import BenchItem
from drivers.simulators.virtual_tags import CHIPS, TagMemory
from drivers.tags.content import TagModel
from drivers.tags.elements import elements_named
from drivers.tags.encode import encode_tag
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.uid import Uid

PROFILE = LibraryProfile()
DSFID = {"iso28560-2": 0x06, "iso28560-3": 0x3E, "blank": 0x00}
TAG_BYTES = 112


class Volume(msgspec.Struct, frozen=True):
    """One line of `muontra-service sample --tags`."""

    item: str
    title: str
    parts: int
    part: int
    tagged: bool
    chip: str | None
    model: str | None
    owner: str
    secured: bool


class Card(msgspec.Struct, frozen=True):
    """One line of `muontra-service sample --cards`."""

    card: str
    label: str
    pin: str | None


def volumes(path: Path) -> list[Volume]:
    """The volumes of a file."""
    return [msgspec.json.decode(line, type=Volume) for line in path.read_bytes().splitlines()]


def cards(path: Path) -> list[Card]:
    """The cards of a file."""
    return [msgspec.json.decode(line, type=Card) for line in path.read_bytes().splitlines()]


def write_shelf(volumes_file: Path, cards_file: Path, shelf: Path) -> None:
    """Write the bench's own file of books and cards."""
    items = [bench_book(volume) for volume in volumes(volumes_file)]
    items += [bench_card(card) for card in cards(cards_file)]
    shelf.write_bytes(b"".join(msgspec.json.encode(item) + b"\n" for item in items))


def name_of(volume: Volume) -> str:
    """How the bench calls a volume: the accession number, with the part of a set behind it."""
    if not volume.item:
        return volume.title
    return f"{volume.item}/{volume.part}" if volume.parts > 1 else volume.item


def bench_book(volume: Volume) -> BenchItem:
    """A book with its barcode, and its tag if it carries one."""
    tag = _tag(volume) if volume.tagged and volume.model is not None else None
    return BenchItem(name=name_of(volume), title=volume.title, barcode=volume.item, tag=tag)


def bench_card(card: Card) -> BenchItem:
    """A patron's card with a barcode."""
    return BenchItem(name=card.card, kind="card", title=card.label, barcode=card.card)


def _tag(volume: Volume) -> TagMemory:
    model = volume.model or "blank"
    chip = volume.chip or "icode-slix"
    state = SecurityState.SECURED if volume.secured else SecurityState.RELEASED
    blocks = b"" if model == "blank" else _encoded(volume, TagModel(model))
    return TagMemory(
        uid=_uid(chip, name_of(volume)),
        chip=chip,
        blocks=blocks.hex(),
        afi=0 if model == "blank" else PROFILE.afi_for(state),
        dsfid=DSFID[model],
    )


def _encoded(volume: Volume, model: TagModel) -> bytes:
    elements = elements_named(
        {
            "primary_item_identifier": volume.item,
            "owner_institution": volume.owner,
            "set_information": {"parts": volume.parts, "part": volume.part},
            "type_of_usage": "10",
        }
    )
    return encode_tag(model, elements, TAG_BYTES)


def _uid(chip: str, name: str) -> Uid:
    """The same book has the same chip in every run."""
    start = CHIPS[chip].uid_start
    return Uid(start + sha256(name.encode()).hexdigest()[: 16 - len(start)].upper())
