"""What a technician is told of an item: the service's word, or that it said none."""

import pytest

from kiosk.local.desk import _item_known
from kiosk.local.protocol import ItemKnown, Moved, Trouble
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, LastMove, Refused, Reply

ITEM = "TK.00003"


def test_an_item_that_the_service_does_not_know_is_told_as_such() -> None:
    assert _item_known(ITEM, Refused(RefusalCode.ITEM_UNKNOWN)) == ItemKnown(item=ITEM, known=False)


@pytest.mark.parametrize("reply", [None, Refused(RefusalCode.BACKEND_SILENT)])
def test_a_silent_library_system_does_not_make_an_item_unknown(reply: Reply | None) -> None:
    assert isinstance(_item_known(ITEM, reply), Trouble)


def test_times_are_told_with_their_offset() -> None:
    move = LastMove("lent", "Quầy 1", 1_795_305_598_000)
    answer = ItemAnswer(ITEM, "Mùa mận", "Mộc Khê", True, 1, True, False, move.at_ms, move)
    told = _item_known(ITEM, answer)
    assert isinstance(told, ItemKnown)
    assert told.last_move == Moved(act="lent", station="Quầy 1", at=told.since or "")
    assert (told.since or "")[-6] in "+-"
