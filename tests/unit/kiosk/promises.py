"""What was promised of loans, tags and words: one sentence for each breach."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kiosk.views import BorrowView, FarewellView, Frame, ItemLine, LineState, ReturnView

DONE = frozenset({LineState.DONE, LineState.DONE_TAG_OPEN})
IN = ""
"""Instead of a borrower's name: the item is in the library."""

SOMEBODY = "somebody"

Entry = tuple[str, str, str]
"""A line on the staff's list: kind, item, tag."""


@dataclass
class People:
    """Who was told last to have which item; everything was in the library at first."""

    told: dict[str, str] = field(default_factory=dict)

    def see(self, frame: Frame) -> None:
        """This frame stood on the screen."""
        view = frame.view
        if isinstance(view, BorrowView):
            self._hear(view.lines, view.short_name)
        elif isinstance(view, ReturnView):
            self._hear(view.lines, IN)
        elif isinstance(view, FarewellView):
            self._hear(view.returned, IN)
            for line in view.lent:  # the name stood on the borrow screen, if that was drawn
                if not self.told.get(line.accession or ""):
                    self.told[line.accession or ""] = SOMEBODY

    def _hear(self, lines: Collection[ItemLine], who: str) -> None:
        self.told |= {line.accession or "": who for line in lines if line.state in DONE}


@dataclass(frozen=True)
class Found:
    """How things stand: who has which item, each tag's item and state, the staff's list."""

    borrowers: dict[str, str]
    released: dict[tuple[str, str], bool]
    listed: frozenset[Entry]
    waiting: int

    def lists(self, item: str, *kinds: str) -> bool:
        return any(kind in kinds and number == item for kind, number, _ in self.listed)


def broken(found: Found, people: People, *, seen: bool) -> list[str]:
    """`seen`: a pad that is online has looked at every tag since."""
    tags = _tags_once_seen if seen else _tags
    waiting = [f"{found.waiting} operations still wait"] if found.waiting else []
    return [*_words(found, people), *tags(found), *waiting]


def _words(found: Found, people: People) -> Iterator[str]:
    for item in sorted(found.borrowers.keys() | people.told.keys()):
        now, told = found.borrowers.get(item, IN), people.told.get(item, IN)
        silence = "lent-nobody-told" if now else "returned-nobody-told"
        if told not in {now, now and SOMEBODY} and not found.lists(item, silence):
            yield f"{item} is with {now!r}, told was {told!r}, and no list names it"


def _tags(found: Found) -> Iterator[str]:
    for (item, uid), released in found.released.items():
        agrees = released is (item in found.borrowers)
        if not agrees and not found.lists(item, "tag-unproved", "lent-still-secured"):
            yield f"tag {uid} of {item} is {released=}, and no list names it"


def _tags_once_seen(found: Found) -> Iterator[str]:
    for (item, uid), released in found.released.items():
        lent = item in found.borrowers
        if released and not lent:
            yield f"tag {uid} of {item} was seen and is still released"
        if (lent and not released) is not (("lent-still-secured", item, uid) in found.listed):
            yield f"tag {uid} of {item} was seen {released=}, {lent=}, the list says otherwise"
        if ("tag-unproved", item, uid) in found.listed:
            yield f"tag {uid} of {item} was seen and is still listed as unproved"
