"""A real controller with its store; pad, service and screen are played by the test."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TypeVar

from drivers.facts import BarcodeScanned, InventoryRound, TagSeen
from drivers.tags.content import TagContent, TagModel
from drivers.tags.elements import Elements
from drivers.uid import Uid
from kiosk.circulation_client import CirculationClient
from kiosk.controller import Controller, News, Outside, StationFacts
from kiosk.inbox import Inbox
from kiosk.intents import FrameDrawn
from kiosk.link_health import LinkTimes
from kiosk.outbox.changes import Change
from kiosk.pad_orders import ContentRead, PadOrder, ReadContent
from kiosk.receipts.text import in_vietnamese
from kiosk.service_link import LinkSignal, MessageIn
from kiosk.session.states import Policy, SelfCheck
from kiosk.station_store import StationStore, StoreFull
from kiosk.views import Frame
from service.protocol import codec
from service.protocol.headers import MAGIC, ServiceHeader, StationHeader
from service.protocol.operations import Act, Operation
from service.protocol.questions import Question
from service.protocol.replies import PatronAnswer, Reply
from tests.unit.kiosk.operations import CARD, EPOCH
from tests.unit.kiosk.played_devices import FACTS, PlayedDevices
from tests.unit.kiosk.played_service import WELCOME, WHO
from tests.waiting import eventually

T = TypeVar("T")

PATRON = PatronAnswer("V. A. MẪU", None, open_loans=0, may_borrow=5)
TIMES = LinkTimes(answer=30.0, silent=60.0, silent_in_session=60.0, online_again=0.1)
"""Long enough that only what a test does brings the link down."""


@dataclass(frozen=True)
class SentMessage:
    header: StationHeader
    content: Operation | Question

    @property
    def act(self) -> Act | None:
        return self.content.act if isinstance(self.content, Operation) else None


@dataclass
class PlayedStation:
    """Any thread may add to `sent`, `orders` and `frames`; the test reads them."""

    inbox: Inbox[News]
    sent: list[SentMessage] = field(default_factory=list)
    orders: list[PadOrder] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    lying: dict[Uid, str] = field(default_factory=dict)
    draws: bool = True

    # --- what the controller calls ---

    def open_store(self, state: Path) -> Callable[[], StationStore]:
        def opened() -> StationStore:
            self.store = StoreOnSmallDisk(state, ballast_bytes=4096)
            return self.store

        return opened

    def take(self, frames: tuple[bytes, ...]) -> None:
        header = codec.decode_station_header(frames[1])
        is_operation = header.kind in {"operation", "reoffer"}
        decode = codec.decode_operation if is_operation else codec.decode_question
        self.sent.append(SentMessage(header, decode(frames[2])))

    def order(self, orders: tuple[PadOrder, ...]) -> None:
        """Reads are answered at once, writes by the test."""
        self.orders += orders
        for each in orders:
            if isinstance(each, ReadContent):
                elements = Elements(primary_item_identifier=self.lying.get(each.uid, "TK.09999"))
                content = TagContent(model=TagModel.ISO28560_3, elements=elements)
                self.inbox.put(ContentRead(each.uid, content))

    def publish(self, frame: Frame) -> None:
        self.frames.append(frame)
        if self.draws:
            self.inbox.put(FrameDrawn(frame.number))

    # --- what the test does ---

    def lay(self, **items: str) -> None:
        """Books by UID and number, added to what lies there."""
        self.lying |= {Uid(uid): number for uid, number in items.items()}
        self._two_rounds()

    def lift(self, *uids: Uid) -> None:
        self.lying = {uid: number for uid, number in self.lying.items() if uid not in uids}
        self._two_rounds()

    def _two_rounds(self) -> None:
        seen = tuple(TagSeen(uid, 0x3E) for uid in self.lying)
        for _ in range(2):
            self.inbox.put(InventoryRound("pad", seen, monotonic()))

    def show_card(self) -> None:
        """The card is scanned, and the service knows it."""
        self.inbox.put(BarcodeScanned("scanner", CARD, monotonic()))
        self.answer(self.wait_for("question", "AskPatron"), PATRON)

    def connect(self) -> None:
        self.inbox.put(LinkSignal.CONNECTED)
        self.answer(self.wait_for("hello"), WELCOME)
        eventually(lambda: self.frames and self.frames[-1].online, 5, "link")

    def disconnect(self) -> None:
        self.inbox.put(LinkSignal.DISCONNECTED)

    def answer(self, message: SentMessage, reply: Reply) -> None:
        header = ServiceHeader(
            in_reply_to=message.header.message, epoch=EPOCH, sent_at_ms=0, safe_through=0
        )
        self.inbox.put(MessageIn((MAGIC, codec.encode(header), codec.encode(reply))))

    def wait_for(self, kind: str, name: str = "", number: int = 1) -> SentMessage:
        """The `number`-th message of a kind, whose question or act has this class."""

        def found() -> list[SentMessage]:
            return self.messages(kind, name)[number - 1 :]

        return eventually(found, 5, f"{name or kind} number {number}")[0]

    def messages(self, kind: str, name: str = "") -> list[SentMessage]:
        sent = [each for each in tuple(self.sent) if each.header.kind == kind]
        return [
            each for each in sent if not name or name == type(each.act or each.content).__name__
        ]

    def wait_for_order(self, kind: type[T], number: int = 1) -> T:
        """The `number`-th order of a kind."""

        def found() -> Sequence[T]:
            return [each for each in tuple(self.orders) if isinstance(each, kind)][number - 1 :]

        return eventually(found, 5, f"order {kind.__name__} number {number}")[0]

    def wait_for_view(self, kind: type[T], that: Callable[[T], bool] = lambda _: True) -> T:
        """The newest frame shows a view of this kind, in which `that` is so."""

        def shown() -> list[T]:
            views = [frame.view for frame in self.frames[-1:]]
            return [view for view in views if isinstance(view, kind) and that(view)]

        return eventually(shown, 5, kind.__name__)[0]


class StoreOnSmallDisk(StationStore):
    """Full for as many commits as `full` says."""

    full = 0

    def commit(self, changes: Iterable[Change]) -> None:
        if self.full:
            self.full -= 1
            raise StoreFull("the disk of this station is full; make room on it")
        super().commit(changes)


@contextmanager
def played_station(state: Path) -> Iterator[PlayedStation]:
    inbox: Inbox[News] = Inbox()
    station = PlayedStation(inbox)
    controller = Controller(
        inbox=inbox,
        session=SelfCheck(policy=Policy()),
        open_store=station.open_store(state),
        make_client=lambda epoch: CirculationClient(WHO, epoch, station.take, TIMES),
        facts=StationFacts("kiosk-1", "Thư viện", 0, lambda _: in_vietnamese, FACTS),
        outside=Outside(
            publish=station.publish,
            devices=PlayedDevices(station.order),
            save_receipt=lambda _: None,
        ),
        boot="b0" * 16,
    )
    controller.start()
    try:
        yield station
        assert controller.problem is None
        assert controller.is_alive()
    finally:
        controller.stop()
        controller.join(10)
