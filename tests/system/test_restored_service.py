"""A service that was put back from a backup knows less than its stations, and learns it again."""

import sqlite3
from contextlib import closing
from pathlib import Path

from drivers.simulators.virtual_tags import VirtualTag
from service.crash_points import CrashPoint
from service.protocol.replies import Lent, Refused
from service.sample.known import ADULT, STUDENT
from tests.system.conftest import MakeRig
from tests.system.promises import RETURNED, Word, rows
from tests.system.rig import RELEASED, SECURED, STATION, Rig
from tests.waiting import eventually

BOOK, OTHER_BOOK, THIRD_BOOK = "VV.00417", "VV.00388", "VV.00402"
NAME = "V. A. MẪU"
LATE = 20.0


def borrow(rig: Rig, card: str, tag: VirtualTag, item: str) -> None:
    rig.show_card(card)
    rig.lay(tag)
    assert rig.kiosk.shows(item, "done")
    rig.kiosk.finish()
    rig.kiosk.carry_away(tag)


def bring_back(rig: Rig, tag: VirtualTag, item: str) -> None:
    rig.kiosk.choose_return()
    rig.lay(tag)
    assert rig.kiosk.shows(item, "done")
    rig.kiosk.finish()
    rig.kiosk.carry_away(tag)


def backup(rig: Rig) -> Path:
    return Path(rig.service.command("backup", str(rig.folder / "backups")).splitlines()[0])


def put_back(rig: Rig, copy: Path) -> None:
    """The running service ends, an older database takes its place."""
    rig.service.kill()
    rig.service.command("restore", str(copy))


def block_patron(rig: Rig) -> None:
    """While no service runs."""
    with closing(sqlite3.connect(rig.service.database)) as database, database:
        database.execute("UPDATE patrons SET may_not_borrow = 1 WHERE short_name = ?", (NAME,))


def reoffered(rig: Rig) -> bool:
    """The first station has offered everything that it kept."""
    awaited = "SELECT name FROM stations WHERE reoffer_awaited AND enabled"
    return (STATION,) not in rows(rig.service.database, awaited)


def confirmed(rig: Rig) -> None:
    """Everything that was done is answered, shown and confirmed."""
    rig.station.drain()
    rig.kiosk.start()


def test_old_copy_after_confirmation(rig: Rig) -> None:
    """Lent, returned, lent anew since the backup, and confirmed: all of it stands again."""
    rig.kiosk.start()
    (first,), (second,) = rig.book(BOOK), rig.book(OTHER_BOOK)
    borrow(rig, ADULT, second, OTHER_BOOK)
    confirmed(rig)
    copy = backup(rig)
    borrow(rig, ADULT, first, BOOK)
    bring_back(rig, second, OTHER_BOOK)
    borrow(rig, STUDENT, second, OTHER_BOOK)
    confirmed(rig)
    before = rig.loans(BOOK), rig.loans(OTHER_BOOK)
    put_back(rig, copy)
    assert rig.loans(BOOK) == []
    rig.service.start()
    eventually(lambda: reoffered(rig), 20, "re-offer")
    assert (rig.loans(BOOK), rig.loans(OTHER_BOOK)) == before
    assert rig.come_to_rest() == []
    rig.service.command("end-wait")
    assert rig.see_all_tags() == []
    assert rig.listed(BOOK) | rig.listed(OTHER_BOOK) == set()


def test_no_pad_secures_while_the_restored_service_does_not_know(rig: Rig) -> None:
    """The loan is in nobody's database until its station has come home."""
    first, second = rig.kiosks
    first.start()
    (tag,) = rig.book(BOOK)
    copy = backup(rig)
    borrow(rig, ADULT, tag, BOOK)
    first.station.drain()
    put_back(rig, copy)
    rig.service.start()
    second.start()
    second.lay(tag)
    eventually(lambda: second.looked_at, 10, "look at the tag")
    eventually(lambda: second.station.view["kind"] == "WhoView", 10, "waking station")
    second.station.drain()
    assert tag.afi == RELEASED
    second.carry_away(tag)
    assert rig.come_to_rest() == []
    assert rig.loans(BOOK) == [("open", NAME, 1)]


def test_reoffered_operation_decided_once(rig: Rig) -> None:
    """Killed while it takes the offer in, offered again; and by today's rules it would refuse."""
    rig.kiosk.start()
    (tag,) = rig.book(BOOK)
    copy = backup(rig)
    borrow(rig, ADULT, tag, BOOK)
    confirmed(rig)
    put_back(rig, copy)
    block_patron(rig)
    rig.service.start(CrashPoint.AFTER_COMMIT)
    eventually(lambda: rig.service.died, 20, "death of the service")
    assert rig.service.cuts == 1
    rig.service.start()
    eventually(lambda: reoffered(rig), 20, "re-offer")
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.come_to_rest() == []
    assert rig.people.was_told(BOOK) == Word("lent", NAME)


def test_station_killed_between_two_offers_offers_again(rig: Rig) -> None:
    rig.kiosk.start()
    tags = {item: rig.book(item)[0] for item in (BOOK, OTHER_BOOK, THIRD_BOOK)}
    copy = backup(rig)
    for item, tag in tags.items():
        borrow(rig, ADULT, tag, item)
    confirmed(rig)
    rig.station.kill()
    put_back(rig, copy)
    rig.service.start(CrashPoint.AFTER_AN_ANSWER)
    rig.station.start()
    eventually(lambda: rig.service.died, 20, "death of the service")
    rig.station.kill()
    rig.service.start()
    rig.kiosk.start()
    eventually(lambda: reoffered(rig), 20, "re-offer")
    assert rig.come_to_rest() == []
    for item in tags:
        assert rig.loans(item) == [("open", NAME, 1)]


def old_grant_for_what_is_refused_now(make_rig: MakeRig, *planted: str) -> Rig:
    """The reply that the old epoch gave comes to the very message that the new one refuses."""
    rig = make_rig(*planted, answer_seconds=LATE)
    rig.service.start()
    between = rig.go_between(rig.kiosk)
    rig.kiosk.start()
    (tag,) = rig.book(BOOK)
    copy = backup(rig)
    with between.holding(Lent):
        rig.show_card(ADULT)
        rig.lay(tag)
        (grant,) = between.wait_for_held()
    put_back(rig, copy)
    block_patron(rig)
    with between.holding(Refused):
        rig.service.start()
        _, refusal = between.wait_for_held(2, 20)
    between.deliver([grant.rewritten(in_reply_to=refusal.asked), refusal])
    return rig


def test_old_epoch_reply_after_hello(make_rig: MakeRig) -> None:
    rig = old_grant_for_what_is_refused_now(make_rig)
    assert rig.kiosk.shows(BOOK, "refused")
    (tag,) = rig.tags
    assert tag.afi == SECURED
    rig.kiosk.carry_away(tag)
    rig.kiosk.finish()
    assert rig.come_to_rest() == []
    assert rig.people.was_told(BOOK) == RETURNED


def test_the_rig_catches_a_reply_of_another_epoch_that_is_used(make_rig: MakeRig) -> None:
    rig = old_grant_for_what_is_refused_now(make_rig, "old-epoch-used")
    (tag,) = rig.tags
    eventually(lambda: tag.afi == RELEASED, 10, "release that the service refused")
