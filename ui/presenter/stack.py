"""What borrowing and returning share: the pad's picture, the rows, the tally."""

from collections import Counter

from kiosk.views import ItemLine, LineState, PadPicture
from ui.presenter.catalogue import Catalogue, Words, vi_n
from ui.presenter.rows import NEEDS_THE_READER, cover_of
from ui.presenter.sheet import Lies, Line, Mark, PadScene, Spine

AT_WORK = frozenset(
    {
        LineState.SEEN,
        LineState.RECOGNISED,
        LineState.ASKING,
        LineState.RELEASING,
        LineState.SECURING,
    }
)


def pad_scene(pad: PadPicture, lines: tuple[ItemLine, ...]) -> PadScene:
    """The spines from bottom to top: what lies there, dashed what is missing, floating on top."""
    by_key = {line.key: line for line in lines}
    lying = [spine for key in dict.fromkeys(pad.keys) for spine in _lying(key, pad, by_key)]
    lifted = [
        Spine(cover_of(line), Lies.LIFTED) for line in lines if line.state is LineState.PUT_BACK
    ]
    return PadScene((*lying, *lifted[:1]), pad.card, waits=not lines)


def _lying(key: str, pad: PadPicture, by_key: dict[str, ItemLine]) -> list[Spine]:
    line = by_key.get(key)
    cover = cover_of(line) if line is not None else key
    there = max(pad.keys.count(key), len(line.parts_seen) if line is not None else 0)
    missing = len(line.parts_missing) if line is not None else 0
    return [Spine(cover)] * there + [Spine(cover, Lies.MISSING)] * missing


def count_on_pad(words: Catalogue, pad: PadScene) -> Words:
    """The words after the large number, which is drawn by itself."""
    return words.count(vi_n("cuốn trên khay"), pad.count)


def tally(words: Catalogue, lines: tuple[ItemLine, ...]) -> tuple[Line, ...]:
    """How many are done, at work, waiting for the reader."""
    states = Counter(_tally_state(line) for line in lines)
    counts = (
        (Mark.DONE, vi_n("{n} cuốn đã xong|{n} đã xong"), states["done"]),
        (Mark.WORKING, vi_n("{n} cuốn đang ghi|{n} đang ghi"), states["working"]),
        (Mark.NEEDS_HAND, vi_n("{n} cuốn cần bạn|{n} cần bạn"), states["reader"]),
    )
    return tuple(Line(mark, words.count(text, n)) for mark, text, n in counts if n)


def _tally_state(line: ItemLine) -> str:
    if line.state in NEEDS_THE_READER:
        return "reader"
    return "working" if line.state in AT_WORK else "done"


def note(words: Catalogue, lines: tuple[ItemLine, ...], done: int) -> Words:
    """The quiet count beside *Xong*."""
    if not lines:
        return ()
    return words.count(
        vi_n("{done} trên {n} cuốn đã xong|{done}/{n} cuốn đã xong|{done}/{n} cuốn"),
        len(lines),
        done=done,
    )
