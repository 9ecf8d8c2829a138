"""The lists that a simulated desk is made from."""

import json
from datetime import date
from functools import cache
from itertools import chain

from service.sample import known
from service.sample.collection import Copy
from service.sample.shelf import OWNER, demo_volumes, known_cards, lines, volumes
from service.sample.size import Sample


@cache
def copies() -> tuple[Copy, ...]:
    return tuple(chain.from_iterable(Sample(2_000, 1, date(2026, 11, 18)).collection()))


def test_a_set_has_a_line_for_each_volume_and_one_number() -> None:
    parts = [volume for volume in volumes(copies(), set()) if volume.item == "LC.00931"]
    assert [(volume.part, volume.parts) for volume in parts] == [(1, 3), (2, 3), (3, 3)]


def test_an_untagged_volume_has_no_chip_and_no_model() -> None:
    for volume in volumes(copies(), set()):
        assert volume.tagged == (volume.chip is not None) == (volume.model is not None)


def test_a_volume_that_is_lent_has_a_released_tag() -> None:
    lent = next(copy for copy in copies() if copy.number == "VV.00613")
    released = [volume.item for volume in volumes(copies(), {lent.id}) if not volume.secured]
    assert released == ["VV.00613"]


def test_all_chips_and_models_occur() -> None:
    tagged = [volume for volume in volumes(copies(), set()) if volume.tagged]
    assert {volume.chip for volume in tagged} == {
        "icode-sli",
        "icode-slix",
        "icode-slix2",
        "tag-it-hf-i-plus",
    }
    assert {volume.model for volume in tagged} == {"iso28560-2", "iso28560-3"}


def test_the_demo_shelf_is_two_dozen_with_a_set_an_untagged_a_foreign_and_a_blank_one() -> None:
    shelf = list(demo_volumes(copies(), set()))
    assert len(shelf) == 24
    assert [volume.item for volume in shelf[:3]] == ["VV.00417", "VV.00388", "VV.00402"]
    assert sum(volume.parts > 1 for volume in shelf) == 3
    assert [volume.title for volume in shelf if not volume.tagged] == ["Sổ tay người trồng rừng"]
    assert [volume.owner for volume in shelf if volume.owner != OWNER] == ["DK-718500"]
    assert [volume.item for volume in shelf if volume.model == "blank"] == [""]


def test_a_line_is_json_with_the_agreed_names() -> None:
    first = json.loads(next(lines(demo_volumes(copies(), set()))))
    assert first == {
        "item": "VV.00417",
        "title": "Mùa mận trên bản Cao",
        "parts": 1,
        "part": 1,
        "tagged": True,
        "chip": first["chip"],
        "model": "iso28560-3",
        "owner": "VN-SK",
        "secured": True,
    }


def test_known_cards_come_with_labels_and_pins() -> None:
    cards = {card.card: card for card in known_cards()}
    assert cards[known.ADULT].label == "V. A. MẪU · Người lớn"
    assert cards[known.ADULT].pin == "1936"
    assert cards[known.WITHOUT_PIN].pin is None
    assert set(cards) == {patron.card for patron in known.PATRONS} | {
        known.LOST_CARD,
        known.BOX_ACCOUNT,
    }
