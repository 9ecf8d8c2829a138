"""FEIG readers send the bytes of each block reversed, some configurations do not.

The order is decided by known tags: one of the two orders makes their checksum fit
(docs/protocols/readers.md, "Byte order inside blocks").
"""

from collections.abc import Sequence
from typing import Literal

from drivers.tags.detect import decode_tag

BlockOrderSetting = Literal["auto", "reversed", "plain"]

_CERTAIN = 8


class BlockOrder:
    """Turns blocks of the line into memory order and back. Owner: the driver's thread.

    With `auto` each readable tag counts for one order; until there is one, and when both have
    as many, it is the documented order, reversed. A single tag that was itself written in the
    wrong order therefore cannot turn a reader round for long.
    """

    def __init__(self, setting: BlockOrderSetting) -> None:
        self._learns = setting == "auto"
        self._plain_votes = 1 if setting == "plain" else 0

    @property
    def reverses(self) -> bool:
        """True while blocks are taken to be reversed on the line."""
        return self._plain_votes <= 0

    def turn(self, block: bytes) -> bytes:
        """One block from line to memory order, or from memory to line order."""
        return block[::-1] if self.reverses else block

    def learn(self, first: int, blocks: Sequence[bytes]) -> None:
        """Count the start of a tag's memory as it came on the line."""
        if not self._learns or first != 0:
            return
        vote = _reads_well(blocks) - _reads_well([block[::-1] for block in blocks])
        self._plain_votes = max(-_CERTAIN, min(_CERTAIN, self._plain_votes + vote))


def _reads_well(blocks: Sequence[bytes]) -> bool:
    content = decode_tag(b"".join(blocks), block_size=len(blocks[0]))
    trusted = content.item_identifier is not None and not content.suspect
    return trusted and not content.layout.reversed_blocks
