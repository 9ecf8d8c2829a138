"""How a card reader is reached, and how a card's number is made (docs/protocols/cards.md)."""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

Technology = Literal["iso14443a", "iso14443b", "felica"]

TECHNOLOGIES: tuple[Technology, ...] = ("iso14443a", "iso14443b", "felica")


class CardSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path`: a serial device with a PN532 behind it; `usb:VENDOR:PRODUCT`; `udp:HOST:PORT`.

    `number`: the card's UID, or the text or address written on it, which must match
    `text_pattern` whole; where the pattern has a group, the group is the number.

    The UID is cut (`uid_part`, `uid_part_bytes`), then turned (`uid_order`), then written
    (`uid_format`, filled with zeros to `digits`). `uid_lengths`: other lengths in bytes are
    refused; empty takes all.

    `baud` is raised to after the start at 115,200. `patience`: seconds until a reader that does
    not answer counts as silent. `pause`: seconds between two looks.
    """

    path: str
    technologies: tuple[Technology, ...] = TECHNOLOGIES
    number: Literal["uid", "text"] = "uid"
    text_pattern: str = "[0-9A-Za-z.-]{3,32}"
    uid_part: Literal["whole", "first", "last"] = "whole"
    uid_part_bytes: Annotated[int, Meta(ge=1, le=10)] = 4
    uid_order: Literal["as read", "reversed"] = "as read"
    uid_format: Literal["HEX", "hex", "decimal"] = "HEX"
    uid_lengths: tuple[int, ...] = ()
    digits: Annotated[int, Meta(ge=0, le=32)] = 0
    baud: Literal[115_200, 230_400, 460_800, 921_600] = 115_200
    patience: Annotated[float, Meta(gt=0)] = 0.5
    pause: Annotated[float, Meta(ge=0)] = 0.2

    def __post_init__(self) -> None:
        if not self.technologies:
            raise ValueError("technologies is empty: name at least one kind of card")
        try:
            re.compile(self.text_pattern)
        except re.error as problem:
            raise ValueError(f"text_pattern is no regular expression: {problem}") from problem
