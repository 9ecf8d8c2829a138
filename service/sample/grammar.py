"""Sentences from patterns with slots, numbered so that each can be made alone and just once."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod
from random import Random

_SLOT = re.compile(r"\{(\w+)\}")


class Grammar:
    """`words` says what may stand in a slot; a word may have slots of its own."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._words = words
        self._totals: dict[str, list[int]] = {}

    def size(self, pattern: str) -> int:
        """How many sentences a pattern makes; KeyError names a slot without words."""
        return prod(self._running_totals(slot)[-1] for slot in _SLOT.findall(pattern))

    def sentence(self, pattern: str, number: int) -> str:
        """The sentence of that number, from 0 up to the pattern's size."""
        pieces = _SLOT.split(pattern)
        for place in range(1, len(pieces), 2):
            number, choice = divmod(number, self._running_totals(pieces[place])[-1])
            pieces[place] = self._filling(pieces[place], choice)
        return "".join(pieces)

    def any_sentence(self, patterns: Sequence[str], chance: Random) -> str:
        """Each pattern is as likely as the others, however many sentences it makes."""
        pattern = chance.choice(patterns)
        return self.sentence(pattern, chance.randrange(self.size(pattern)))

    def _filling(self, slot: str, number: int) -> str:
        totals = self._running_totals(slot)
        place = bisect_right(totals, number)
        before = totals[place - 1] if place else 0
        return self.sentence(self._words[slot][place], number - before)

    def _running_totals(self, slot: str) -> list[int]:
        if slot not in self._totals:
            self._totals[slot] = list(accumulate(map(self.size, self._words[slot])))
        return self._totals[slot]


def even_quotas(sizes: Sequence[int], count: int) -> list[int]:
    """Takes `count` from sources of these sizes as evenly as they hold; ValueError if too few."""
    if count > sum(sizes):
        raise ValueError(f"{count} sentences are wanted, the patterns make {sum(sizes)}")
    quotas = [0] * len(sizes)
    smallest_first = sorted(range(len(sizes)), key=lambda index: sizes[index])
    for left, index in zip(range(len(sizes), 0, -1), smallest_first, strict=True):
        quotas[index] = min(sizes[index], count // left)
        count -= quotas[index]
    return quotas


def proportional(weights: Sequence[float], count: int) -> list[int]:
    """Whole numbers that add up to `count`, each off its share by less than one."""
    ends = [round(count * total / sum(weights)) for total in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
