"""Which cards lie in the field, so that one that stays is told once."""

from drivers.contactless_card.settings import Technology

CardKey = tuple[Technology, bytes]
"""A card as it is known again; the UID is empty where the card changes it."""

ROUNDS_TO_LEAVE = 2
"""One look that misses a card is no leaving: it lies at the edge of the field, or two cards take
turns to answer.
"""


class Presence:
    """Owner: the driver's thread."""

    def __init__(self) -> None:
        self._missed: dict[CardKey, int] = {}

    def __contains__(self, key: CardKey) -> bool:
        return key in self._missed

    def looked(self, seen: CardKey | None) -> None:
        """One look into the field is over, and only `seen` answered."""
        missed = {key: rounds + 1 for key, rounds in self._missed.items() if key != seen}
        self._missed = {key: rounds for key, rounds in missed.items() if rounds < ROUNDS_TO_LEAVE}
        if seen is not None:
            self._missed[seen] = 0

    def clear(self) -> None:
        """Nothing is known of the field any more."""
        self._missed.clear()
