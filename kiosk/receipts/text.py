"""The receipt as 42 columns of text, Vietnamese in NFC, short name only. Pure.

`translate` turns the Vietnamese words below into another language; they stand in the same
catalogue as the words of the screens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from unicodedata import combining, east_asian_width, normalize

from kiosk.views import FarewellView, ItemLine, Trouble

COLUMNS = 42

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
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


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
        reader = translate("Bạn đọc")
        yield f"{reader}: {head.patron}"


def _block(title: str, lines: tuple[ItemLine, ...], translate: Translate) -> Iterator[str]:
    if not lines:
        return
    yield "-" * COLUMNS
    yield _both_ends(title, str(len(lines)))
    for line in lines:
        yield from _entry(line, translate)


def _entry(line: ItemLine, translate: Translate) -> Iterator[str]:
    yield from _wrapped(line.title or line.accession or "?")
    until = translate("hạn trả")
    due = f"{until} {line.due:%d/%m/%Y}" if line.due else ""
    accession = line.accession or ""
    yield _both_ends(f"  {accession if line.title else ''}".rstrip(), due).rstrip()
    if line.trouble is Trouble.KEPT_FOR_LATER:
        yield from _wrapped("  " + translate("Đã nhận, máy sẽ ghi sổ khi có mạng."))


def _both_ends(left: str, right: str) -> str:
    gap = COLUMNS - width(left) - width(right)
    return f"{left}{' ' * gap}{right}" if gap > 0 else f"{left}"[: COLUMNS - 1]


def _centred(text: str) -> list[str]:
    return [" " * ((COLUMNS - width(line)) // 2) + line for line in _wrapped(text)]


def _wrapped(text: str) -> list[str]:
    return wrap(normalize("NFC", text), COLUMNS, subsequent_indent="  ") or [""]
