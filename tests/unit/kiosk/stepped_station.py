"""The controller stepped by hand: no thread, no clock, no disk, no wire."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Self

import pytest

from drivers.facts import BarcodeScanned, InventoryRound, TagSeen
from drivers.tags.content import TagContent, TagModel
from drivers.tags.elements import Elements
from drivers.uid import Uid
from kiosk import controller, intents
from kiosk.config import WITH_SCREEN, Role
from kiosk.controller import Controller, News, Outside, StationFacts
from kiosk.inbox import Inbox
from kiosk.outbox.changes import Change, SetValue
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import JournalRow, OperationRecord
from kiosk.pad_orders import ContentRead, PadOrder, ReadContent, SecuritySet, SetSecurity
from kiosk.receipts.text import in_vietnamese
from kiosk.service_link import LinkSignal, MessageIn
from kiosk.session.events import WriteFailure
from kiosk.session.states import Policy, SelfCheck
from kiosk.station_store import StoreFull
from kiosk.views import Frame, View
from service.protocol.operations import Act, Operation
from service.protocol.questions import AskItem, AskPatron, Heartbeat, Hello, ReofferDone
from service.protocol.replies import Alive, ItemAnswer, PatronAnswer, Reply
from tests.unit.kiosk.operations import CARD, EPOCH, ITEM, OTHER_ITEM, SECOND_TAG, TAG, reply_to
from tests.unit.kiosk.played_devices import FACTS, PlayedDevices
from tests.unit.kiosk.played_service import WELCOME, PlayedService, Sent

ITEMS = {TAG: ITEM, SECOND_TAG: OTHER_ITEM}
PATRON = PatronAnswer("V. A. MẪU", None, open_loans=0, may_borrow=5)


@dataclass
class MemoryStore:
    """What a disk would hold. `full`: how many commits are refused from now on."""

    disk: Outbox = field(default_factory=lambda: Outbox([], [], 0))
    values: dict[str, str] = field(default_factory=lambda: {"epoch": EPOCH})
    full: int = 0
    commits: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def commit(self, changes: Iterable[Change]) -> None:
        if self.full:
            self.full -= 1
            raise StoreFull("no room")
        self.commits += 1
        for change in changes:
            self.disk.apply(change)
            if isinstance(change, SetValue):
                self.values[change.name] = change.value

    def records(self) -> list[OperationRecord]:
        return list(self.disk)

    def journal(self) -> list[JournalRow]:
        return [row for record in self.disk for row in self.disk.rows(record.key)]

    def value(self, name: str) -> str | None:
        return self.values.get(name)

    def free_bytes(self) -> int:
        return 0 if self.full else 1 << 30

    def relay_ballast(self) -> bool:
        return not self.full


class SteppedStation:
    """Every method that does something outside makes one step and returns."""

    def __init__(self, store: MemoryStore, service: PlayedService, role: Role = "kiosk") -> None:
        self.store = store
        self.service = service
        self.orders: list[PadOrder] = []
        self.frames: list[Frame] = []
        self.answered: list[Sent] = []
        self.lying: list[Uid] = []
        self.receipts: list[tuple[str, ...]] = []
        self.at_orders: Callable[[], None] = lambda: None
        self.devices = PlayedDevices(self._order)
        inbox: Inbox[News] = Inbox()
        self.controller = Controller(
            inbox=inbox,
            session=SelfCheck(policy=Policy(lends=role in WITH_SCREEN)),
            open_store=lambda: self.store,  # type: ignore[arg-type, return-value]
            make_client=lambda _: self.service.client,
            facts=StationFacts(
                "kiosk-1", "Thư viện", 1, lambda _: in_vietnamese, replace(FACTS, role=role)
            ),
            outside=Outside(
                publish=self.frames.append,
                devices=self.devices,
                save_receipt=self.receipts.append,
            ),
            boot="b0" * 16,
        )
        self.controller._store = self.store  # type: ignore[assignment]
        self.controller._load()
        self.controller._start()

    def _order(self, orders: tuple[PadOrder, ...]) -> None:
        self.at_orders()
        self.orders += orders

    def step(self, *news: News) -> None:
        """One step, and those that it asked for itself."""
        todo = list(news)
        while True:
            self.controller._step(todo)
            todo = self.controller._inbox.take_all(until=-inf)
            if not todo:
                return

    def later(self, seconds: float) -> None:
        self.service.now += seconds
        self.step()

    @property
    def view(self) -> View:
        return self.frames[-1].view

    @property
    def outbox(self) -> Outbox:
        return self.controller._outbox

    def is_on_disk(self) -> bool:
        """Memory holds what the disk holds, and nothing else."""
        kept, disk = self.outbox, self.store.disk
        same = {r.key: (r, kept.rows(r.key)) for r in kept}
        return same == {r.key: (r, disk.rows(r.key)) for r in disk}

    def connect(self) -> None:
        self.step(LinkSignal.CONNECTED)
        self.answer(self.service.last("hello"), WELCOME)

    def message(self, sent: Sent, reply: Reply) -> MessageIn:
        return MessageIn(self.service.reply_frames(sent.header.message, reply))

    def answer(self, sent: Sent, reply: Reply) -> None:
        self.answered.append(sent)
        self.step(self.message(sent, reply))

    def all_is_answered(self) -> None:
        """The service answers whatever has left and was not answered."""
        for _ in range(10):
            waiting = [sent for sent in self.service.sent if sent not in self.answered]
            for sent in waiting:
                self.answer(sent, usual_answer(sent))

    def time_passes(self, seconds: int) -> None:
        """Second by second, with a service that answers."""
        for _ in range(seconds):
            self.later(1)
            self.all_is_answered()

    def show_card(self) -> None:
        self.step(BarcodeScanned("scanner", CARD, 0.0))
        (asked,) = [s for s in self.service.every("question") if isinstance(s.content, AskPatron)]
        self.answer(asked, PATRON)

    def lay(self, tag: Uid = TAG) -> None:
        """One more book, felt and read."""
        self.feel(tag)
        self.step(self.read(tag))

    def feel(self, tag: Uid) -> None:
        """One more tag lies there steadily, and is not read yet."""
        self.lying.append(tag)
        self._look()

    def lift(self, tag: Uid = TAG) -> None:
        self.lying.remove(tag)
        self._look()

    def _look(self) -> None:
        seen = InventoryRound("pad", tuple(TagSeen(tag, 0x3E) for tag in self.lying), 0.0)
        self.step(seen, seen)

    def read(self, tag: Uid = TAG) -> ContentRead:
        """The outcome of the order to read it."""
        assert ReadContent(tag) in self.orders
        elements = Elements(primary_item_identifier=ITEMS[tag])
        return ContentRead(tag, TagContent(model=TagModel.ISO28560_3, elements=elements))

    def sent(self) -> list[Sent]:
        """Operations that left."""
        return self.service.every("operation")

    def acts(self) -> list[Act]:
        """Acts in the order in which they were born."""
        kept = sorted(self.outbox, key=lambda record: record.sequence)
        return [record.act for record in kept]

    def writes(self) -> list[SetSecurity]:
        return [order for order in self.orders if isinstance(order, SetSecurity)]

    def written(self, failure: WriteFailure | None = None) -> SecuritySet:
        """The outcome of the last write."""
        return SecuritySet(self.writes()[-1], failure)

    def drawn(self) -> intents.FrameDrawn:
        """The newest frame stands on the screen."""
        return intents.FrameDrawn(self.frames[-1].number)


def usual_answer(sent: Sent) -> Reply:
    """What a service in good health says."""
    match sent.content:
        case Operation(act=act):
            return reply_to(act)
        case Hello():
            return WELCOME
        case AskPatron():
            return PATRON
        case AskItem(item):
            return ItemAnswer(item, "Mùa mận", "Mộc Khê", tagged=True, parts=1, on_loan=None)
        case Heartbeat() | ReofferDone():
            return Alive()


@contextmanager
def stepped_station(
    store: MemoryStore | None = None, role: Role = "kiosk"
) -> Iterator[SteppedStation]:
    """Time stands still until the test moves it."""
    service = PlayedService()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controller, "monotonic", lambda: service.now)
        yield SteppedStation(store or MemoryStore(), service, role)
