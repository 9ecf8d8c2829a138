"""The controller thread: owns all state of the station and its only writing connection.

Every step is the same: take what has come in, let the pure parts decide, commit once, and only
then act on the world – send, write tags, publish one view. So whatever is done outside stands on
disk before, and a step that cannot be written down has not happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Event as Flag
from threading import Thread
from time import monotonic, time

import structlog

from drivers.facts import BarcodeScanned, InventoryRound
from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk import intents
from kiosk.circulation_client import (
    CirculationClient,
    ClientNews,
    EpochSeen,
    OperationAnswered,
    QuestionAnswered,
    SafeThrough,
    WentOffline,
    WentOnline,
)
from kiosk.crash_points import CrashPoint, reached
from kiosk.device_worker import ScannerDown, ScannerUp, WorkerNews
from kiosk.draft import Birth, Draft
from kiosk.inbox import Inbox
from kiosk.outbox.changes import (
    DropOperation,
    ForgetOperation,
    Journal,
    KeepReply,
    MarkSent,
    MarkShown,
    SetValue,
)
from kiosk.outbox.outbox import EPOCH, LAST_SEQUENCE, Outbox
from kiosk.outbox.records import JournalState, OperationRecord
from kiosk.pad import Pad, emptied, observe
from kiosk.pad_orders import (
    ContentRead,
    PadDown,
    PadOrder,
    PadUp,
    ReadContent,
    ReadSecurity,
    SecurityRead,
    SecuritySet,
    SetSecurity,
)
from kiosk.receipts.text import ReceiptHead, Translate, compose
from kiosk.recognition import UNREADABLE, TagKind, recognise
from kiosk.service_link import LinkNews, LinkSignal, MessageIn
from kiosk.session import effects, events
from kiosk.session.advance import advance
from kiosk.session.clock import next_deadline
from kiosk.session.events import Ref
from kiosk.session.picture import chime_between, still_there, view_of
from kiosk.session.states import FINISHED, Idle, SelfCheck, Who
from kiosk.settlement import settle, withdraw
from kiosk.shown import ShownMarks
from kiosk.station_store import StationStore, StoreFull
from kiosk.tag_watch import Finding, Found, TagWatch
from kiosk.views import FarewellView, Frame, Hindrance, RenewState, View
from service.protocol.operations import CheckIn, CheckOut, ReportTag, ReportTold, TagFinding
from service.protocol.questions import AskItem, AskPatron
from service.protocol.replies import ItemAnswer, Lent, PatronAnswer, Refused

log = structlog.get_logger()

Publish = Callable[[Frame], None]
GiveOrders = Callable[[tuple[PadOrder, ...]], None]
SaveReceipt = Callable[[tuple[str, ...]], None]

SHOWN_GRACE_SECONDS = 0.5
"""How long a `shown` mark may wait for another commit to travel with."""

DISK_CHECK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What never changes while the station runs."""

    name: str
    library: str
    low_water_bytes: int
    translate: Callable[[str], Translate]


@dataclass(frozen=True, slots=True)
class Outside:
    """The world that the controller acts on; each call returns at once."""

    publish: Publish
    order: GiveOrders
    save_receipt: SaveReceipt
    check_devices: Callable[[], None]


News = WorkerNews | LinkNews | intents.Intent | events.Tick


