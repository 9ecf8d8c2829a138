"""One set of operations: recognise repeats, decide the rest one after the other, write all at once.

The caller holds the transaction and commits it; nothing here is true before that.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from service.arrived import Arrived
from service.circulation.decide import decide
from service.circulation.desk import Decision, Desk
from service.circulation.enter import enter
from service.circulation.facts import Deed, Line
from service.circulation.rules import Policy
from service.circulation.words import AttentionKind
from service.database.connection import Lookup, Writer
from service.loading import Layout
from service.protocol.codec import decode_outcome, digest, encode
from service.protocol.operations import Act, CancelCheckOut, CheckIn, CheckOut
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    BodyDiffers,
    ForeignOperation,
    LinkReply,
    Parked,
    Refused,
    Reply,
    Settled,
)
from service.writing import Stored, write

KNOWN = Lookup(", ".join(Stored.__struct_fields__), "operations WHERE operation {among}")


Answer = Callable[[Desk, Arrived], Decision | LinkReply]


class StationFacts(Struct, frozen=True):
    """What the ledger knows of a station. `confirmed_through` is kept when operations are not."""

    point: str
    confirmed_through: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a set came to, once committed. `failed`: operations whose rule raised, and what."""

    replies: list[Reply]
    stored: list[Stored]
    next_loan: int
    last_ms: int
    failed: list[tuple[str, Exception]]


