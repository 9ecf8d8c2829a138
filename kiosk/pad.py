"""Inventory rounds in, steady facts out: which tags lie on the pad, which have left.

Pure. A tag must answer two rounds running before anything is done with it (a book carried past
the pad is seen once), and miss two before it counts as lifted (a tag may miss one round between
others). The worker repeats a round at once while tags come or go, so this costs no time.
"""

from dataclasses import dataclass, field

from drivers.facts import InventoryRound
from drivers.uid import Uid

ROUNDS_TO_BELIEVE = 2
ROUNDS_TO_MISS = 2


@dataclass(frozen=True, slots=True)
class TagOnPad:
    """One tag as the rounds show it; `dsfid` as it answered last."""

    uid: Uid
    dsfid: int
    seen: int = 1
    missed: int = 0

    @property
    def steady(self) -> bool:
        """Seen often enough to act upon."""
        return self.seen >= ROUNDS_TO_BELIEVE


@dataclass(frozen=True, slots=True)
class PadChange:
    """What one round changed: tags to act upon now, and tags that are gone."""

    placed: tuple[TagOnPad, ...] = ()
    removed: tuple[Uid, ...] = ()


@dataclass(frozen=True, slots=True)
class Pad:
    """All tags that the last rounds speak of, in order of their first sight."""

    tags: dict[Uid, TagOnPad] = field(default_factory=dict)

    def steady(self) -> frozenset[Uid]:
        """The tags that lie there."""
        return frozenset(uid for uid, tag in self.tags.items() if tag.steady)


def observe(pad: Pad, seen_round: InventoryRound) -> tuple[Pad, PadChange]:
    """Take one round in."""
    answers = {tag.uid: tag.dsfid for tag in seen_round.tags}
    tags = {uid: _follow(tag, answers.get(uid)) for uid, tag in pad.tags.items()}
    tags |= {uid: TagOnPad(uid, dsfid) for uid, dsfid in answers.items() if uid not in tags}
    kept = {uid: tag for uid, tag in tags.items() if _stays(tag)}
    before = pad.steady()
    placed = tuple(tag for uid, tag in kept.items() if tag.steady and uid not in before)
    removed = tuple(uid for uid in pad.tags if uid in before and uid not in kept)
    return Pad(kept), PadChange(placed, removed)


def emptied(pad: Pad) -> tuple[Pad, PadChange]:
    """The pad itself is gone: nothing can be said to lie on it."""
    return Pad(), PadChange(removed=tuple(uid for uid, tag in pad.tags.items() if tag.steady))


def _follow(tag: TagOnPad, dsfid: int | None) -> TagOnPad:
    if dsfid is None:
        return TagOnPad(tag.uid, tag.dsfid, tag.seen, tag.missed + 1)
    return TagOnPad(tag.uid, dsfid, tag.seen + 1, 0)


def _stays(tag: TagOnPad) -> bool:
    return tag.missed < (ROUNDS_TO_MISS if tag.steady else 1)
