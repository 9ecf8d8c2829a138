"""A whole library in one thread: the controller, the service's own rules, tags, a line, a screen.

Nothing happens but what a test lets happen. The controller may be killed at each of its named
steps; its store, the tags, the ledger and what people were shown outlive it.
"""

from collections import deque
from collections.abc import Iterator

import msgspec
import pytest

from drivers.facts import BarcodeScanned, InventoryRound, TagSeen
from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.detect import decode_tag
from drivers.tags.elements import elements_named
from drivers.tags.iso28560_3 import encode_iso28560_3
from drivers.tags.security import LibraryProfile
from drivers.uid import Uid
from kiosk import controller, sending, session_runner, telling
from kiosk.controller import News
from kiosk.crash_points import CrashPoint
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.intents import Finish, FrameDrawn, Leave
from kiosk.outbox.outbox import Outbox
from kiosk.pad_orders import (
    AfiRead,
    ContentRead,
    PadOrder,
    PadOutcome,
    ReadAfi,
    ReadContent,
    ReadSecurity,
    SecurityRead,
    SecuritySet,
    SetSecurity,
)
from kiosk.pad_worker import failed
from kiosk.service_link import LinkSignal, MessageIn
from kiosk.session.events import WriteFailure
from kiosk.session.states import Idle
from service.circulation.facts import Item
from service.protocol.operations import Operation
from service.protocol.questions import AskItem, AskPatron, Hello, Question
from service.protocol.replies import (
    Alive,
    ItemAnswer,
    LoanLine,
    OutcomeReply,
    PatronAnswer,
    Reply,
)
from tests.unit.kiosk.played_service import WELCOME, PlayedService, Sent
from tests.unit.kiosk.promises import Entry, Found, People, broken
from tests.unit.kiosk.stepped_station import MemoryStore, SteppedStation
from tests.unit.service.circulation.small_library import ADULT, BOOK, CHILD, Day

CARD, OTHER_CARD = "04271936", "04271944"
NAMES = {CARD: "V. A. MẪU", OTHER_CARD: "L. T. MẪU"}
PIN = "4271"
PARTS = {"TK.00001": 1, "TK.00002": 1, "TK.00003": 2}
UNTAGGED = "TK.00011"
PROFILE = LibraryProfile(0x07, 0xC2)


class Killed(Exception):
    """Power went at a named step."""


