"""SSI packets to the byte (docs/protocols/scanners.md, "SSI")."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcode_serial.dialects import DIALECTS
from drivers.barcode_serial.frames import BEGUN_BEFORE
from drivers.barcode_serial.ssi import (
    ACK_PACKET,
    DECODED,
    HOST,
    IN_PARTS,
    MORE_FOLLOW,
    REPEATED,
    RESEND_PACKET,
    SCANNER,
    Packet,
    SsiSplitter,
    decode,
    encode,
)
from drivers.barcodes.heard import Answered, Dropped, Due, Heard, Scanned, Verdict
from drivers.facts import Symbology

GOLDEN = {
    "04 D0 04 00 FF 28": Packet(0xD0),
    "05 D1 04 00 01 FF 25": Packet(0xD1, b"\x01"),
    "04 E4 04 00 FF 14": Packet(0xE4),
    "04 E5 04 00 FF 13": Packet(0xE5),
    "04 E9 04 00 FF 0F": Packet(0xE9),
    "04 EA 04 00 FF 0E": Packet(0xEA),
}

CODE = Packet(DECODED, b"\x03TK.00003", 0, SCANNER)
packets = st.builds(
    Packet,
    st.integers(0, 255),
    st.binary(max_size=250),
    st.integers(0, 255),
    st.just(SCANNER),
)


def codes(heard: Sequence[Heard]) -> list[bytes]:
    return [each.raw for each in heard if isinstance(each, Scanned)]


@pytest.mark.parametrize(("frame", "packet"), GOLDEN.items())
def test_golden_packets(frame: str, packet: Packet) -> None:
    assert encode(packet) == bytes.fromhex(frame)
    assert decode(bytes.fromhex(frame), HOST) == (len(encode(packet)), packet)


def test_the_host_turns_packets_on_without_a_beep_and_until_power_off() -> None:
    assert DIALECTS["zebra_ssi"].setup[0].raw == bytes.fromhex("07 C6 04 00 FF EE 01 FD 41")


@given(packets)
def test_encode_and_decode_are_inverse(packet: Packet) -> None:
    raw = encode(packet)
    assert decode(raw, SCANNER) == (len(raw), packet)
    assert all(decode(raw[:keep], SCANNER) == (0, None) for keep in range(len(raw)))


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_garbage_never_raises_and_never_hides_the_next_code(pieces: list[bytes]) -> None:
    splitter = SsiSplitter()
    for piece in pieces:
        splitter.feed(piece)
    splitter.silence()
    splitter.feed(encode(Packet(DECODED, b"\x03ends what was begun", 0, SCANNER)))
    assert codes(splitter.feed(encode(CODE))) == [b"TK.00003"]


@given(st.lists(st.integers(1, 9), min_size=1))
def test_any_split_gives_the_same_codes(cuts: list[int]) -> None:
    other = Packet(DECODED, b"\x1cVi\xe1\xbb\x87t Nam\r\n", 0, SCANNER)
    stream = encode(CODE) + encode(other)
    splitter, heard, at = SsiSplitter(), list[Heard](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        heard += splitter.feed(stream[at : at + step])
        at += step
    assert heard == [
        Due(ACK_PACKET),
        Scanned(b"TK.00003", Symbology.CODE_128),
        Due(ACK_PACKET),
        Scanned("Việt Nam".encode(), Symbology.QR),
    ]


def test_a_repeat_of_the_code_just_confirmed_is_confirmed_and_dropped() -> None:
    splitter = SsiSplitter()
    splitter.feed(encode(CODE))
    again = Packet(DECODED, CODE.data, REPEATED, SCANNER)
    assert splitter.feed(encode(again)) == [Due(ACK_PACKET)]


def test_a_repeat_whose_first_was_never_heard_is_a_code() -> None:
    again = Packet(DECODED, CODE.data, REPEATED, SCANNER)
    assert codes(SsiSplitter().feed(encode(again))) == [b"TK.00003"]


def test_the_same_book_scanned_twice_is_two_codes() -> None:
    splitter = SsiSplitter()
    assert codes(splitter.feed(encode(CODE) + encode(CODE))) == [b"TK.00003", b"TK.00003"]


def test_a_damaged_packet_is_asked_for_again_when_the_line_is_quiet() -> None:
    splitter = SsiSplitter()
    raw = bytearray(encode(CODE))
    raw[6] ^= 1
    assert codes(splitter.feed(bytes(raw))) == []
    assert splitter.silence()[-1] == Due(RESEND_PACKET)
    again = Packet(DECODED, CODE.data, REPEATED, SCANNER)
    assert codes(splitter.feed(encode(again))) == [b"TK.00003"]


def test_a_wrong_length_does_not_hide_the_whole_packet_behind_it() -> None:
    splitter = SsiSplitter()
    heard = [*splitter.feed(b"\xf0" + encode(CODE)), *splitter.silence()]
    assert codes(heard) == [b"TK.00003"]


def test_a_code_of_several_packets_is_dropped_with_its_last_part() -> None:
    splitter = SsiSplitter()
    first = Packet(DECODED, b"\x1c" + b"7" * 250, MORE_FOLLOW, SCANNER)
    heard = splitter.feed(encode(first) + encode(CODE) + encode(CODE))
    assert [each.reason for each in heard if isinstance(each, Dropped)] == [IN_PARTS, IN_PARTS]
    assert codes(heard) == [b"TK.00003"]


def test_a_packet_that_began_while_the_scanner_was_off_is_confirmed_and_dropped() -> None:
    splitter = SsiSplitter()
    splitter.feed(encode(CODE)[:5])
    splitter.drop_begun()
    heard = splitter.feed(encode(CODE)[5:])
    assert heard[0] == Due(ACK_PACKET)
    assert isinstance(heard[1], Dropped)
    assert heard[1].reason == BEGUN_BEFORE


@pytest.mark.parametrize(
    ("packet", "verdict"),
    [
        (Packet(0xD0, b"", 0, SCANNER), Verdict.DONE),
        (Packet(0xD1, b"\x01", 0, SCANNER), Verdict.AGAIN),
        (Packet(0xD1, b"\x06", 0, SCANNER), Verdict.REFUSED),
    ],
)
def test_answers_are_told_from_codes(packet: Packet, verdict: Verdict) -> None:
    assert SsiSplitter().feed(encode(packet)) == [Answered(verdict, encode(packet))]
