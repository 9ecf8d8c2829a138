"""The controller thread: owns all state of the station and its only writing connection.

Every step is the same: take what has come in, let the pure parts decide, commit once, and only
then act on the world – send, write tags, publish one view. So whatever is done outside stands on
disk before, and a step that cannot be written down has not happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event as Flag
from threading import Thread
from time import monotonic, time
from typing import Protocol

import structlog
from msgspec.structs import replace

from drivers.facts import (
    BarcodeScanned,
    CardPresented,
    ChuteChanged,
    GateTold,
    InventoryRound,
)
from drivers.interfaces import ChuteOrder
from kiosk import intents
from kiosk.circulation_client import CirculationClient
from kiosk.config import DeviceKind
from kiosk.crash_points import CrashPoint, reached
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.device_worker import WorkerNews
from kiosk.draft import Birth, Draft
from kiosk.drop_runner import DropRunner
from kiosk.gate_book import changes_for, forget_old
from kiosk.inbox import Inbox
from kiosk.link_news import (
    ClientNews,
    EpochSeen,
    HeartbeatAnswered,
    OperationAnswered,
    QuestionAnswered,
    SafeThrough,
    WentOffline,
    WentOnline,
)
from kiosk.local.desk import LOCAL_MARK, DeskFacts, LocalDesk, PausableDevices, Present
from kiosk.local.rows import gate_counts
from kiosk.local.server import LocalAsk
from kiosk.outbox.changes import ForgetOperation, KeepReply, SetValue
from kiosk.outbox.outbox import EPOCH, LAST_SEQUENCE, Outbox
from kiosk.pad import Pad, emptied, observe
from kiosk.pad_orders import AfiRead, ContentRead, PadOrder, ReadAfi, SecurityRead, SecuritySet
from kiosk.printer_orders import PrintReceipt, ReceiptNotPrinted, ReceiptPrinted
from kiosk.receipts.text import ReceiptHead, Translate, compose
from kiosk.recognition import UNREADABLE, recognise
from kiosk.sending import send_what_may_leave
from kiosk.service_link import LinkNews, LinkSignal, MessageIn
from kiosk.session import events
from kiosk.session.clock import next_countdown, next_deadline
from kiosk.session.codes import wants_codes
from kiosk.session.picture import chime_between, still_there, view_of
from kiosk.session.states import Idle, SelfCheck
from kiosk.session_runner import Remembered, SessionRunner
from kiosk.station_store import StationStore, StoreFull
from kiosk.tag_repair import TagRepair
from kiosk.telling import Telling
from kiosk.views import FarewellView, Frame, Hindrance
from service.protocol.questions import AskPatron
from service.protocol.replies import ItemAnswer, PatronAnswer, Refused

log = structlog.get_logger()

Publish = Callable[[Frame], None]
SaveReceipt = Callable[[tuple[str, ...]], None]

HINDRANCES: dict[DeviceKind, Hindrance] = {
    "pad": Hindrance.PAD,
    "scanner": Hindrance.SCANNER,
    "card": Hindrance.CARD_READER,
    "printer": Hindrance.PRINTER,
    "gate": Hindrance.GATE,
    "drop": Hindrance.DROP,
}

DISK_CHECK_SECONDS = 5.0
FULL_PAUSE_SECONDS = 1.0
"""How long nothing is sent after a commit found no room: replies could not be kept either."""
BURST_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What never changes while the station runs."""

    name: str
    library: str
    low_water_bytes: int
    translate: Callable[[str], Translate]
    desk: DeskFacts
    gate_days: int = 90


