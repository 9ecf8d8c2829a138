"""Identifiers and limits that stand in messages."""

from typing import Annotated
from uuid import uuid4

from msgspec import Meta

HEX_128 = "^[0-9a-f]{32}$"

LONGEST_NUMBER = 64
"""Characters of an accession or card number; what is longer never becomes a message."""

LONGEST_PIN = 32

MessageId = Annotated[str, Meta(pattern=HEX_128)]
OperationId = Annotated[str, Meta(pattern=HEX_128)]
BootId = Annotated[str, Meta(pattern=HEX_128)]
InstanceId = Annotated[str, Meta(pattern=HEX_128)]
Epoch = Annotated[str, Meta(pattern=HEX_128)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]
ItemNumber = Annotated[str, Meta(min_length=1, max_length=LONGEST_NUMBER)]
CardNumber = Annotated[str, Meta(min_length=1, max_length=LONGEST_NUMBER)]
Pin = Annotated[str, Meta(min_length=1, max_length=LONGEST_PIN)]
TagUid = Annotated[str, Meta(pattern="^[0-9A-F]{16}$")]
ShortText = Annotated[str, Meta(max_length=400)]


NO_MESSAGE: MessageId = "0" * 32
"""What a reply answers that nobody asked for: the news that somebody else uses this key."""


def new_identifier() -> str:
    """128 random bits as 32 hexadecimal digits."""
    return uuid4().hex
