"""The receipt: 42 columns whatever the texts are, nothing that was done left out."""

from datetime import date, datetime
from unicodedata import category, is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.receipts.text import COLUMNS, ReceiptHead, compose, width
from kiosk.views import FarewellView, ItemLine, LineState, Trouble

HEAD = ReceiptHead(
    library="Thư viện tỉnh Lào Cai",
    station="Máy mượn trả 1",
    patron="V. A. MẪU",
    at=datetime.fromisoformat("2026-11-18T09:05:00+07:00"),
)
DUE = date(2026, 12, 2)


def line(key: str = "TK.00003", **fields: object) -> ItemLine:
    known = {"accession": key, "title": "Mùa mận trên bản Cao", "due": DUE} | fields
    return ItemLine(key, LineState.DONE, **known)  # type: ignore[arg-type]


def farewell(
    lent: tuple[ItemLine, ...] = (),
    returned: tuple[ItemLine, ...] = (),
    unfinished: tuple[ItemLine, ...] = (),
) -> FarewellView:
    return FarewellView(lent, returned, unfinished, DUE, (), 12)


def test_a_receipt_as_it_is_printed() -> None:
    view = farewell(
        lent=(line(), line("TK.00004", title="Sông Chảy mùa lũ")),
        returned=(line("TK.00005", title=None, due=None),),
    )
    assert compose(HEAD, view) == (
        "          Thư viện tỉnh Lào Cai",
        "    Máy mượn trả 1 · 18/11/2026 09:05",
        "",
        "Bạn đọc: V. A. MẪU",
        "------------------------------------------",
        "Đã mượn                                  2",
        "Mùa mận trên bản Cao",
        "  TK.00003              hạn trả 02/12/2026",
        "Sông Chảy mùa lũ",
        "  TK.00004              hạn trả 02/12/2026",
        "------------------------------------------",
        "Đã trả                                   1",
        "TK.00005",
        "",
        "               Cảm ơn bạn!",
    )


def test_a_return_without_card_names_nobody() -> None:
    head = ReceiptHead(HEAD.library, HEAD.station, "", HEAD.at)
    assert not any("Bạn đọc" in text for text in compose(head, farewell(returned=(line(),))))


def test_a_return_that_was_only_kept_says_so() -> None:
    kept = line(due=None, trouble=Trouble.KEPT_FOR_LATER)
    text = "\n".join(compose(HEAD, farewell(returned=(kept,))))
    assert "máy sẽ ghi sổ khi có mạng" in text


def test_a_due_date_is_never_pushed_out_by_a_long_number() -> None:
    long = line("TK-THIEU-NHI-2026.00000000000000000003")
    text = compose(HEAD, farewell(lent=(long,)))
    assert sum("02/12/2026" in each for each in text) == 1
    assert any(each.endswith("hạn trả 02/12/2026") for each in text)


def test_a_long_title_is_wrapped_between_words_and_indented() -> None:
    title = "Truyện cổ tích các dân tộc vùng cao phía Bắc kể lại cho thiếu nhi"
    text = compose(HEAD, farewell(lent=(line(title=title),)))
    start = next(n for n, each in enumerate(text) if each.startswith("Truyện"))
    assert text[start + 1].startswith("  ")
    assert f"{text[start]} {text[start + 1].strip()}" == title


def test_a_word_longer_than_the_strip_is_cut_and_loses_no_letter() -> None:
    word = "Đ" * 100
    text = compose(HEAD, farewell(lent=(line(title=word),)))
    assert sum(each.count("Đ") for each in text) == 100 + 1  # and that of "Đã mượn"


def test_wide_letters_take_two_columns() -> None:
    assert width("漢字") == 4
    text = compose(HEAD, farewell(lent=(line(title="漢" * 30),)))
    assert [width(each) for each in text if "漢" in each] == [40, 22]


def test_letters_in_parts_are_put_together() -> None:
    apart = normalize("NFD", "Nguyễn Thị Ước mượn sách")
    assert width(apart) == width(normalize("NFC", apart))
    text = compose(HEAD, farewell(lent=(line(title=apart),)))
    assert "Nguyễn Thị Ước mượn sách" in text


@pytest.mark.parametrize("bad", ["\x1b@\x1d(k", "\r\n", "\t", "\x00", "\u2028", "\u202e", "\u200b"])
def test_a_title_that_commands_a_printer_or_turns_the_line_is_only_text(bad: str) -> None:
    text = compose(HEAD, farewell(lent=(line(title=f"Mùa{bad}mận"),)))
    assert not [letter for each in text for letter in each if category(letter)[0] == "C"]


def test_another_language_fits_as_well() -> None:
    long = "A sentence that is much longer than the strip of paper has columns"
    text = compose(
        HEAD, farewell(lent=(line(),), unfinished=(line(),)), lambda words: f"{long} {words}"
    )
    assert all(width(each) <= COLUMNS for each in text)
    assert any(each.endswith("02/12/2026") for each in text)


letters = st.one_of(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặ ỄỘƯƠ  .,-"),
    st.sampled_from("漢字ｶﾀ한글👪\u0301\u0323\u200d\u202e\t\n\x1b"),
    st.characters(codec="utf-8"),
)
texts = st.text(letters, max_size=120)
item_lines = st.builds(
    line,
    key=texts,
    title=st.none() | texts,
    due=st.none() | st.just(DUE),
    trouble=st.sampled_from([None, Trouble.KEPT_FOR_LATER, Trouble.NOT_SENT]),
)
stacks = st.lists(item_lines, max_size=3).map(tuple)


@given(texts, texts, texts, stacks, stacks, stacks)
def test_no_line_is_wider_than_the_strip_and_all_are_whole_letters(
    library: str,
    station: str,
    patron: str,
    lent: tuple[ItemLine, ...],
    returned: tuple[ItemLine, ...],
    unfinished: tuple[ItemLine, ...],
) -> None:
    head = ReceiptHead(library, station, patron, HEAD.at)
    text = compose(head, farewell(lent, returned, unfinished))
    assert all(width(each) <= COLUMNS for each in text)
    assert all(is_normalized("NFC", each) for each in text)
    assert not [letter for each in text for letter in each if category(letter)[0] == "C"]
    dues = sum(1 for each in (*lent, *returned, *unfinished) if each.due)
    assert sum(each.endswith("02/12/2026") for each in text) >= dues
