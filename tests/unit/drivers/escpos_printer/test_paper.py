"""From lines of text to the dots on the paper and back."""

from functools import cache
from itertools import pairwise
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from drivers.errors import WrongDevice
from drivers.escpos_printer.job import LEAVE_CHINESE, STRIP, Press, press_for
from drivers.escpos_printer.picture import COLUMNS, draw, pen_for
from drivers.escpos_printer.plain import plain
from drivers.escpos_printer.print_commands import (
    Cut,
    Feed,
    Printed,
    Raster,
    Setting,
    Text,
    commands_in,
    decode,
)
from drivers.escpos_printer.rendering import rendered
from drivers.escpos_printer.settings import PrinterSettings

VIETNAMESE = (
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
)
RECEIPT = (
    "      Thư viện tỉnh Đồng Tháp",
    "",
    "Truyện Kiều: Đoạn trường tân thanh",
    "  TK.00003              hạn trả 24/12/2026",
)
WIDTHS = (384, 512, 576)


def press(**settings: object) -> Press:
    return press_for(PrinterSettings(path="/dev/null", **settings))  # type: ignore[arg-type]


def printed(job: bytes) -> list[Printed]:
    return [command for command in commands_in(job) if not isinstance(command, Setting)]


@cache
def ink(letter: str, dots: int) -> bytes:
    return bytes(draw([letter], dots).tobytes())


# --- pictures ---


@pytest.mark.parametrize("dots", WIDTHS)
def test_every_vietnamese_letter_can_be_told_from_every_other(dots: int) -> None:
    letters = VIETNAMESE + ascii_letters
    assert len({ink(letter, dots) for letter in letters}) == len(letters)


@pytest.mark.parametrize("dots", WIDTHS)
def test_no_vietnamese_letter_is_missing_from_the_font(dots: int) -> None:
    missing = ink("\ufffe", dots)
    assert [letter for letter in VIETNAMESE + "–·…|" if ink(letter, dots) == missing] == []


@pytest.mark.parametrize("dots", WIDTHS)
def test_no_letter_is_cut_off_above_or_below(dots: int) -> None:
    pen = pen_for(dots)
    for letter in VIETNAMESE:
        _, top, _, bottom = pen.font.getbbox(letter, anchor="ls")
        assert -top <= pen.above * pen.finer[1], letter
        assert bottom <= (pen.line - pen.above) * pen.finer[1], letter


def inked(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("dots", WIDTHS)
def test_the_last_column_is_on_the_paper(dots: int) -> None:
    first, last = inked(draw(["H"], dots)), inked(draw([" " * (COLUMNS - 1) + "H"], dots))
    assert last[2] <= dots
    assert first[0] + (COLUMNS - 1) * pen_for(dots).column == last[0]


def test_a_mark_of_its_own_stands_on_the_letter_before_it() -> None:
    with_mark, without = draw(["x̃x"], 576), draw(["xx"], 576)
    assert inked(with_mark)[2] == inked(without)[2]
    assert with_mark.tobytes() != without.tobytes()


def test_decomposed_text_prints_as_composed_text() -> None:
    assert ink("ế", 576) == ink("ế", 576)


# --- jobs ---


def test_golden_raster() -> None:
    """docs/protocols/printers.md, "Commands": 8 by 2 dots."""
    raw = bytes.fromhex("1D7630 00 0100 0200 FF81")
    assert list(commands_in(raw)) == [Raster(1, b"\xff\x81")]
    paper = rendered(raw, 8)
    assert [paper.getpixel((x, 0)) for x in range(8)] == [0] * 8
    assert [paper.getpixel((x, 1)) for x in range(8)] == [0, *[255] * 6, 0]


@pytest.mark.parametrize("dots", WIDTHS)
def test_what_is_drawn_is_what_is_printed(dots: int) -> None:
    lines = RECEIPT * 5
    job = press(dots=dots).job(lines)
    strips = [command for command in printed(job) if isinstance(command, Raster)]
    assert max(strip.height for strip in strips) == STRIP
    picture = draw(lines, dots)
    paper = rendered(job, dots).crop((0, 0, *picture.size))
    assert paper.tobytes() == picture.tobytes()


def test_a_job_starts_afresh_and_ends_with_the_cut() -> None:
    job = press().job(RECEIPT)
    assert job.startswith(bytes.fromhex("1B40 1D763000 4800"))
    assert printed(job)[-2:] == [Feed(6), Cut(partial=True)]


@pytest.mark.parametrize(
    ("cut", "end"),
    [("full", [Feed(6), Cut(partial=False)]), ("partial", [Feed(6), Cut(partial=True)])],
)
def test_the_cut_is_as_it_was_set(cut: str, end: list[Printed]) -> None:
    assert printed(press(cut=cut).job(RECEIPT))[-2:] == end


def test_without_a_cutter_the_paper_is_fed_to_the_edge() -> None:
    assert printed(press(cut="none").job(RECEIPT))[-1] == Feed(6)


def test_a_profile_without_a_cutter_is_told_no_cut() -> None:
    job = press(profile="NT-5890K", dots=384).job(RECEIPT)
    assert not any(isinstance(command, Cut) for command in commands_in(job))


def test_plain_receipts_have_no_marks_and_leave_chinese_mode_first() -> None:
    job = press(mode="plain").job(RECEIPT)
    assert job.startswith(b"\x1b\x40" + LEAVE_CHINESE)
    assert [text.letters for text in printed(job) if isinstance(text, Text)] == [
        b"      Thu vien tinh Dong Thap",
        b"",
        b"Truyen Kieu: Doan truong tan thanh",
        b"  TK.00003              han tra 24/12/2026",
    ]


def test_printing_says_nothing_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    press().job(RECEIPT)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"profile": "TM-T8"}, "TM-T88II"), ({"profile": "NT-5890K", "dots": 576}, "384 dots")],
)
def test_a_profile_that_does_not_fit_is_told(settings: dict[str, object], words: str) -> None:
    with pytest.raises(WrongDevice, match=words):
        press(**settings)


@given(st.text())
def test_plain_is_printable_ascii_whatever_comes(line: str) -> None:
    assert all(0x20 <= byte <= 0x7E for byte in plain(line))


def test_every_vietnamese_letter_has_a_plain_form() -> None:
    assert b"?" not in plain(VIETNAMESE)


# --- commands ---


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_apart_without_a_hang(data: bytes) -> None:
    while data:
        used, command = decode(data)
        assert 0 <= used <= len(data)
        if not used:
            assert command is None or isinstance(command, Text)
            assert isinstance(command, Text) or decode(data) == (0, None)
            break
        data = data[used:]


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4000), max_size=6))
def test_any_split_of_a_job_gives_the_same_commands(cuts: list[int]) -> None:
    job = press(dots=384).job(RECEIPT[:2]) + press(dots=384, mode="plain").job(RECEIPT)
    edges = sorted({0, len(job), *(cut for cut in cuts if cut < len(job))})
    found, buffer = [], b""
    for begin, end in pairwise(edges):
        buffer += job[begin:end]
        while True:
            used, command = decode(buffer)
            if not used:
                break
            buffer = buffer[used:]
            found.append(command)
    assert buffer == b""
    assert found == list(commands_in(job))


@given(st.text(max_size=200))
def test_no_text_becomes_a_command(line: str) -> None:
    job = press(mode="plain", cut="none").job([line])
    kinds = [type(command) for command in commands_in(job)]
    assert kinds == [Setting, Setting, Text, Feed]