class Controller(Thread):
    """Owner of session, pad, outbox, client and watch: this thread."""

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
        self._inbox = inbox
        self.ready = Flag()
        self.problem: Exception | None = None
        self._session = session
        self._open_store = open_store
        self._make_client = make_client
        self._facts = facts
        self._outside = outside
        self._birth = Birth(boot, monotonic, time)
        self._stopping = False
        self._pad = Pad()
        self._watch = TagWatch()
        self._shown = ShownMarks()
        self._operations: dict[Ref, str] = {}
        self._owed: list[str] = []
        self._owed_again_at = 0.0
        self._broken: dict[str, Hindrance] = {}
        self._frame: Frame | None = None
        self._since = ""
        self._disk_checked = 0.0
        self._shown_waits_since: float | None = None

    def stop(self) -> None:
        """Ask the thread to end after its present step; the caller joins it."""
        self._stopping = True
        self._pump_soon()

    def _pump_soon(self) -> None:
        self._inbox.put(events.Tick())

    def run(self) -> None:
        """Open the store, settle what the last run left, then step until stopped."""
        try:
            with self._open_store() as self._store:
                self._load()
                self._start()
                self._keep_stepping()
                self._end()
        except Exception as problem:  # a broken store or rule: systemd starts the station anew
            log.exception("controller ends")
            self.problem = problem
        finally:
            self.ready.set()

    # --- starting and ending -------------------------------------------------------------

    def _load(self) -> None:
        last = int(self._store.value(LAST_SEQUENCE) or 0)
        self._outbox = Outbox(self._store.records(), self._store.journal(), last)

    def _start(self) -> None:
        self._client = self._make_client(self._store.value(EPOCH))
        self._owed = [record.key for record in self._outbox if not record.over]
        self._step([])
        self.ready.set()

    def _end(self) -> None:
        self._step([intents.Leave()])
        self._step([intents.Finish()])

    def _keep_stepping(self) -> None:
        while not self._stopping:
            self._step(self._inbox.take_all(self._deadline()))

    # --- the step ------------------------------------------------------------------------

    def _deadline(self) -> float:
        now = monotonic()
        shown = self._shown_waits_since
        wanted = (
            next_deadline(self._session),
            self._client.next_deadline(in_session=self._in_session()),
            self._next_countdown(now),
            self._disk_checked + DISK_CHECK_SECONDS,
            None if shown is None else shown + SHOWN_GRACE_SECONDS,
        )
        return min(time for time in wanted if time is not None)

    def _next_countdown(self, now: float) -> float | None:
        """The next whole second while seconds are counted on the screen."""
        session = self._session
        ends = [session.still_there_until, getattr(session.phase, "until", None)]
        if isinstance(session.phase, Who) and session.typing_opens_at > now:
            ends.append(session.typing_opens_at)
        end = next((end for end in ends if end is not None), None)
        return None if end is None else now + ((end - now) % 1 or 1)

    def _step(self, news: list[News]) -> None:
        before = self._session, self._operations, self._pad
        draft = Draft(self._outbox, self._birth)
        now = monotonic()
        for each in news:
            self._take_in(draft, each, now)
        self._let_time_pass(draft, now)
        self._pump(draft, now)
        self._mark_shown(draft, now)
        if self._commit(draft):
            draft.act(self._outside.order)
        else:
            self._session, self._operations, self._pad = before
            self._advance(draft, events.StoreRefused(), now)
        self._pay_owed(now)
        self._publish(now)

    def _commit(self, draft: Draft) -> bool:
        """True: durable. False: the disk is full, and in memory too the step has not happened."""
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

    def _let_time_pass(self, draft: Draft, now: float) -> None:
        self._check_disk(now)
        self._outside.check_devices()
        for news in self._client.tick(now, in_session=self._in_session()):
            self._client_news(draft, news, now)
        self._show_hindrances(draft, now)
        self._advance(draft, events.Tick(), now)
        self._look_at_idle_tags(draft, now)

    # --- what comes in ---------------------------------------------------------------------

    def _take_in(self, draft: Draft, news: News, now: float) -> None:
        match news:
            case InventoryRound():
                self._observe(draft, news, now)
            case ContentRead(uid, content):
                owner = self._session.owner
                reading = UNREADABLE if content is None else recognise(content, owner)
                self._advance(draft, events.TagRead(uid, reading), now)
            case SecuritySet(order, failure):
                self._security_set(draft, order, failure, now)
            case SecurityRead(uid, state):
                if state is not None:
                    self._act_on(draft, self._watch.state_known(uid, state))
            case PadUp(device):
                self._broken.pop(device, None)
            case PadDown(device):
                self._broken[device] = Hindrance.PAD
                self._pad, change = emptied(self._pad)
                self._advance(draft, events.TagsRemoved(change.removed), now)
            case ScannerUp(device):
                self._broken.pop(device, None)
            case ScannerDown(device):
                self._broken[device] = Hindrance.SCANNER
            case BarcodeScanned():
                self._advance(draft, events.CodeScanned(news.text), now)
            case LinkSignal():
                for each in self._client.signal(news, now):
                    self._client_news(draft, each, now)
            case MessageIn(frames):
                for each in self._client.receive(frames, now):
                    self._client_news(draft, each, now)
            case intents.FrameDrawn(number):
                self._frame_drawn(number, now)
            case _:
                self._advance(draft, news, now)

    def _observe(self, draft: Draft, seen: InventoryRound, now: float) -> None:
        self._pad, change = observe(self._pad, seen)
        if change.removed:
            self._advance(draft, events.TagsRemoved(change.removed), now)
        if change.placed:
            uids = tuple(tag.uid for tag in change.placed)
            self._advance(draft, events.TagsPlaced(uids), now)

    def _client_news(self, draft: Draft, news: ClientNews, now: float) -> None:
        match news:
            case WentOnline():
                log.info("link online")
            case WentOffline():
                log.warning("link offline")
                self._leave_undecided(draft, now)
            case EpochSeen(epoch):
                draft.write([SetValue(EPOCH, epoch)])
            case SafeThrough(sequence):
                draft.write(
                    ForgetOperation(record.key) for record in self._outbox.forgettable(sequence)
                )
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
        ref = self._ref_of(news.operation)
        if ref is not None and not record.cancelled:
            self._advance(draft, events.Answered(ref, news.reply), now)

    def _question_answered(self, draft: Draft, news: QuestionAnswered, now: float) -> None:
        reply = news.reply
        if isinstance(news.question, AskPatron):
            patron = reply if isinstance(reply, PatronAnswer | Refused) else None
            self._advance(draft, events.PatronAnswered(news.mark, patron), now)
            return
        item = reply if isinstance(reply, ItemAnswer | Refused) else None
        self._advance(draft, events.ItemAnswered(news.question.item, item), now)
        if isinstance(reply, ItemAnswer):
            found = self._watch.loan_known(reply.item, on_loan=reply.on_loan, listed=reply.listed)
            self._act_on(draft, found)

    def _leave_undecided(self, draft: Draft, now: float) -> None:
        """The link is gone: check-outs without an answer are withdrawn, returns are kept."""
        for record in self._outbox.unanswered():
            ref = self._ref_of(record.key)
            if ref is None or record.cancelled:
                continue
            if not record.sent and not isinstance(record.act, CheckIn):
                draft.write([DropOperation(record.key)])
            elif isinstance(record.act, CheckOut):
                draft.write(withdraw(record, draft.born))
            self._advance(draft, events.NotDecided(ref), now)

    # --- the session and its effects -----------------------------------------------------

    def _advance(self, draft: Draft, event: events.Event, now: float) -> None:
        number = self._session.number
        self._session, wanted = advance(self._session, event, now)
        for effect in wanted:
            self._bring_about(draft, effect, now)
        if isinstance(self._session.phase, Idle):
            self._operations = {}
        elif self._session.number != number:
            self._operations = {r: o for r, o in self._operations.items() if r.session != number}

    def _bring_about(self, draft: Draft, effect: effects.Effect, now: float) -> None:
        match effect:
            case effects.ReadTag(uid):
                draft.orders.append(ReadContent(uid))
            case effects.AskForPatron():
                self._ask_patron(draft, effect, now)
            case effects.AskForItem(item):
                self._ask_item(draft, item, now)
            case effects.Submit(ref, act):
                self._operations[ref] = draft.submit(act)
            case effects.WriteSecurity():
                self._write_security(draft, effect)
            case effects.NoteProved(ref, uid, item):
                operation = self._operations.get(ref)
                if operation is not None:
                    draft.write([Journal(operation, uid, item, JournalState.PROVED)])
            case effects.Settle(refs):
                self._owe(refs)
            case effects.WriteReceipt():
                text = self._receipt(view_of(self._session, now, _today(), self._since))
                draft.acts.append(lambda: self._outside.save_receipt(text))

    def _ask_patron(self, draft: Draft, wanted: effects.AskForPatron, now: float) -> None:
        if not self._client.online:
            self._advance(draft, events.PatronAnswered(wanted.ask, None), now)
            return
        question = AskPatron(wanted.card, wanted.pin)
        draft.acts.append(lambda: self._client.ask(question, wanted.ask, now))

    def _ask_item(self, draft: Draft, item: str, now: float) -> None:
        """Asked once a step, whether the session or the watch wants to know."""
        if not self._client.online:
            self._advance(draft, events.ItemAnswered(item, None), now)
        elif item not in draft.asked:
            draft.asked.add(item)
            draft.acts.append(lambda: self._client.ask(AskItem(item), 0, now))

    def _write_security(self, draft: Draft, effect: effects.WriteSecurity) -> None:
        operation = self._operations.get(effect.ref)
        if operation is None:
            return
        draft.write([Journal(operation, effect.uid, effect.item, JournalState.WRITING)])
        wanted = SecurityState.RELEASED if effect.released else SecurityState.SECURED
        draft.acts.append(lambda: reached(CrashPoint.GRANT_COMMITTED))
        draft.orders.append(
            SetSecurity(effect.uid, effect.item, wanted, effect.ref, operation, effect.check_first)
        )

    def _owe(self, refs: tuple[Ref, ...]) -> None:
        keys = (self._operations.get(ref) for ref in refs)
        self._owed += [key for key in keys if key is not None]

    def _pay_owed(self, now: float) -> None:
        """Settle what nobody waits for; on a full disk it stays owed and is tried again."""
        if not self._owed or now < self._owed_again_at:
            return
        draft = Draft(self._outbox, self._birth)
        for key in self._owed:
            record = self._outbox.get(key)
            if record is not None and not record.over:
                draft.write(settle(record, self._outbox.rows(key), draft.born))
        reached(CrashPoint.SETTLED_BEFORE_COMMIT)
        if self._commit(draft):
            self._owed = []
            self._pump_soon()
        else:
            self._owed_again_at = now + DISK_CHECK_SECONDS

    def _ref_of(self, operation: str) -> Ref | None:
        return next((ref for ref, key in self._operations.items() if key == operation), None)

    # --- tags ------------------------------------------------------------------------------

    def _security_set(
        self, draft: Draft, order: SetSecurity, failure: events.WriteFailure | None, now: float
    ) -> None:
        ref = order.ref
        if failure is not None:
            if ref is not None:
                self._advance(draft, events.SecurityFailed(ref, order.uid, failure), now)
            elif failure in {events.WriteFailure.LOCKED, events.WriteFailure.NOT_WRITTEN}:
                draft.submit(ReportTag(order.item, order.uid, "unproved"))
            return
        reached(CrashPoint.PROVED_BEFORE_COMMIT)
        if ref is not None and ref.session == self._session.number and not self._over(order):
            self._advance(draft, events.SecurityProved(ref, order.uid), now)
        else:
            self._report_proof(draft, order.uid, order.item, order.wanted, worth_telling=True)

    def _over(self, order: SetSecurity) -> bool:
        record = self._outbox.get(order.operation or "")
        return record is None or record.over

    def _look_at_idle_tags(self, draft: Draft, now: float) -> None:
        """Tags with which nobody does anything are compared with their loans."""
        if not self._client.online or self._client.epoch is None:
            self._watch.consider({}, "")
            return
        new = self._watch.consider(self._idle_tags(), self._client.epoch)
        draft.orders.extend(ReadSecurity(uid) for uid in new)
        for item in dict.fromkeys(new.values()):
            self._ask_item(draft, item, now)

    def _idle_tags(self) -> dict[Uid, str]:
        session, busy = self._session, self._outbox.busy_items()
        if not isinstance(session.phase, Idle | Who):
            return {}
        return {
            uid: reading.number
            for uid, reading in session.tags.items()
            if reading is not None and reading.kind is TagKind.ITEM and reading.number not in busy
        }

    def _act_on(self, draft: Draft, found: list[Found]) -> None:
        for each in found:
            match each.finding:
                case Finding.SECURE:
                    draft.orders.append(
                        SetSecurity(
                            each.uid,
                            each.item,
                            SecurityState.SECURED,
                            ref=None,
                            operation=None,
                            check_first=True,
                        )
                    )
                case Finding.SECURED_AS_WANTED:
                    self._report_proof(
                        draft, each.uid, each.item, SecurityState.SECURED, each.listed
                    )
                case Finding.RELEASED_AS_WANTED:
                    self._report_proof(
                        draft, each.uid, each.item, SecurityState.RELEASED, each.listed
                    )
                case Finding.LENT_STILL_SECURED:
                    if not each.listed:
                        draft.submit(ReportTag(each.item, each.uid, "lent-still-secured"))

    def _report_proof(
        self, draft: Draft, uid: Uid, item: str, state: SecurityState, worth_telling: bool
    ) -> None:
        """Close this station's rows of the tag, and the staff's lines about it."""
        rows = self._outbox.open_rows_of_tag(uid)
        draft.write(Journal(r.operation, r.uid, r.item, JournalState.CLOSED) for r in rows)
        if rows or worth_telling:
            finding: TagFinding = (
                "secured-proved" if state is SecurityState.SECURED else "released-proved"
            )
            draft.submit(ReportTag(item, uid, finding))

    # --- sending -----------------------------------------------------------------------------

    def _pump(self, draft: Draft, now: float) -> None:
        """Send what may leave now, each row marked as sent in this step's commit."""
        client, outbox = self._client, self._outbox
        self._tell_counters()
        if not client.online:
            return
        for record in outbox.to_reoffer(client.epoch or ""):
            if client.may_send(record, now):
                draft.acts.append(lambda r=record: client.reoffer(r, now))  # type: ignore[misc]
        for record in outbox.sendable():
            if client.may_send(record, now):
                self._send(draft, record, now)

    def _send(self, draft: Draft, record: OperationRecord, now: float) -> None:
        if not record.sent:
            draft.write([MarkSent(record.key)])

        def send() -> None:
            self._client.send_operation(record, now)
            reached(CrashPoint.AFTER_SEND)

        draft.acts.append(send)

    def _tell_counters(self) -> None:
        counters, outbox = self._client.counters, self._outbox
        counters.confirmed = outbox.confirmed_through(self._client.epoch)
        counters.last_sequence = outbox.last_sequence
        counters.waiting = len(outbox.unanswered())
        counters.keeps = len(outbox) - counters.waiting
        counters.broken = tuple(sorted(self._broken))

    # --- shown -------------------------------------------------------------------------------

    def _frame_drawn(self, number: int, now: float) -> None:
        if self._shown.frame_drawn(number) and self._shown_waits_since is None:
            reached(CrashPoint.DRAWN_BEFORE_SHOWN)
            self._shown_waits_since = now

    def _mark_shown(self, draft: Draft, now: float) -> None:
        waits = self._shown_waits_since
        if waits is None:
            return
        if not draft.changes and now < waits + SHOWN_GRACE_SECONDS:
            return
        self._shown_waits_since = None
        for key in sorted(self._shown.take()):
            record = self._outbox.get(key)
            if record is not None and not record.shown:
                self._told(draft, record)
        draft.acts.append(lambda: reached(CrashPoint.SHOWN_COMMITTED))

    def _told(self, draft: Draft, record: OperationRecord) -> None:
        draft.write([MarkShown(record.key)])
        if record.listed:
            draft.submit(ReportTold(record.key, told=True))
        if isinstance(record.act, CheckOut) and isinstance(record.reply, Lent):
            self._tell_earlier_loans(draft, record.act)

    def _tell_earlier_loans(self, draft: Draft, act: CheckOut) -> None:
        """The patron sees a loan that nobody was told of when it was made: its line closes."""
        for earlier in list(self._outbox):
            if earlier.act == act and earlier.listed and not earlier.shown:
                draft.write([MarkShown(earlier.key)])
                draft.submit(ReportTold(earlier.key, told=True))

    def _told_operations(self) -> frozenset[str]:
        """Operations whose outcome the present view tells."""
        session = self._session
        refs = {session.ref(line) for line in session.lines.values() if line.stage in FINISHED}
        for item, renewal in session.renewals.items():
            if renewal.state in {RenewState.RENEWED, RenewState.REFUSED}:
                refs.add(session.renewal_ref(item))
        return frozenset(self._operations[ref] for ref in refs if ref in self._operations)

    # --- the screen ----------------------------------------------------------------------------

    def _publish(self, now: float) -> None:
        view = view_of(self._session, now, _today(), self._since)
        if isinstance(view, FarewellView) and view.receipt is not None:
            view = replace(view, receipt=self._receipt(view))
        before = self._frame
        frame = Frame(
            number=before.number + 1 if before else 1,
            view=view,
            online=self._client.reachable,
            language=self._session.language,
            still_there=still_there(self._session, now),
            chime=chime_between(before.view if before else None, view),
        )
        if before is not None and replace(frame, number=before.number) == before:
            return
        self._frame = frame
        if self._shown.published(frame.number, self._told_operations()):
            reached(CrashPoint.PROVED_BEFORE_DRAWN)
        self._outside.publish(frame)

    def _receipt(self, view: View) -> tuple[str, ...]:
        if not isinstance(view, FarewellView):
            return ()
        patron = self._session.patron
        head = ReceiptHead(
            self._facts.library,
            self._facts.name,
            patron.short_name if patron else "",
            datetime.now().astimezone(),
        )
        return compose(head, view, self._facts.translate(self._session.language))

    # --- health --------------------------------------------------------------------------------

    def _in_session(self) -> bool:
        return not isinstance(self._session.phase, Idle)

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
        if not self._client.reachable:
            found.add(Hindrance.LINK)
        if self._client.hindrance is not None:
            found.add(self._client.hindrance)
        if frozenset(found) == self._session.hindrances:
            return
        if found - self._session.hindrances:
            self._since = datetime.now().astimezone().strftime("%H:%M")
        self._advance(draft, events.HindrancesChanged(frozenset(found)), now)


def _today() -> date:
    return datetime.now().astimezone().date()
