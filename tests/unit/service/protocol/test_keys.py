"""Keys that people copy and compare."""

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from service.protocol.keys import checked_key, fingerprint

KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


def test_a_key_copied_with_blanks_around_it() -> None:
    assert checked_key(f"  {KEY}\n") == KEY


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (KEY[:-1], "40 characters, this text has 39"),
        (KEY + "x", "has 41"),
        ("", "has 0"),
        ("'" + KEY[1:], "' cannot stand"),
        ("é" + KEY[1:], "é cannot stand"),
        ("#####" + KEY[5:], "a character is wrong"),
    ],
)
def test_a_key_copied_wrongly(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        checked_key(text)


def test_every_key_that_libzmq_makes_is_a_key() -> None:
    for _ in range(100):
        public = zmq.curve_keypair()[0].decode("ascii")
        assert checked_key(public) == public


def test_the_fingerprint_stays_the_same_in_every_release() -> None:
    assert fingerprint(KEY) == "GG8J-F1EH-14N7-XZY2-B425"


@given(st.integers(0, 39), st.sampled_from("0123456789abcdef"))
def test_one_wrong_character_gives_another_fingerprint(place: int, character: str) -> None:
    other = KEY[:place] + character + KEY[place + 1 :]
    assert (fingerprint(other) == fingerprint(KEY)) == (other == KEY)