class SimulatedLibrary:
    """One kiosk, its pad and screen, the line and the service. `close` gives time back."""

    def __init__(self) -> None:
        items = [_item(n, number) for n, number in enumerate((*PARTS, UNTAGGED), 10)]
        self.ledger = Day(None, *items)
        self.ledger.desk.patrons = {CARD: ADULT, OTHER_CARD: CHILD}
        self.replies: dict[str, OutcomeReply] = {}
        self.store = MemoryStore()
        self.people = People()
        self.tags = {tag.uid: tag for tag in _tags()}
        self.lying: set[Uid] = set()
        self.cut_at: CrashPoint | None = None
        self.service = PlayedService()
        self.to_service: deque[Sent] = deque()
        self.to_station: deque[MessageIn] = deque()
        self.outcomes: deque[PadOutcome] = deque()
        self.is_connected = False
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(controller, "monotonic", lambda: self.service.now)
        for module in (controller, sending, session_runner, telling):
            self._patch.setattr(module, "reached", self._reached)
        self._start()

    def close(self) -> None:
        self._patch.undo()

    # --- the station ---

    def step(self, *news: News) -> None:
        """One step of the controller, unless power goes in the middle of it."""
        try:
            self.station.step(*news)
            self._promise_of_each_step()
        except Killed:
            self.kill()

    def kill(self) -> None:
        """Power is gone and comes back: what was not on disk, on a tag or on the line is lost."""
        self.cut_at = None
        self._take_what_was_sent()
        self.to_station.clear()
        self.outcomes.clear()
        self.is_connected = False
        self.service = PlayedService(now=self.service.now)
        self._start()

    def _start(self) -> None:
        self.done_orders = 0
        self.taken = 0
        self.station = SteppedStation(self.store, self.service)
        self.step(DeviceUp("pad", "pad", "simulated"))

    def _reached(self, point: CrashPoint) -> None:
        if point is self.cut_at:
            raise Killed

    def _promise_of_each_step(self) -> None:
        """Memory is what the disk is; no release was ordered without a row that says so."""
        assert self.station.is_on_disk()
        for order in self.open_orders():
            if isinstance(order, SetSecurity) and order.operation is not None:
                rows = self.disk.rows(order.operation)
                assert any(row.uid == order.uid for row in rows), "no row speaks of it"

    @property
    def disk(self) -> Outbox:
        return self.store.disk

    @property
    def phase(self) -> object:
        return self.station.controller._runner.session.phase

    # --- pad and tags ---

    def look(self) -> None:
        """Two rounds: what lies there is steady, what was lifted is gone."""
        seen = tuple(TagSeen(uid, 0x3E) for uid in sorted(self.lying))
        self.step(*(2 * [InventoryRound("pad", seen, 0.0)]))

    def open_orders(self) -> list[PadOrder]:
        return self.station.orders[self.done_orders :]

    def carry_out(self, *, works: bool = True) -> None:
        """The pad's next order; its outcome waits to be told."""
        order = self.open_orders()[0]
        self.done_orders += 1
        self.outcomes.append(self._outcome(order, works=works))

    def tell_outcomes(self) -> None:
        told, self.outcomes = tuple(self.outcomes), deque()
        self.step(*told)

    def lose_pad(self) -> None:
        """Unplugged: all orders have failed; plugged in again."""
        lost = self.open_orders()
        self.done_orders += len(lost)
        self.outcomes += (failed(order, WriteFailure.PAD_LOST) for order in lost)
        self.tell_outcomes()
        self.step(DeviceDown("pad", "pad", "DeviceLost", "unplugged"))
        self.step(DeviceUp("pad", "pad", "simulated"))

    def _outcome(self, order: PadOrder, *, works: bool) -> PadOutcome:
        tag = self.tags[order.uid]
        here = tag.uid in self.lying
        match order:
            case ReadContent(uid):
                return ContentRead(uid, decode_tag(bytes(tag.memory)) if here else None)
            case ReadSecurity(uid):
                return SecurityRead(uid, PROFILE.state_of(tag.afi) if here else None)
            case ReadAfi(uid):
                return AfiRead(uid, tag.afi if here else None)
            case SetSecurity():
                return SecuritySet(order, self._write(order, tag, works=works))

    def _write(self, order: SetSecurity, tag: VirtualTag, *, works: bool) -> WriteFailure | None:
        wanted = PROFILE.afi_for(order.wanted)
        if tag.uid not in self.lying:
            return WriteFailure.LEFT
        if tag.afi == wanted:
            return None
        if not works:
            return WriteFailure.NOT_WRITTEN
        tag.afi = wanted
        return None

    # --- the line and the service ---

    def connect(self) -> None:
        self.is_connected = True
        self.step(LinkSignal.CONNECTED)

    def disconnect(self) -> None:
        """What is on the way to the station is lost; what is on the way to the service may come."""
        self._take_what_was_sent()
        self.is_connected = False
        self.to_station.clear()
        self.step(LinkSignal.DISCONNECTED)

    def on_the_way(self) -> int:
        self._take_what_was_sent()
        return len(self.to_service)

    def serve(self, *, lose_reply: bool = False) -> None:
        """The service takes the next message, and decides an operation once."""
        sent = self.to_service.popleft()
        reply = self._reply(sent.content)
        if self.is_connected and not lose_reply and sent in self.service.sent:
            self.to_station.append(self.station.message(sent, reply))

    def heartbeats_are_answered(self) -> None:
        """So that the line stays good while somebody thinks; the rest waits."""
        self._take_what_was_sent()
        kept = deque(sent for sent in self.to_service if sent.kind not in {"heartbeat", "hello"})
        beats = [sent for sent in self.to_service if sent.kind in {"heartbeat", "hello"}]
        self.to_service = deque(beats)
        while self.to_service:
            self.serve()
        self.to_service = kept
        self.deliver(len(self.to_station))

    def deliver(self, many: int, *, twice: bool = False) -> None:
        """Replies reach the station together."""
        arrived = [self.to_station.popleft() for _ in range(min(many, len(self.to_station)))]
        self.step(*arrived, *(arrived if twice else ()))

    def _take_what_was_sent(self) -> None:
        self.to_service += self.service.sent[self.taken :]
        self.taken = len(self.service.sent)

    def _reply(self, content: Operation | Question) -> Reply:
        match content:
            case Operation():
                return self._decide(content)
            case Hello():
                return WELCOME
            case AskPatron(card, pin):
                loans = self._loans_of(card) if pin == PIN else None
                return PatronAnswer(NAMES[card], None, open_loans=0, may_borrow=5, loans=loans)
            case AskItem(item):
                return self._item(item)
            case _:
                return Alive()

    def _decide(self, operation: Operation) -> OutcomeReply:
        key = operation.operation
        if key not in self.replies:
            self.replies[key] = self.ledger.do(operation.act, name=key)
        return self.replies[key]

    def _item(self, number: str) -> ItemAnswer:
        item = self.ledger.desk.items[number]
        lent = self.ledger.desk.open_loan(item.id) is not None
        listed = any(line[1] == number and line[2] for line in self._lines())
        tagged, parts = number in PARTS, PARTS.get(number, 1)
        return ItemAnswer(number, item.title, item.author, tagged, parts, lent, listed)

    def _loans_of(self, card: str) -> tuple[LoanLine, ...]:
        desk = self.ledger.desk
        loans = {number: desk.open_loan(item.id) for number, item in desk.items.items()}
        return tuple(
            LoanLine(number, "Mùa mận", "Mộc Khê", loan.due, renewable=True)
            for number, loan in loans.items()
            if loan is not None and loan.patron == desk.patrons[card].id
        )

    def _lines(self) -> frozenset[Entry]:
        lines = self.ledger.desk.lines.values()
        still = [line for line in lines if line.closed_at_ms is None]
        return frozenset(
            (line.kind.value, line.item_number or "", line.uid or "") for line in still
        )

    # --- people ---

    def draw(self, *, and_say_so: bool = True) -> None:
        """The newest frame stands on the screen; a cut may come before the station knows it."""
        frame = self.station.frames[-1]
        self.people.see(frame)
        if and_say_so:
            self.step(FrameDrawn(frame.number))

    def scan(self, code: str) -> None:
        self.step(BarcodeScanned("scanner", code, 0.0))

    def pass_time(self, seconds: float) -> None:
        self.service.now += seconds
        self.step()

    # --- the end ---

    def all_goes_well(self, times: int = 2, *, draws: bool = True) -> None:
        """For a moment everybody does what is wanted of them, but the screen may be stuck."""
        for _ in range(times):
            self.look()
            while self.open_orders():
                self.carry_out()
            self.tell_outcomes()
            while self.on_the_way():
                self.serve()
            self.deliver(len(self.to_station))
            if draws:
                self.draw()

    def come_to_rest(self) -> list[str]:
        """Nobody is there, nothing lies there, the line is good: which promises are broken?"""
        self.cut_at, self.store.full = None, 0
        self.lying.clear()
        self.step(Leave())
        self.step(Finish())
        self._calm()
        return self._broken(seen=False)

    def see_all_tags(self) -> list[str]:
        """And once the pad has seen every tag again?"""
        self.lying = set(self.tags)
        self._calm(seconds=4)
        self.lying.clear()
        self._calm(seconds=4)
        return self._broken(seen=True)

    def _calm(self, seconds: int = 20) -> None:
        if not self.is_connected:
            self.connect()
        for _ in range(seconds):
            self.all_goes_well(1)
            self.pass_time(1)

    def _broken(self, *, seen: bool) -> list[str]:
        desk = self.ledger.desk
        names = {who.id: NAMES[card] for card, who in desk.patrons.items()}
        loans = {number: desk.open_loan(item.id) for number, item in desk.items.items()}
        found = Found(
            borrowers={
                item: names[loan.patron or 0] for item, loan in loans.items() if loan is not None
            },
            released={_named(tag): tag.afi != PROFILE.afi_secured for tag in self.tags.values()},
            listed=self._lines(),
            waiting=len(self.disk.unanswered()),
        )
        return broken(found, self.people, seen=seen)

    @property
    def nobody_is_there(self) -> bool:
        return isinstance(self.phase, Idle)


def _item(number: int, accession: str) -> Item:
    return msgspec.structs.replace(BOOK, id=number, number=accession, title_id=100 + number)


def _named(tag: VirtualTag) -> tuple[str, str]:
    return decode_tag(bytes(tag.memory)).item_identifier or "", tag.uid


def _tags() -> Iterator[VirtualTag]:
    numbered = [(item, part, n) for item, n in PARTS.items() for part in range(1, n + 1)]
    for number, (item, part, parts) in enumerate(numbered, 1):
        elements = elements_named(
            {
                "primary_item_identifier": item,
                "set_information": {"parts": parts, "part": part},
                "type_of_usage": "10",
            }
        )
        memory = bytearray(encode_iso28560_3(elements, 112))
        yield VirtualTag(Uid(f"E0040150{number:08X}"), memory=memory, afi=0x07, dsfid=0x3E)
