"""What stations report beside loans: the state of tags, and whether a person was told.

Each finding closes lines on the staff's list and may open one; a line is never doubled.
"""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from service.circulation.desk import Decision, Desk, Row
from service.circulation.facts import Deed, Line
from service.circulation.rules import Policy
from service.circulation.words import AttentionKind
from service.protocol.operations import ReportTag, ReportTold, TagFinding
from service.protocol.replies import Noted

UNPROVED = AttentionKind.TAG_UNPROVED
STILL_SECURED = AttentionKind.LENT_STILL_SECURED

# finding → the kinds of lines that it closes for this tag, the kind that it opens
FINDINGS: dict[TagFinding, tuple[frozenset[AttentionKind], AttentionKind | None]] = {
    "released-proved": (frozenset({UNPROVED, STILL_SECURED}), None),
    "secured-proved": (frozenset({UNPROVED, STILL_SECURED}), None),
    "unproved": (frozenset(), UNPROVED),
    "lent-still-secured": (frozenset({UNPROVED}), STILL_SECURED),
}


def report_tag(desk: Desk, _policy: Policy, deed: Deed, act: ReportTag) -> Decision:
    """A proof closes the lines of this tag, whichever station opened them."""
    closes, opens = FINDINGS[act.finding]
    about = [
        line for line in open_lines(desk) if line.item_number == act.item and line.uid == act.uid
    ]
    rows = _closed(about, closes, deed)
    if opens is None or any(line.kind is opens for line in about):
        return Decision(Noted(), rows)
    return Decision(Noted(), (*rows, _line(opens, deed, act.item, act.uid, act.of)))


def report_told(desk: Desk, _policy: Policy, deed: Deed, act: ReportTold) -> Decision:
    """Opens or closes "nobody was told"; where nothing was changed there is nothing to tell."""
    return told(desk, deed, act, *_what_happened(desk, act.of))


def told(
    desk: Desk, deed: Deed, act: ReportTold, kind: AttentionKind | None, number: str | None
) -> Decision:
    """`kind`: the line that silence about this act is, None when it changed nothing."""
    acts = _on_the_same_loan(desk, act.of)
    about = [line for line in open_lines(desk) if line.operation in acts and line.kind is kind]
    if act.told:
        return Decision(Noted(), _closed(about, {kind} if kind else (), deed))
    if kind is None or about:
        return Decision(Noted())
    return Decision(Noted(), (_line(kind, deed, number, None, act.of),))


def open_lines(desk: Desk) -> Iterable[Line]:
    """The lines that are not settled."""
    return (line for line in desk.lines.values() if line.closed_at_ms is None)


def _on_the_same_loan(desk: Desk, operation: str) -> set[str]:
    """The act and, of a check-out, all others on its loan: who is told of one knows of each."""
    claim = desk.claims.get(operation)
    if claim is None:
        return {operation}
    return {other.operation for other in desk.claims.values() if other.loan == claim.loan}


def _what_happened(desk: Desk, operation: str) -> tuple[AttentionKind | None, str | None]:
    """The kind of line that silence about this operation is, and the item's number."""
    claim = desk.claims.get(operation)
    if claim is not None and claim.cancelled_at_ms is None:
        return AttentionKind.LENT_NOBODY_TOLD, desk.number_of(desk.loans[claim.loan].item)
    if check_in := desk.check_ins.get(operation):
        return AttentionKind.RETURNED_NOBODY_TOLD, desk.number_of(check_in.item)
    return None, None


def _closed(lines: Iterable[Line], kinds: Collection[AttentionKind], deed: Deed) -> tuple[Row, ...]:
    by = deed.operation
    return tuple(
        replace(line, closed_at_ms=deed.at_ms, closed_by=by) for line in lines if line.kind in kinds
    )


def _line(
    kind: AttentionKind, deed: Deed, number: str | None, uid: str | None, of: str | None
) -> Line:
    return Line(None, kind, number, uid, of, deed.station, "", deed.at_ms)
