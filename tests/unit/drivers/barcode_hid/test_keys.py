"""Key strokes to codes (docs/protocols/scanners.md, "Keyboard scanners")."""

import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcode_hid.keys import (
    ALT_DIGITS,
    BEGUN_BEFORE,
    CITIZEN_CARD,
    EVENTS_LOST,
    FRAGMENT,
    LETTERS_AND_ENTER,
    STRANGE_KEY,
    SYN_DROPPED,
    KeySplitter,
)
from drivers.barcode_hid.simulator import HidSimulator, HidSimulatorSettings, event, key, stroke
from drivers.barcodes.heard import Dropped, Heard, Scanned

KEY_A, KEY_ENTER, KEY_CAPS, KEY_SHIFT, KEY_F1, KEY_CTRL = 30, 28, 58, 42, 59, 29
CARD = "010212999001||Vàng A Mẫu|15082012|Nam|Thôn Mẫu, Xã Ví Dụ, Tỉnh Lào Cai|01072024||||"

typable = st.text(string.ascii_letters + string.digits + string.punctuation + " ", min_size=1)


def typed(text: str, **settings: str) -> bytes:
    return b"".join(HidSimulator(HidSimulatorSettings(**settings))._typed(text))  # type: ignore[arg-type]


def texts(heard: Sequence[Heard]) -> list[str]:
    return [each.raw.decode() for each in heard if isinstance(each, Scanned)]


def reasons(heard: Sequence[Heard]) -> list[str]:
    return [each.reason for each in heard if isinstance(each, Dropped)]


def test_golden_events_of_the_kernel() -> None:
    """Shift down, `a` down, repeated, up, Shift up, ENTER, as 64-bit Linux writes them."""
    stream = bytes.fromhex(
        "0000000000000000 0000000000000000 0100 2A00 01000000"
        "0000000000000000 0000000000000000 0100 1E00 01000000"
        "0000000000000000 0000000000000000 0100 1E00 02000000"
        "0000000000000000 0000000000000000 0100 1E00 00000000"
        "0000000000000000 0000000000000000 0100 2A00 00000000"
        "0000000000000000 0000000000000000 0000 0000 00000000"
        "0000000000000000 0000000000000000 0100 1C00 01000000"
    )
    assert KeySplitter().feed(stream) == [Scanned(b"A")]


@given(typable, st.sampled_from(["enter", "keypad enter", "tab"]))
def test_every_key_of_a_us_keyboard_gives_its_sign(text: str, end: str) -> None:
    heard = KeySplitter().feed(typed(text, end=end))
    assert texts(heard) == ([] if CITIZEN_CARD in reasons(heard) else [text])


@given(st.lists(st.integers(1, 60), min_size=1))
def test_any_split_of_the_bytes_gives_the_same_codes(cuts: list[int]) -> None:
    stream = typed("TK.00003") + typed("tv|0123_456")
    splitter, heard, at = KeySplitter(), list[Heard](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        heard += splitter.feed(stream[at : at + step])
        at += step
    assert texts(heard) == ["TK.00003", "tv|0123_456"]


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_garbage_never_raises_and_never_hides_the_code_after_the_next(pieces: list[bytes]) -> None:
    splitter = KeySplitter()
    for piece in pieces:
        splitter.feed(piece)
    splitter.silence()
    splitter.feed(event(0, SYN_DROPPED, 0) + key(KEY_CAPS, 0))
    splitter.silence()
    assert [text.upper() for text in texts(splitter.feed(typed("TK.00003")))] == ["TK.00003"]


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2)), max_size=60))
def test_any_strokes_give_printable_text_or_nothing(strokes: list[tuple[int, int]]) -> None:
    splitter = KeySplitter()
    heard = [each for code, value in strokes for each in splitter.feed(key(code, value))]
    assert all(text.isascii() and text.isprintable() for text in texts(heard))


@pytest.mark.parametrize("text", ["Vàng A Mẫu", "TK.00003 ₫", CARD])
def test_a_code_typed_with_alt_and_digits_is_refused_with_the_remedy(text: str) -> None:
    heard = KeySplitter().feed(typed(text, beyond_ascii="alt"))
    assert reasons(heard) == [ALT_DIGITS]
    assert "virtual COM port" in ALT_DIGITS
    assert texts(heard) == []


@pytest.mark.parametrize("beyond_ascii", ["dropped", "wrong key"])
def test_a_citizen_card_that_lost_its_letters_is_refused_all_the_same(beyond_ascii: str) -> None:
    heard = KeySplitter().feed(typed(CARD, beyond_ascii=beyond_ascii))
    assert reasons(heard) == [CITIZEN_CARD]


def test_a_twelve_digit_number_alone_is_no_citizen_card() -> None:
    assert texts(KeySplitter().feed(typed("010212999001"))) == ["010212999001"]


def test_caps_lock_turns_letters_only_and_starts_as_the_keyboard_says() -> None:
    splitter = KeySplitter(caps_lock=True)
    assert texts(splitter.feed(typed("tk.0003!"))) == ["TK.0003!"]
    splitter.feed(key(KEY_CAPS, 1) + key(KEY_CAPS, 0))
    assert texts(splitter.feed(typed("tk.0003!"))) == ["tk.0003!"]


def test_an_unfinished_code_is_never_joined_with_the_next_one() -> None:
    splitter = KeySplitter()
    splitter.feed(typed("0427", end="none"))
    assert splitter.begun
    assert reasons(splitter.silence()) == [FRAGMENT]
    assert not splitter.begun
    assert texts(splitter.feed(typed("0815"))) == ["0815"]


def test_a_code_whose_start_came_too_early_is_dropped_to_its_end() -> None:
    splitter = KeySplitter()
    splitter.feed(typed("0427", end="none"))
    splitter.drop_begun()
    assert reasons(splitter.feed(typed("1936"))) == [BEGUN_BEFORE]
    assert texts(splitter.feed(typed("0815"))) == ["0815"]


def test_events_that_the_kernel_lost_spoil_their_code_and_leave_no_key_held() -> None:
    splitter = KeySplitter()
    splitter.feed(typed("TK.", end="none") + key(KEY_SHIFT, 1) + event(0, SYN_DROPPED, 0))
    assert reasons(splitter.feed(typed("3"))) == [EVENTS_LOST]
    assert texts(splitter.feed(typed("tk"))) == ["tk"]


@pytest.mark.parametrize("strange", [stroke(KEY_F1), stroke(KEY_A, held=KEY_CTRL)])
def test_a_key_without_a_character_spoils_the_code(strange: bytes) -> None:
    heard = KeySplitter().feed(typed("TK", end="none") + strange + stroke(KEY_ENTER))
    assert reasons(heard) == [STRANGE_KEY]


def test_a_scanner_without_end_takes_no_memory() -> None:
    splitter = KeySplitter()
    for _ in range(100):
        splitter.feed(typed("7" * 100, end="none"))
    assert len(splitter._text) <= 4096
    assert texts(splitter.feed(typed("1") + typed("TK.00003"))) == ["TK.00003"]


def test_the_letters_that_a_scanners_node_must_have() -> None:
    assert len(LETTERS_AND_ENTER) == 27
