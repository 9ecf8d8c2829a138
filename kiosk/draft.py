"""One step of the controller: what it writes, and what it does once that is durable.

Lives for one step. Changes go into the outbox in memory at once, so that later events of the same
step see them; if the commit fails the controller reads the outbox from disk again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kiosk.outbox.changes import AddOperation, Change, SetValue
from kiosk.outbox.outbox import LAST_SEQUENCE, Outbox
from kiosk.pad_orders import PadOrder
from service.protocol import codec
from service.protocol.identifiers import new_identifier
from service.protocol.operations import Act, Operation


@dataclass(frozen=True, slots=True)
class Birth:
    """Where and when acts are born: what their bodies say of time."""

    boot: str
    monotonic: Callable[[], float]
    wall: Callable[[], float]


@dataclass(slots=True)
class Draft:
    """Gathers a step. `acts` run after the commit, in order; `orders` go to the pad last."""

    outbox: Outbox
    birth: Birth
    changes: list[Change] = field(default_factory=list)
    acts: list[Callable[[], None]] = field(default_factory=list)
    orders: list[PadOrder] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def write(self, changes: Iterable[Change]) -> None:
        """Write these with this step's commit."""
        for change in changes:
            self.changes.append(change)
            self.outbox.apply(change)

    def born(self, act: Act) -> AddOperation:
        """An operation for this act, with the next sequence of the station."""
        sequence = self.outbox.next_sequence()
        operation = Operation(
            operation=new_identifier(),
            sequence=sequence,
            boot=self.birth.boot,
            monotonic_ms=int(self.birth.monotonic() * 1000),
            wall_ms=int(self.birth.wall() * 1000),
            act=act,
        )
        return AddOperation(operation, codec.encode(operation), sent=False)

    def submit(self, act: Act) -> str:
        """Write a new operation; returns its key."""
        added = self.born(act)
        self.write([added])
        return added.operation.operation

    def act(self, order: Callable[[tuple[PadOrder, ...]], None]) -> None:
        """Everything is durable: do it."""
        for act in self.acts:
            act()
        if self.orders:
            order(tuple(self.orders))

    def everything(self) -> list[Change]:
        """All changes, with the sequence that must never be used again."""
        if any(isinstance(change, AddOperation) for change in self.changes):
            return [*self.changes, SetValue(LAST_SEQUENCE, str(self.outbox.last_sequence))]
        return self.changes
