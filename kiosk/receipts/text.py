"""The receipt as 42 columns of text, Vietnamese in NFC, short name only. Pure.

`translate` turns the Vietnamese words below into another language; they stand in the same
catalogue as the words of the screens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from unicodedata import category, east_asian_width, normalize

from kiosk.views import FarewellView, ItemLine, Trouble

COLUMNS = 42
NEXT_LINE = "  "

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ReceiptHead:
    """What stands at the top. `patron` is the short name, empty for a return without a card."""

    library: str
    station: str
    patron: str
    at: datetime


def in_vietnamese(text: str) -> str:
    """The words as they stand here."""
    return text


def width(text: str) -> int:
    """Columns that a text takes: none for combining marks, two for wide letters."""
    return sum(map(_columns, text))


def compose(
    head: ReceiptHead, view: FarewellView, translate: Translate = in_vietnamese
) -> tuple[str, ...]:
    """The receipt's lines, none wider than COLUMNS."""
    lines = [*_top(head, translate)]
    lines += _block(translate("Đã mượn"), view.lent, translate)
    lines += _block(translate("Đã trả"), view.returned, translate)
    lines += _block(translate("Chưa xong, nhờ bạn hỏi thủ thư"), view.unfinished, translate)
    lines += ["", *_centred(translate("Cảm ơn bạn!"))]
    return tuple(normalize("NFC", line) for line in lines)


def _top(head: ReceiptHead, translate: Translate) -> Iterator[str]:
    yield from _centred(head.library)
    yield from _centred(f"{head.station} · {head.at:%d/%m/%Y %H:%M}")
    if head.patron:
        yield ""
        yield from _wrapped(f"{translate('Bạn đọc')}: {head.patron}")


def _block(title: str, lines: tuple[ItemLine, ...], translate: Translate) -> Iterator[str]:
    if not lines:
        return
    yield "-" * COLUMNS
    yield from _both_ends(title, str(len(lines)))
    for line in lines:
        yield from _entry(line, translate)


def _entry(line: ItemLine, translate: Translate) -> Iterator[str]:
    yield from _wrapped(line.title or line.accession or "?")
    accession = line.accession if line.title and line.accession else ""
    due = f"{translate('hạn trả')} {line.due:%d/%m/%Y}" if line.due else ""
    if accession or due:
        yield from _both_ends(accession, due, indent="  ")
    if line.trouble is Trouble.KEPT_FOR_LATER:
        kept = translate("Đã nhận, máy sẽ ghi sổ khi có mạng.")
        yield from _wrapped(kept, indent="  ")


def _both_ends(left: str, right: str, indent: str = "") -> Iterator[str]:
    """On one line where both fit, else the right one below."""
    *before, last = _wrapped(left, indent)
    gap = COLUMNS - width(last) - width(right)
    if gap > 0:
        yield from before
        yield f"{last}{' ' * gap}{right}".rstrip()
    else:
        yield from (*before, last)
        yield from (" " * (COLUMNS - width(line)) + line for line in _wrapped(right))


def _centred(text: str) -> list[str]:
    return [" " * ((COLUMNS - width(line)) // 2) + line for line in _wrapped(text)]


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Lines between words; a word wider than a line is cut between letters."""
    lines = [indent]
    for word in _clean(text).split():
        first, *others = _cut(word)
        joined = f"{lines[-1]} {first}" if lines[-1].strip() else f"{lines[-1]}{first}"
        if width(joined) <= COLUMNS:
            lines[-1] = joined
        else:
            lines.append(NEXT_LINE + first)
        lines += (NEXT_LINE + piece for piece in others)
    return lines


def _cut(word: str) -> list[str]:
    """Pieces that fit on a line of their own; a combining mark stays with its letter."""
    pieces = [""]
    for letter in word:
        if width(pieces[-1]) + _columns(letter) > COLUMNS - len(NEXT_LINE):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _clean(text: str) -> str:
    """What commands a printer or turns the line round is no text."""
    return normalize("NFC", "".join(map(_harmless, normalize("NFC", text))))


def _harmless(letter: str) -> str:
    kind = category(letter)
    if kind in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if kind[0] == "C" else letter


def _columns(letter: str) -> int:
    if category(letter) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