class StationDevices(PausableDevices, Protocol):
    """What the controller needs of the supervisor."""

    def order(self, orders: tuple[PadOrder, ...]) -> None:
        """Orders for the pad."""

    def print(self, receipt: PrintReceipt) -> None:
        """For the receipt printer."""

    def listen(self, *, wanted: bool) -> None:
        """Turn all scanners on or off."""

    def gate_kept(self, told: GateTold, *, on_disk: bool) -> None:
        """Whether what a gate told stands on the disk; each is answered once."""

    def order_chute(self, order: ChuteOrder) -> None:
        """For the book-drop."""

    def unmasked(self) -> bool:
        """Whether a technician is told what people scan: the screen says so."""

    def check(self) -> None:
        """Replace what is stuck, take back what was paused long enough."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The world that the controller acts on; each call returns at once.

    `report` is called after each step, at least every DISK_CHECK_SECONDS.
    """

    publish: Publish
    devices: StationDevices
    save_receipt: SaveReceipt
    report: Callable[[], None] = lambda: None


News = WorkerNews | LinkNews | LocalAsk | intents.Intent | events.Tick


class Controller(Thread):
    """Owner of session, pad, outbox, client and repair: this thread."""

    def __init__(
        self,
        inbox: Inbox[News],
        session: SelfCheck,
        open_store: Callable[[], StationStore],
        make_client: Callable[[str | None], CirculationClient],
        facts: StationFacts,
        outside: Outside,
        boot: str,
    ) -> None:
        super().__init__(name="controller", daemon=True)
        self.ready = Flag()
        self.problem: Exception | None = None
        self._inbox = inbox
        self._first_session = session
        self._open_store = open_store
        self._make_client = make_client
        self._facts = facts
        self._outside = outside
        self._birth = Birth(boot, monotonic, time)
        self._stopping = False
        self._pad = Pad()
        self._repair = TagRepair()
        self._telling = Telling()
        self._broken: dict[str, Hindrance] = {}
        self._frame: Frame | None = None
        self._since = ""
        self._disk_checked = 0.0
        self._settle_again_at = 0.0
        self._send_again_at: float | None = None
        self._service_ahead: float | None = None

    def stop(self) -> None:
        """Ask the thread to end after its present step; the caller joins it."""
        self._stopping = True
        self._inbox.put(events.Tick())

    def run(self) -> None:
        """Open the store, settle what the last run left, then step until stopped."""
        try:
            with self._open_store() as self._store:
                self._load()
                self._start()
                self._keep_stepping()
                self._step([intents.Leave()])
                self._step([intents.Finish()])
        except Exception as problem:  # a broken store or rule: the station is started anew
            log.exception("controller ends")
            self.problem = problem
        finally:
            self.ready.set()

    def _load(self) -> None:
        last = int(self._store.value(LAST_SEQUENCE) or 0)
        self._outbox = Outbox(self._store.records(), self._store.journal(), last)

    def _start(self) -> None:
        self._client = self._make_client(self._store.value(EPOCH))
        self._local = LocalDesk(self._facts.desk, self._client, self._outside.devices)
        self._runner = SessionRunner(self._first_session, self._client)
        self._drop_runner = DropRunner(
            self._facts.desk.role == "book-drop", self._outside.devices.order_chute, self._inbox.put
        )
        self._runner.owe_everything(self._outbox)
        self._step([])
        self.ready.set()

    def _keep_stepping(self) -> None:
        while not self._stopping:
            news = self._inbox.take_all(self._deadline())
            self._step(news + self._rest_of_a_burst(news))
            self._outside.report()

    def _rest_of_a_burst(self, news: list[News]) -> list[News]:
        """The replies to a stack come close together: one commit notes them all."""
        if self._client.awaits_several and any(isinstance(each, MessageIn) for each in news):
            return self._inbox.take_during(BURST_SECONDS)
        return []

    def _deadline(self) -> float:
        session = self._runner.session
        wanted = (
            next_deadline(session),
            next_countdown(session, monotonic()),
            self._client.next_deadline(in_session=self._in_session()),
            self._telling.next_deadline(),
            self._send_again_at,
            self._drop_runner.next_deadline(monotonic()),
            self._disk_checked + DISK_CHECK_SECONDS,
        )
        return min(time for time in wanted if time is not None)

    def _step(self, news: list[News]) -> None:
        now = monotonic()
        before = self._runner.remember(), self._pad
        draft = Draft(self._outbox, self._birth)
        for each in news:
            self._take_in(draft, each, now)
        self._let_time_pass(draft, now)
        if self._may_send(now):
            send_what_may_leave(draft, self._client, self._out_of_order(), now)
        self._telling.mark(draft, now)
        committed = self._commit(draft)
        if committed:
            draft.act(self._outside.devices.order)
        else:
            self._not_happened(*before, now)
        for told in (each for each in news if isinstance(each, GateTold)):
            self._outside.devices.gate_kept(told, on_disk=committed)
        self._settle_owed(now)
        self._publish(now)
        if self._drop_runner.look(self._runner.session, now) and self._frame is not None:
            self._telling.drawn(self._frame.number, now)

    def _commit(self, draft: Draft) -> bool:
        """True: durable. False: the disk is full, and in memory too nothing was changed."""
        changes = draft.everything()
        if not changes:
            return True
        reached(CrashPoint.BEFORE_OUTBOX_COMMIT)
        try:
            self._store.commit(changes)
        except StoreFull:
            log.exception("step undone")
            self._broken["disk"] = Hindrance.DISK
            self._load()
            return False
        reached(CrashPoint.AFTER_OUTBOX_COMMIT)
        return True

    def _may_send(self, now: float) -> bool:
        """What leaves is marked, and what is answered is kept: both want room on the disk."""
        if self._send_again_at is not None and now < self._send_again_at:
            return False
        self._send_again_at = None
        return True

    def _not_happened(self, before: Remembered, pad: Pad, now: float) -> None:
        self._runner.go_back(before)
        self._pad = pad
        self._send_again_at = now + FULL_PAUSE_SECONDS
        self._repair = TagRepair()  # what it meant to ask was never asked
        self._runner.advance(Draft(self._outbox, self._birth), events.StoreRefused(), now)

    def _settle_owed(self, now: float) -> None:
        """What nobody waits for is settled; on a full disk it stays owed and is tried again."""
        if not self._runner.owed or now < self._settle_again_at:
            return
        draft = Draft(self._outbox, self._birth)
        self._telling.mark_now(draft)
        self._runner.settle_owed(draft)
        reached(CrashPoint.SETTLED_BEFORE_COMMIT)
        if self._commit(draft):
            self._runner.owed = []
            draft.act(self._outside.devices.order)
            self._inbox.put(events.Tick())
        else:
            self._settle_again_at = now + DISK_CHECK_SECONDS

    def _let_time_pass(self, draft: Draft, now: float) -> None:
        self._check_disk(now)
        self._outside.devices.check()
        for news in self._client.tick(now, in_session=self._in_session()):
            self._client_news(draft, news, now)
        self._show_hindrances(draft, now)
        self._runner.advance(draft, events.Tick(), now)
        epoch = self._client.epoch if self._client.online else None
        for item in self._repair.look(draft, self._runner.session, epoch, now):
            self._runner.ask_item(draft, item, now)

    def _take_in(self, draft: Draft, news: News, now: float) -> None:
        match news:
            case InventoryRound():
                self._observe(draft, news, now)
            case ContentRead(uid, content):
                owner = self._runner.session.owner
                reading = UNREADABLE if content is None else recognise(content, owner)
                self._runner.advance(draft, events.TagRead(uid, reading), now)
            case SecuritySet():
                self._security_set(draft, news, now)
            case SecurityRead(uid, state):
                self._repair.state_read(draft, uid, state)
            case GateTold():
                self._keep_gate_events(draft, news, now)
            case ChuteChanged():
                self._drop_runner.chute_changed(news.state)
            case LocalAsk() | AfiRead():
                self._for_technicians(draft, news, now)
            case DeviceUp(device):
                self._local.device_told(news)
                self._broken.pop(device, None)
            case DeviceDown(device, kind):
                self._local.device_told(news)
                self._broken[device] = HINDRANCES[kind]
                if kind == "drop":
                    self._drop_runner.chute_changed(None)
                if kind == "pad":
                    self._pad, change = emptied(self._pad)
                    self._runner.advance(draft, events.TagsRemoved(change.removed), now)
            case ReceiptPrinted() | ReceiptNotPrinted():
                came = events.ReceiptCame(int(news.key), isinstance(news, ReceiptPrinted))
                self._runner.advance(draft, came, now)
            case BarcodeScanned():
                self._runner.advance(draft, events.CodeScanned(news.text), now)
            case CardPresented():
                self._runner.advance(draft, events.CardShown(news.card), now)
            case LinkSignal():
                for each in self._client.signal(news, now):
                    self._client_news(draft, each, now)
            case MessageIn(frames):
                for each in self._client.receive(frames, now):
                    self._client_news(draft, each, now)
            case intents.FrameDrawn(number):
                self._telling.drawn(number, now)
            case _:
                self._runner.advance(draft, news, now)

    def _for_technicians(self, draft: Draft, news: LocalAsk | AfiRead, now: float) -> None:
        if isinstance(news, AfiRead):
            self._local.afi_read(news.uid, news.afi)
        else:
            self._local.take(news, self._present(draft), now)

    def _observe(self, draft: Draft, seen: InventoryRound, now: float) -> None:
        self._pad, change = observe(self._pad, seen)
        if change.removed:
            self._runner.advance(draft, events.TagsRemoved(change.removed), now)
        if change.placed:
            uids = tuple(tag.uid for tag in change.placed)
            self._runner.advance(draft, events.TagsPlaced(uids), now)

    def _keep_gate_events(self, draft: Draft, told: GateTold, now: float) -> None:
        ahead = self._ahead(now)
        draft.write(changes_for(told, ahead * 1000))
        if self._service_ahead is not None:
            draft.write([forget_old(int((ahead + now) * 1000), self._facts.gate_days)])

    def _ahead(self, now: float) -> float:
        """The time of day over the monotonic one. A clock without battery may be years off: the
        service's is taken where it is known.
        """
        return time() - now if self._service_ahead is None else self._service_ahead

    def _security_set(self, draft: Draft, outcome: SecuritySet, now: float) -> None:
        order, ref = outcome.order, outcome.order.ref
        if outcome.failure is None:
            reached(CrashPoint.PROVED_BEFORE_COMMIT)
        if ref is None or not self._runner.waits_for(ref):
            self._repair.repaired(draft, order, outcome.failure)
        elif outcome.failure is None:
            self._runner.advance(draft, events.SecurityProved(ref, order.uid), now)
        else:
            failed = events.SecurityFailed(ref, order.uid, outcome.failure)
            self._runner.advance(draft, failed, now)

    def _client_news(self, draft: Draft, news: ClientNews, now: float) -> None:
        match news:
            case HeartbeatAnswered():
                self._service_ahead = time() + news.clock_offset - now
                self._local.heartbeat_answered(news)
            case WentOnline():
                log.info("link online")
            case WentOffline():
                log.warning("link offline")
                self._show_hindrances(draft, now)  # first, or all would be asked for again at once
                self._runner.leave_undecided(draft, now)
            case EpochSeen(epoch):
                draft.write([SetValue(EPOCH, epoch)])
            case SafeThrough(sequence):
                forgotten = self._outbox.forgettable(sequence)
                draft.write(ForgetOperation(record.key) for record in forgotten)
            case OperationAnswered():
                self._operation_answered(draft, news, now)
            case QuestionAnswered():
                self._question_answered(draft, news, now)

    def _operation_answered(self, draft: Draft, news: OperationAnswered, now: float) -> None:
        reached(CrashPoint.REPLY_BEFORE_COMMIT)
        record = self._outbox.get(news.operation)
        if record is None:
            return
        draft.write([KeepReply(news.operation, news.reply, news.body, news.epoch)])
        ref = self._runner.ref_of(news.operation)
        if ref is not None and not record.cancelled and not record.answered:
            self._runner.advance(draft, events.Answered(ref, news.reply), now)

    def _question_answered(self, draft: Draft, news: QuestionAnswered, now: float) -> None:
        reply, question = news.reply, news.question
        if isinstance(question, AskPatron):
            patron = reply if isinstance(reply, PatronAnswer | Refused) else None
            self._runner.advance(draft, events.PatronAnswered(news.mark, patron), now)
            return
        if news.mark == LOCAL_MARK:
            self._local.item_answered(question.item, reply)
            return
        item = reply if isinstance(reply, ItemAnswer | Refused) else None
        self._runner.advance(draft, events.ItemAnswered(question.item, item), now)
        if isinstance(reply, ItemAnswer):
            self._repair.item_answered(draft, reply, news.asked_at)

    def _publish(self, now: float) -> None:
        session = self._runner.session
        self._outside.devices.listen(wanted=wants_codes(session))
        view = view_of(session, now, datetime.now().astimezone().date(), self._since)
        self._give_receipt(now)
        if isinstance(view, FarewellView) and view.receipt is not None:
            view = replace(view, receipt=self._receipt(session, now))
        before = self._frame
        frame = Frame(
            number=before.number + 1 if before else 1,
            view=view,
            online=self._client.reachable,
            language=session.language,
            still_there=still_there(session, now),
            chime=chime_between(before.view if before else None, view),
        )
        if (
            before is not None
            and replace(frame, number=before.number, chime=before.chime) == before
        ):
            return
        self._frame = frame
        self._telling.publishes(frame.number, self._runner.told_operations())
        self._outside.publish(frame)

    def _give_receipt(self, now: float) -> None:
        wanted = self._runner.take_receipt()
        if wanted is None:
            return
        session, on_paper = wanted
        lines = self._receipt(session, now)
        if on_paper:
            self._outside.devices.print(PrintReceipt(str(session.number), lines))
        else:
            self._outside.save_receipt(lines)

    def _receipt(self, session: SelfCheck, now: float) -> tuple[str, ...]:
        at = datetime.now().astimezone()
        view = view_of(replace(session, help_open=False), now, at.date(), self._since)
        if not isinstance(view, FarewellView):
            return ()
        head = ReceiptHead(
            library=self._facts.library,
            station=self._facts.name,
            patron=session.patron.short_name if session.patron else "",
            at=at,
        )
        return compose(head, view, self._facts.translate(session.language))

    def _out_of_order(self) -> tuple[str, ...]:
        """What staff are told with each heartbeat: broken parts, and an inbox that overflowed."""
        crowded = {"inbox"} if self._inbox.crowded else set[str]()
        return tuple(sorted(self._broken.keys() | crowded))

    def _present(self, draft: Draft) -> Present:
        return Present(
            outbox=self._outbox,
            hindrances=sorted(self._runner.session.hindrances),
            in_session=self._in_session(),
            crowded=self._inbox.crowded,
            free_bytes=self._store.free_bytes(),
            drop=self._drop_runner.phase,
            bin_full=self._drop_runner.bin_full,
            gate_book=lambda hours, at_most: gate_counts(
                self._store, hours, at_most, self._ahead(monotonic()) + monotonic()
            ),
            on_pad=self._runner.session.tags,
            read_afi=lambda uids: draft.orders.extend(map(ReadAfi, uids)),
        )

    def _in_session(self) -> bool:
        return not isinstance(self._runner.session.phase, Idle)

    def _check_disk(self, now: float) -> None:
        if now < self._disk_checked + DISK_CHECK_SECONDS:
            return
        self._disk_checked = now
        roomy = self._store.free_bytes() >= self._facts.low_water_bytes
        if roomy and self._store.relay_ballast():
            self._broken.pop("disk", None)
        else:
            self._broken["disk"] = Hindrance.DISK

    def _show_hindrances(self, draft: Draft, now: float) -> None:
        found = set(self._broken.values())
        if self._outside.devices.unmasked():
            found.add(Hindrance.UNMASKED)
        if self._drop_runner.jammed:
            found.add(Hindrance.DROP)
        if not self._client.reachable:
            found.add(Hindrance.LINK)
        if self._client.hindrance is not None:
            found.add(self._client.hindrance)
        known = self._runner.session.hindrances
        if found == known:
            return
        if found - known:
            self._since = datetime.now().astimezone().strftime("%H:%M")
        self._runner.advance(draft, events.HindrancesChanged(frozenset(found)), now)
