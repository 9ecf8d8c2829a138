"""Numbers out of UIDs and texts (docs/protocols/cards.md, "Numbers")."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contactless_card.numbers import card_by_text, card_by_uid, is_random
from drivers.contactless_card.settings import CardSettings, Technology
from drivers.facts import CardProblem, CardSeen

FOUR = bytes.fromhex("93A1B2C4")
SEVEN = bytes.fromhex("04112233445566")


def settings(**changed: Any) -> CardSettings:  # noqa: ANN401 - any setting
    return msgspec.convert({"path": "/dev/card", **changed}, CardSettings)


def number(uid: bytes, technology: Technology = "iso14443a", **changed: Any) -> str:  # noqa: ANN401
    card = card_by_uid(settings(**changed), technology, uid, changing=False)
    assert card.problem is None
    return card.number


def problem(uid: bytes, technology: Technology = "iso14443a", **changed: Any) -> object:  # noqa: ANN401
    card = card_by_uid(settings(**changed), technology, uid, changing=False)
    assert card.problem is None or not card.number
    return card.problem


def texts(*on_card: str, pattern: str = "[0-9A-Za-z.-]{3,32}") -> CardSeen:
    return card_by_text(settings(text_pattern=pattern), "iso14443a", on_card)


@pytest.mark.parametrize(
    ("uid", "changed", "expected"),
    [
        (FOUR, {}, "93A1B2C4"),
        (FOUR, {"uid_format": "hex"}, "93a1b2c4"),
        (FOUR, {"uid_order": "reversed"}, "C4B2A193"),
        (FOUR, {"uid_format": "decimal"}, "2476847812"),
        (FOUR, {"uid_format": "decimal", "uid_order": "reversed", "digits": 12}, "003300041107"),
        (b"\x00\x00\x01\x02", {"uid_format": "decimal", "digits": 10}, "0000000258"),
        (SEVEN, {}, "04112233445566"),
        (SEVEN, {"uid_part": "last"}, "33445566"),
        (SEVEN, {"uid_part": "first", "uid_part_bytes": 3}, "041122"),
        (SEVEN, {"uid_part": "last", "uid_order": "reversed"}, "66554433"),
    ],
)
def test_what_libraries_have_in_their_databases(
    uid: bytes, changed: dict[str, Any], expected: str
) -> None:
    assert number(uid, **changed) == expected


@given(st.sampled_from([4, 7, 10]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_all_forms_of_one_uid_mean_the_same_card(uid: bytes) -> None:
    if is_random("iso14443a", uid):
        return
    assert bytes.fromhex(number(uid)) == uid
    assert bytes.fromhex(number(uid, uid_order="reversed"))[::-1] == uid
    assert int(number(uid, uid_format="decimal", digits=25)) == int.from_bytes(uid, "big")
    assert len(number(uid, uid_format="decimal", digits=25)) == 25


@pytest.mark.parametrize(
    ("technology", "uid"), [("iso14443a", "08112233"), ("felica", "01FE123456789ABC")]
)
def test_a_phone_that_makes_a_new_uid_each_time_is_nobody(technology: Technology, uid: str) -> None:
    assert problem(bytes.fromhex(uid), technology) is CardProblem.RANDOM_UID


def test_a_fixed_uid_of_seven_bytes_may_begin_with_08() -> None:
    assert number(bytes.fromhex("08112233445566")) == "08112233445566"


def test_an_identifier_that_was_seen_to_change_is_nobody() -> None:
    card = card_by_uid(settings(), "iso14443b", FOUR, changing=True)
    assert card == CardSeen("iso14443b", "", CardProblem.RANDOM_UID)


def test_a_length_that_the_library_does_not_use() -> None:
    assert problem(FOUR, uid_lengths=[7]) is CardProblem.WRONG_LENGTH
    assert problem(SEVEN, uid_lengths=[7]) is None
    assert problem(FOUR, uid_part="last", uid_part_bytes=7) is CardProblem.WRONG_LENGTH


@pytest.mark.parametrize("technology", ["iso14443a", "iso14443b", "felica"])
@given(uid=st.binary(max_size=12))
def test_a_uid_of_impossible_length_is_unreadable(technology: Technology, uid: bytes) -> None:
    possible = {"iso14443a": {4, 7, 10}, "iso14443b": {4}, "felica": {8}}[technology]
    told = problem(uid, technology)
    assert (told is CardProblem.UNREADABLE) == (len(uid) not in possible)


def test_the_text_must_match_whole() -> None:
    assert texts("TV-000123").number == "TV-000123"
    assert texts("<script>").problem is CardProblem.UNREADABLE
    assert texts("TV-000123\n").problem is CardProblem.UNREADABLE
    assert texts().problem is CardProblem.UNREADABLE


def test_the_group_of_the_pattern_is_the_number() -> None:
    assert texts("https://lib.vn/the/12345", pattern=r"https://lib\.vn/the/(\d+)").number == "12345"
    assert texts("a", pattern="a(b)?").problem is CardProblem.UNREADABLE


def test_the_first_text_that_matches_counts() -> None:
    assert texts("Thư viện tỉnh", "TV-000123", "TV-000999").number == "TV-000123"


def test_a_text_too_long_to_be_a_number_is_not_cut_to_one() -> None:
    assert texts("7" * 300, pattern=r"\d+").problem is CardProblem.UNREADABLE


@pytest.mark.parametrize("changed", [{"text_pattern": "("}, {"technologies": []}, {"baud": 9600}])
def test_settings_that_can_never_work_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings(**changed)
