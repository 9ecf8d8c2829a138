"""The 3M model "RFID 501", read only. Layout: docs/protocols/tags.md, "3M RFID 501"."""

import re

from drivers.tags.content import TagContent, TagModel
from drivers.tags.elements import Elements, SetInformation

BARCODE = slice(4, 20)
FORM = re.compile(rb"\x04.\x00.[\x20-\x7e]+\x00*", re.DOTALL)


def read(memory: bytes) -> TagContent | None:
    """The tag's item, or None when the memory is not of this model. There is no checksum."""
    head = memory[: BARCODE.stop]
    if len(head) < BARCODE.stop or not FORM.fullmatch(head):
        return None
    part, parts = divmod(memory[1], 16)
    elements = Elements(
        primary_item_identifier=head[BARCODE].rstrip(b"\x00").decode("ascii"),
        set_information=SetInformation(parts, part),
    )
    return TagContent(model=TagModel.RFID501, elements=elements)