class Batch:
    """Owner: the writing thread. Used for one set."""

    def __init__(
        self,
        writer: Writer,
        policy: Policy,
        stations: Mapping[int, StationFacts],
        next_loan: int,
        now_ms: int,
    ) -> None:
        self._writer = writer
        self.policy = policy
        self._stations = stations
        self._next_loan = next_loan
        self._now_ms = now_ms
        self._moments: Counter[str] = Counter()
        self._answered: dict[str, Stored] = {}
        self._stored: list[Stored] = []
        self._failed: list[tuple[str, Exception]] = []

    def apply(self, arrived: Sequence[Arrived]) -> Written:
        """Replies in the order of `arrived`; of one station, acts go by its sequence."""
        return self.answer(arrived, self._decided)

    def answer(self, arrived: Sequence[Arrived], answer: Answer) -> Written:
        """As `apply`, by another decision. Where that is a reply of the link nothing is stored."""
        self._recognise(arrived)
        desk = self._lay_out([one for one in arrived if self._is_new(one)])
        return self._work(desk, arrived, answer)

    def park(self, arrived: Sequence[Arrived]) -> Written:
        """Enter these on the staff's list, and do nothing else.

        No facts of theirs are read: those may be what failed.
        """
        self._recognise(arrived)
        return self._work(self._lay_out([]), arrived, self._parked)

    def deed(self, one: Arrived) -> Deed:
        """The operation at its place and moment."""
        operation = one.operation
        return Deed(
            operation=operation.operation,
            station=one.station,
            sequence=operation.sequence,
            point=self._stations[one.station].point,
            at_ms=self._moment_of(operation.act) if one.born_ms is None else one.born_ms,
            act=operation.act,
        )

    def _work(self, desk: Desk, arrived: Sequence[Arrived], answer: Answer) -> Written:
        replies: dict[int, Reply] = {}
        for place in in_station_order(arrived):
            replies[place] = self._reply(desk, arrived[place], answer)
        write(self._writer, desk, self._stored)
        ordered = [replies[place] for place in range(len(arrived))]
        last_ms = self._now_ms + max(self._moments.values(), default=0)
        return Written(ordered, self._stored, desk.next_loan, last_ms, self._failed)

    def _recognise(self, arrived: Sequence[Arrived]) -> None:
        """Of these operations, and of those that they cancel, which were applied before."""
        named = {one.operation.operation for one in arrived} | _cancelled(arrived)
        for row in self._writer.find(KNOWN, named):
            self._answered[row[0]] = Stored(*row)

    def _lay_out(self, new: Sequence[Arrived]) -> Desk:
        operations = [one.operation for one in new]
        late = [one.operation for one in new if one.born_ms is not None]
        desk = Layout(self._writer, self._next_loan).lay(operations, late)
        desk.owners.update((name, known.station) for name, known in self._answered.items())
        desk.owners.update((name, claim.station) for name, claim in desk.claims.items())
        return desk

    def _is_new(self, one: Arrived) -> bool:
        return one.operation.operation not in self._answered

    def _reply(self, desk: Desk, one: Arrived, answer: Answer) -> Reply:
        name, body = one.operation.operation, digest(one.body)
        if repeated := self._answered.get(name):
            return _repeat(repeated, one.station, body)
        if self._is_foreign(desk, one):
            return ForeignOperation()
        if self._is_settled(one):
            return Settled()
        decision = answer(desk, one)
        if not isinstance(decision, Decision):
            return decision
        desk.take(decision)
        desk.owners[name] = one.station
        reply, sequence = encode(decision.reply), one.operation.sequence
        stored = Stored(name, one.station, sequence, body, reply, self._now_ms)
        self._answered[name] = stored
        self._stored.append(stored)
        return decision.reply

    def _is_settled(self, one: Arrived) -> bool:
        return one.operation.sequence <= self._stations[one.station].confirmed_through

    def _is_foreign(self, desk: Desk, one: Arrived) -> bool:
        """A station cancels its own check-outs only, and must be known itself."""
        if one.station not in self._stations:
            return True
        act = one.operation.act
        owner = desk.owners.get(act.of) if isinstance(act, CancelCheckOut) else None
        return owner not in {None, one.station}

    def _decided(self, desk: Desk, one: Arrived) -> Decision:
        deed = self.deed(one)
        try:
            if one.given is not None:
                return enter(desk, self.policy, deed, one.given)
            return decide(desk, self.policy, deed)
        except Exception as problem:  # noqa: BLE001 - a rule at fault must not stop its neighbours
            self._failed.append((deed.operation, problem))
            line = _line(AttentionKind.RULE_FAILED, deed, problem)
            return Decision(one.given or Refused(RefusalCode.RULE_FAILED), (line,))

    def _parked(self, _desk: Desk, one: Arrived) -> Decision:
        return Decision(Parked(), (_line(AttentionKind.PARKED, self.deed(one), None),))

    def _moment_of(self, act: Act) -> int:
        """Acts on one item in one set have a moment each, in the order of decision."""
        if not isinstance(act, CheckOut | CheckIn):
            return self._now_ms
        self._moments[act.item] += 1
        return self._now_ms + self._moments[act.item] - 1


def _cancelled(arrived: Sequence[Arrived]) -> set[str]:
    acts = (one.operation.act for one in arrived)
    return {act.of for act in acts if isinstance(act, CancelCheckOut)}


def _repeat(known: Stored, station: int, body: bytes) -> Reply:
    """The stored reply, for the same body from the same station."""
    if known.station != station:
        return ForeignOperation()
    return decode_outcome(known.reply) if known.digest == body else BodyDiffers()


def _line(kind: AttentionKind, deed: Deed, problem: Exception | None) -> Line:
    """Names the kind of error only: its text may hold a card number."""
    item = getattr(deed.act, "item", None)
    why = type(problem).__name__ if problem else ""
    return Line(None, kind, item, None, deed.operation, deed.station, why, deed.at_ms)


def in_station_order(arrived: Sequence[Arrived]) -> list[int]:
    """Places in the order of decision: as they came, but each station's by its own sequence."""
    places: dict[int, list[int]] = {}
    for place, one in enumerate(arrived):
        places.setdefault(one.station, []).append(place)
    sorted_by_station = {
        station: iter(sorted(taken, key=lambda place: arrived[place].operation.sequence))
        for station, taken in places.items()
    }
    return [next(sorted_by_station[one.station]) for one in arrived]
