"""The outbox in memory is the outbox on disk, after every commit and every restart."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.uid import Uid
from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import (
    DropOperation,
    ForgetOperation,
    Journal,
    KeepReply,
    MarkListed,
    MarkOver,
    MarkSent,
    MarkShown,
    SetValue,
)
from kiosk.outbox.outbox import LAST_SEQUENCE, Outbox
from kiosk.outbox.records import NO_TAG, JournalState
from kiosk.settlement import settle, withdraw
from kiosk.station_store import StationStore
from service.protocol import codec
from service.protocol.operations import Act, CancelCheckOut, CheckIn, CheckOut, Renew, ReportTag
from tests.unit.kiosk.operations import (
    CARD,
    EPOCH,
    NEXT_EPOCH,
    REFUSED,
    SECOND_TAG,
    TAG,
    key,
    reply_to,
)

MEMORY = Path("/dev/shm")
ITEMS = st.sampled_from(["TK.00001", "TK.00002"])
ACTS = st.one_of(
    st.builds(CheckOut, ITEMS, st.just(CARD)),
    st.builds(CheckIn, ITEMS),
    st.builds(Renew, ITEMS, st.just(CARD)),
    st.builds(ReportTag, ITEMS, st.just(TAG), st.just("unproved")),
    st.just(CancelCheckOut(key(1))),
)
MARKS = st.sampled_from([MarkSent, MarkShown, MarkListed, MarkOver])
TAGS = st.sampled_from([TAG, SECOND_TAG, NO_TAG])
WHICH = st.integers(0, 30)


class StationInUse(RuleBasedStateMachine):
    """Each rule adds to the present step; `commit` writes it, `restart` forgets what is not."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.start()

    def start(self) -> None:
        self.store = StationStore(Path(self.folder.name), ballast_bytes=4096)
        self.outbox = self.read()
        self.begin()

    def read(self) -> Outbox:
        last = int(self.store.value(LAST_SEQUENCE) or 0)
        return Outbox(self.store.records(), self.store.journal(), last)

    def begin(self) -> None:
        self.draft = Draft(self.outbox, Birth("b0" * 16, lambda: 1.0, lambda: 2.0))

    def pick(self, which: int) -> str:
        """A kept operation, or one that is gone."""
        records = list(self.outbox)
        return records[which % len(records)].key if records else key(which)

    @rule(act=ACTS)
    def submit(self, act: Act) -> None:
        self.draft.submit(act)

    @rule(mark=MARKS, which=WHICH)
    def mark(self, mark: type[MarkSent], which: int) -> None:
        self.draft.write([mark(self.pick(which))])

    @rule(which=WHICH, epoch=st.sampled_from([EPOCH, NEXT_EPOCH]), refused=st.booleans())
    def answer(self, which: int, epoch: str, refused: bool) -> None:
        record = self.outbox.get(self.pick(which))
        if record is not None:
            reply = REFUSED if refused else reply_to(record.act)
            self.draft.write([KeepReply(record.key, reply, codec.encode(reply), epoch)])

    @rule(which=WHICH, tag=TAGS, state=st.sampled_from(JournalState))
    def note_tag(self, which: int, tag: Uid, state: JournalState) -> None:
        record = self.outbox.get(self.pick(which))
        if record is not None:
            self.draft.write([Journal(record.key, tag, "TK.00001", state)])

    @rule(which=WHICH)
    def settle(self, which: int) -> None:
        record = self.outbox.get(self.pick(which))
        if record is not None and not record.over:
            self.draft.write(settle(record, self.outbox.rows(record.key), self.draft.born))

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        record = self.outbox.get(self.pick(which))
        if record is not None and isinstance(record.act, CheckOut):
            self.draft.write(withdraw(record, self.draft.born))

    @rule(which=WHICH)
    def drop(self, which: int) -> None:
        self.draft.write([DropOperation(self.pick(which))])

    @rule(safe_through=st.integers(0, 40))
    def forget(self, safe_through: int) -> None:
        forgotten = self.outbox.forgettable(safe_through)
        self.draft.write(ForgetOperation(record.key) for record in forgotten)

    @rule(epoch=st.sampled_from([EPOCH, NEXT_EPOCH]))
    def see_epoch(self, epoch: str) -> None:
        self.draft.write([SetValue("epoch", epoch)])

    @rule()
    def commit(self) -> None:
        self.store.commit(self.draft.everything())
        self.begin()

    @rule(act=ACTS, mark=MARKS)
    def submit_and_mark_in_two_steps(self, act: Act, mark: type[MarkSent]) -> None:
        key = self.draft.submit(act)
        self.commit()
        self.draft.write([mark(key)])
        self.commit()

    @precondition(lambda self: not self.draft.changes)
    @rule()
    def restart(self) -> None:
        self.store.close()
        self.start()

    @rule()
    def fail_to_commit(self) -> None:
        """A full disk: the outbox is read again and the step has not happened."""
        self.outbox = self.read()
        self.begin()

    @invariant()
    def memory_is_disk(self) -> None:
        if not hasattr(self, "draft") or self.draft.changes:
            return
        disk = self.read()
        assert list(self.outbox) == list(disk)
        assert self.outbox.last_sequence == disk.last_sequence
        for record in disk:
            in_memory = {row.uid: row for row in self.outbox.rows(record.key)}
            assert in_memory == {row.uid: row for row in disk.rows(record.key)}
        assert {row.operation for row in self.store.journal()} <= {r.key for r in disk}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestStationInUse = StationInUse.TestCase
TestStationInUse.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
