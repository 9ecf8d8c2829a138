"""How long ISO 15693 takes on the air, and in which order tags are found.

Reader to tag 1 out of 4, tag to reader at the high rate with one subcarrier; times are carrier
periods (docs/protocols/air.md, "Times").
"""

from collections.abc import Sequence

from drivers.uid import UID_BYTES, Uid, uid_bytes

CARRIER_HZ = 13_560_000

BYTE = 4096 / CARRIER_HZ
READER_START = 1024 / CARRIER_HZ
READER_END = 512 / CARRIER_HZ
TAG_START = TAG_END = 2048 / CARRIER_HZ
ANSWER_DELAY = 4352 / CARRIER_HZ
PAUSE_AFTER_ANSWER = 4192 / CARRIER_HZ
EMPTY_SLOT = 4384 / CARRIER_HZ + TAG_START

FIELD_OFF = 0.015
"""How long an RF reset keeps the field off."""

SLOTS = 16
SLOT_BITS = 4

_HEAD = 2 + UID_BYTES
_CHECK = 2
_INVENTORY_ANSWER = 12


def exchange(asked: int, answered: int) -> float:
    """Seconds for a request and its answer, sizes in bytes with their checks."""
    return _request(asked) + _answer(answered)


def unanswered(asked: int) -> float:
    """Seconds until a reader knows that no tag answers."""
    return _request(asked) + EMPTY_SLOT


def addressed(parameters: int, answered: int) -> float:
    """Seconds for an addressed command with so many parameter bytes, answered by data bytes."""
    return exchange(_HEAD + parameters + _CHECK, 1 + answered + _CHECK)


def addressed_unanswered(parameters: int) -> float:
    """Seconds for an addressed command to a tag that is not there."""
    return unanswered(_HEAD + parameters + _CHECK)


def stay_quiet() -> float:
    """Seconds to silence one tag, which does not answer to it."""
    return _request(_HEAD + _CHECK) + PAUSE_AFTER_ANSWER


def inventory(uids: Sequence[Uid]) -> tuple[list[Uid], float]:
    """The tags in the order a 16-slot mask tree finds them, and the seconds it takes.

    Two tags of one UID answer alike and are found as one.
    """
    numbers = {int.from_bytes(uid_bytes(uid)): uid for uid in uids}
    found, seconds = _rounds(sorted(numbers), 0)
    return [numbers[number] for number in found], seconds


def _rounds(numbers: Sequence[int], mask_bits: int) -> tuple[list[int], float]:
    """One inventory round and, for each slot with a collision, the rounds below it."""
    seconds = _request(3 + (mask_bits + 7) // 8 + _CHECK) + (SLOTS - 1) * READER_END
    found: list[int] = []
    below = 0.0
    for slot in range(SLOTS):
        here = [number for number in numbers if number >> mask_bits & SLOTS - 1 == slot]
        seconds += _answer(_INVENTORY_ANSWER) if here else EMPTY_SLOT
        if len(here) > 1:
            here, deeper = _rounds(here, mask_bits + SLOT_BITS)
            below += deeper
        found += here
    return found, seconds + below


def _request(size: int) -> float:
    return READER_START + size * BYTE + READER_END


def _answer(size: int) -> float:
    return ANSWER_DELAY + TAG_START + size * BYTE + TAG_END + PAUSE_AFTER_ANSWER
