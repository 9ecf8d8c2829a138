"""Old encodings, told by their letters (docs/catalogue.md, Encodings)."""

from contextlib import suppress
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalogue.encodings import Encoding, Undecodable, decode, encoding_of
from tests.unit.service.catalogue.vietnamese_bytes import cp1258, marc_8

SENTENCE = "Thư viện tỉnh Lào Cai: Đất rừng phương Nam của Đoàn Giỏi, những buổi chợ phiên"
TCVN3 = bytes.fromhex("5468ad207669d66e2074d86e68204cb56f20436169")
VNI = bytes.fromhex("5468f6207669 65e46e2074e66e68204c61f86f20436169")
syllables = st.lists(
    st.sampled_from("đường ngữ nghĩa thuở ấy Ước mơ quyển sổ kỷ ngỗng vẫn lặng yên ĐẸP".split()),
    min_size=1,
).map(" ".join)


def test_cp1258_as_a_published_sample_has_it() -> None:
    sample = bytes.fromhex("5468fd207669eaf26e207469d26e68204ce06f20436169")
    assert decode(sample, Encoding.AUTO) == "Thư viện tỉnh Lào Cai"


@given(syllables)
def test_a_record_of_some_words_is_told_and_read(words: str) -> None:
    text = f"{SENTENCE} {words}"
    for content, encoding in written(text):
        assert encoding_of(content) is encoding
        assert decode(content, Encoding.AUTO) == text
        assert decode(content, encoding) == text


@given(syllables)
def test_a_word_or_two_are_told_rightly_or_not_at_all(words: str) -> None:
    for content, encoding in written(words):
        with suppress(Undecodable):
            assert encoding_of(content) is encoding


def written(text: str) -> tuple[tuple[bytes, Encoding], ...]:
    return (
        (text.encode(), Encoding.UTF_8),
        (cp1258(text), Encoding.CP1258),
        (marc_8(text), Encoding.MARC_8),
    )


def test_letters_are_composed_whatever_they_came_in() -> None:
    assert decode(normalize("NFD", SENTENCE).encode(), Encoding.AUTO) == SENTENCE


@pytest.mark.parametrize("content", [TCVN3, VNI, b"\xff\xfe\x81\x8d"])
def test_an_encoding_that_cannot_be_told_is_never_guessed(content: bytes) -> None:
    with pytest.raises(Undecodable, match="--encoding"):
        decode(content, Encoding.AUTO)


@pytest.mark.parametrize("encoding", [Encoding.UTF_8, Encoding.CP1258, Encoding.MARC_8])
def test_a_byte_that_is_no_letter_is_named(encoding: Encoding) -> None:
    with pytest.raises(Undecodable, match="no letter in"):
        decode(b"Ki\xff\xd2\x8a", encoding)


@given(st.binary(), st.sampled_from(Encoding))
def test_any_bytes_are_text_or_refused(content: bytes, encoding: Encoding) -> None:
    with suppress(Undecodable):
        assert isinstance(decode(content, encoding), str)
