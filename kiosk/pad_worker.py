"""The thread of a pad: inventory rounds, and the orders of the controller before them."""

from collections import deque
from threading import Condition
from time import monotonic

import structlog

from drivers.errors import DeviceSilent, FrameDamaged, TagError, TagLeft, TagLocked
from drivers.facts import InventoryRound
from drivers.frame_trace import FrameTrace
from drivers.interfaces import TagReader
from drivers.tags.content import TagContent
from drivers.tags.detect import decode_tag
from drivers.tags.iso15693 import FALLBACK_GEOMETRY, chip_of
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.uid import Uid
from kiosk.crash_points import CrashPoint, reached
from kiosk.device_news import DeviceUp
from kiosk.device_worker import DeviceWorker, Tell
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
from kiosk.session.events import WriteFailure

FIRST_BLOCKS = 9
"""36 bytes: enough for every data model's first look (docs/protocols/tags.md, "Detection")."""

WRITE_TRIES = 3

log = structlog.get_logger()


class PadWorker(DeviceWorker):
    """Every order is answered exactly once, also when the pad is lost or this worker is stuck."""

    kind = "pad"

    def __init__(
        self,
        name: str,
        reader: TagReader,
        profile: LibraryProfile,
        poll_seconds: float,
        tell: Tell,
        trace: FrameTrace | None = None,
    ) -> None:
        super().__init__(name, reader, tell)
        self._reader = reader
        self._profile = profile
        self._poll_seconds = poll_seconds
        self._trace = trace or FrameTrace()
        self._last: dict[Uid, int] = {}
        self._changed = Condition()
        self._serving = False
        self._orders: deque[PadOrder] = deque()
        self._under_way: PadOrder | None = None

    def order(self, orders: tuple[PadOrder, ...]) -> None:
        """Called by the controller: carry these out next, in this order."""
        with self._changed:
            if self._serving:
                self._orders.extend(orders)
                self._changed.notify_all()
                return
        self._fail(orders)

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        with self._changed:
            self._changed.notify_all()

    def abandon(self) -> None:
        """Called by the supervisor: its orders have failed, whatever becomes of the last one."""
        super().abandon()
        self._fail(self._take_open_orders())

    def _open(self) -> None:
        identity = self._reader.open(self._call())
        log.info("device up", device=self.device_name, model=identity.model)
        with self._changed:
            self._serving = not self._stopping.is_set()
        self._say(DeviceUp(self.device_name, self.kind, identity.model))

    def _out_of_service(self) -> None:
        self._last = {}
        self._fail(self._take_open_orders())

    def _serve(self) -> None:
        """What follows from an order comes soon, so there is no look at the pad before it.

        Unless the tag had left: as long as no look has shown that, its order is given again.
        """
        while not self._stopping.is_set():
            order = self._next_order()
            served = order is not None and self._carry_out(order)
            if served or self._look():
                self._wait_for_order()

    def _look(self) -> bool:
        """One inventory round; True when it showed the same tags as the last one."""
        tags = self._reader.inventory(self._call())
        self.busy_since = None
        seen = {tag.uid: tag.dsfid for tag in tags}
        same = seen.keys() == self._last.keys()
        self._last = seen
        self._say(InventoryRound(self.device_name, tags, monotonic()))
        return same

    def _wait_for_order(self) -> None:
        with self._changed:
            if not self._orders and not self._stopping.is_set():
                self._changed.wait(self._poll_seconds)

    def _next_order(self) -> PadOrder | None:
        with self._changed:
            self._under_way = self._orders.popleft() if self._orders else None
            return self._under_way

    def _take_open_orders(self) -> tuple[PadOrder, ...]:
        with self._changed:
            self._serving = False
            under_way = () if self._under_way is None else (self._under_way,)
            orders = (*under_way, *self._orders)
            self._under_way = None
            self._orders.clear()
            return orders

    def _fail(self, orders: tuple[PadOrder, ...]) -> None:
        for order in orders:
            self._tell(failed(order, WriteFailure.PAD_LOST))

    def _carry_out(self, order: PadOrder) -> bool:
        """Whoever takes it from `_under_way` tells its outcome: here, or `abandon`.

        False when a tag to be written has left the pad.
        """
        outcome = self._outcome(order)
        self.busy_since = None
        with self._changed:
            still_ours, self._under_way = self._under_way is order, None
        if still_ours:
            self._tell(outcome)
        return not (isinstance(outcome, SecuritySet) and outcome.failure is WriteFailure.LEFT)

    def _outcome(self, order: PadOrder) -> PadOutcome:
        match order:
            case ReadContent(uid):
                return ContentRead(uid, self._discreet_content(uid))
            case ReadSecurity(uid):
                return SecurityRead(uid, self._state(uid))
            case ReadAfi(uid):
                return AfiRead(uid, self._afi(uid))
            case SetSecurity():
                return SecuritySet(order, self._bring_about(order))

    def _discreet_content(self, uid: Uid) -> TagContent | None:
        """A card's number does not stay in the trace, which goes into bundles."""
        began = self._trace.clock()
        content = self._content(uid)
        if content is not None and content.is_patron_card:
            self._trace.mask_since(began)
        return content

    def _content(self, uid: Uid) -> TagContent | None:
        """What the tag says; only one whose data do not end in the first blocks is read on."""
        known = chip_of(uid).geometry
        asked = min(FIRST_BLOCKS, known.blocks) if known else FIRST_BLOCKS
        try:
            first = self._reader.read_blocks(uid, 0, asked, self._call())
            content = self._decoded(uid, first.data, first.block_size)
            read = len(first.data) // first.block_size
            left = self._blocks_of(uid) - read if content.needs_more else 0
            if left <= 0:
                return content
            rest = self._reader.read_blocks(uid, read, left, self._call())
            return self._decoded(uid, first.data + rest.data, first.block_size)
        except TagError:
            return None

    def _decoded(self, uid: Uid, memory: bytes, block_size: int) -> TagContent:
        return decode_tag(memory, dsfid=self._last.get(uid), block_size=block_size)

    def _blocks_of(self, uid: Uid) -> int:
        known = chip_of(uid).geometry
        if known is not None:
            return known.blocks
        told = self._reader.system_information(uid, self._call()).block_count
        return told or FALLBACK_GEOMETRY.blocks

    def _state(self, uid: Uid) -> SecurityState | None:
        try:
            return self._profile.state_of(self._reader.system_information(uid, self._call()).afi)
        except TagError:
            return None

    def _afi(self, uid: Uid) -> int | None:
        try:
            return self._reader.system_information(uid, self._call()).afi
        except TagError:
            return None

    def _bring_about(self, order: SetSecurity) -> WriteFailure | None:
        """None: the wanted state was read back from the tag."""
        try:
            if order.check_first and self._is_as_wanted(order):
                return None
            return self._write_and_prove(order)
        except TagLeft:
            return WriteFailure.LEFT
        except TagError:
            return WriteFailure.NOT_WRITTEN

    def _write_and_prove(self, order: SetSecurity) -> WriteFailure | None:
        """Write, read back, and write again only when the reading shows the old state."""
        for _ in range(WRITE_TRIES):
            locked = self._is_locked_at_write(order)
            if self._is_as_wanted(order):
                return None
            if locked:
                return WriteFailure.LOCKED
        return WriteFailure.NOT_WRITTEN

    def _is_locked_at_write(self, order: SetSecurity) -> bool:
        """One write. Its answer, a fault or none at all prove nothing: only the reading does."""
        reached(CrashPoint.BEFORE_TAG_WRITE)
        try:
            self._reader.write_afi(order.uid, self._profile.afi_for(order.wanted), self._call())
        except TagLocked:
            return True
        except (TagError, DeviceSilent, FrameDamaged) as problem:
            log.info("tag write without a good answer", reason=type(problem).__name__)
        reached(CrashPoint.TAG_WRITTEN)
        return False

    def _is_as_wanted(self, order: SetSecurity) -> bool:
        found = self._reader.system_information(order.uid, self._call()).afi
        return self._profile.state_of(found) is order.wanted


def failed(order: PadOrder, why: WriteFailure) -> PadOutcome:
    """The outcome of an order that was not carried out."""
    match order:
        case ReadContent(uid):
            return ContentRead(uid, None)
        case ReadSecurity(uid):
            return SecurityRead(uid, None)
        case ReadAfi(uid):
            return AfiRead(uid, None)
        case SetSecurity():
            return SecuritySet(order, why)
