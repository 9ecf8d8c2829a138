"""The tags on the pad of a station that does not run, read through its driver."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from drivers.deadline import Deadline
from drivers.errors import TagError
from kiosk.cli.at_hand import opened, section_of
from kiosk.config import StationConfig
from kiosk.local.protocol import PadTag

LOOK_SECONDS = 5.0


def tags_on_pad(config: StationConfig) -> Iterator[PadTag]:
    """All that can be read; ends the command when the pad cannot be opened."""
    if not config.has("pad"):
        return
    with opened(config, section_of(config, "pad", None)) as pad:
        for seen in pad.device.inventory(Deadline.after(LOOK_SECONDS)):
            with suppress(TagError):
                yield _tag(pad.device, seen, config.station.isil)


def _tag(reader: Any, seen: Any, owner: str) -> PadTag:  # noqa: ANN401 - of any driver
    from drivers.tags.detect import decode_tag  # noqa: PLC0415 - slow to import
    from kiosk.local.pad_look import TELLS_ITEM  # noqa: PLC0415
    from kiosk.recognition import recognise  # noqa: PLC0415

    deadline = Deadline.after(LOOK_SECONDS)
    facts = reader.system_information(seen.uid, deadline)
    blocks = reader.read_blocks(seen.uid, 0, facts.block_count or 9, deadline)
    reading = recognise(
        decode_tag(blocks.data, dsfid=seen.dsfid, block_size=blocks.block_size), owner
    )
    return PadTag(
        uid=seen.uid,
        kind=reading.kind,
        item=reading.number if reading.kind in TELLS_ITEM else "",
        parts=reading.parts,
        afi=f"{facts.afi:02X}",
    )
