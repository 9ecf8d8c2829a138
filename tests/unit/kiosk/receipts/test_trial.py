"""The technician's receipt: whole width, every letter."""

from datetime import datetime
from unicodedata import is_normalized

from kiosk.receipts.text import COLUMNS, width
from kiosk.receipts.trial import trial_receipt

AT = datetime.fromisoformat("2026-11-18T09:05:07+07:00")


def test_every_line_fits_and_the_ruler_fills_the_paper() -> None:
    lines = trial_receipt("Máy mượn trả 1 ở sảnh chính của thư viện tỉnh Lào Cai", AT)
    assert max(map(width, lines)) == COLUMNS
    assert [line for line in lines if width(line) == COLUMNS and line[0] == line[-1] == "|"] != []
    assert all(is_normalized("NFC", line) for line in lines)


def test_every_vietnamese_letter_is_on_it_once() -> None:
    marked = [letter for line in trial_receipt("", AT)[3:-1] for letter in line]
    assert len(marked) == len(set(marked)) == 2 * (12 * 6 + 1)
