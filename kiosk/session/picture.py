"""From the session to the view that a screen shows. Pure; no words, no colours."""

from datetime import date
from math import ceil

from kiosk.recognition import is_card
from kiosk.session.progress import is_busy, is_complete, missing_parts
from kiosk.session.states import (
    CLOSED,
    FINISHED,
    NOT_LENDING,
    Account,
    Borrowing,
    Farewell,
    Idle,
    Line,
    Renewal,
    Returning,
    SelfCheck,
    Stage,
    Who,
)
from kiosk.views import (
    AccountLine,
    AccountView,
    BorrowView,
    Chime,
    FarewellView,
    HelpView,
    Hindrance,
    ItemLine,
    LineState,
    OutOfServiceView,
    PadPicture,
    RenewState,
    ReturnView,
    StartView,
    StillThere,
    View,
    WhoView,
)
from service.protocol.replies import Lent, LoanLine, Returned

STATE_OF_STAGE = {
    Stage.SEEN: LineState.SEEN,
    Stage.RECOGNISED: LineState.RECOGNISED,
    Stage.LOOKED_UP: LineState.RECOGNISED,
    Stage.LAY_ON_PAD: LineState.LAY_ON_PAD,
    Stage.ASKED: LineState.ASKING,
    Stage.GRANTED: LineState.RELEASING,
    Stage.SECURING: LineState.SECURING,
    Stage.DONE: LineState.DONE,
    Stage.DONE_TAG_OPEN: LineState.DONE_TAG_OPEN,
    Stage.REFUSED: LineState.REFUSED,
    Stage.TROUBLE: LineState.TROUBLE,
}

NEEDS_A_HAND = (LineState.PUT_BACK, LineState.LAY_ON_PAD, LineState.PART_MISSING)

CHIMES = {
    LineState.PUT_BACK: Chime.NEEDS_YOU,
    LineState.LAY_ON_PAD: Chime.NEEDS_YOU,
    LineState.PART_MISSING: Chime.NEEDS_YOU,
    LineState.REFUSED: Chime.REFUSED,
    LineState.TROUBLE: Chime.REFUSED,
    LineState.DONE_TAG_OPEN: Chime.DONE_TAG_OPEN,
    LineState.DONE: Chime.DONE,
}
"""In order of urgency: one frame makes one sound."""


def view_of(session: SelfCheck, now: float, today: date, since: str) -> View:
    """What the screen shows. `today` is the local date, `since` when the last fault began."""
    if session.help_open:
        return HelpView(may_leave=not isinstance(session.phase, Idle))
    match session.phase:
        case Idle():
            return _nobody(session, since)
        case Who() as phase:
            return _who(session, phase, now)
        case Borrowing():
            return _borrow(session)
        case Returning():
            return _return(session)
        case Account():
            return _account(session, today)
        case Farewell() as phase:
            return _farewell(session, phase, now)


def still_there(session: SelfCheck, now: float) -> StillThere | None:
    """The question laid over the view, while it is asked."""
    if session.still_there_until is None:
        return None
    left = max(0, ceil(session.still_there_until - now))
    return StillThere(left, tuple(_unfinished(session)))


def chime_between(before: View | None, after: View) -> Chime | None:
    """The most urgent sound for what changed from one view to the next."""
    old = {row.key: row.state for row in _shown_rows(before)}
    fresh = {row.state for row in _shown_rows(after) if old.get(row.key) != row.state}
    return next((chime for state, chime in CHIMES.items() if state in fresh), None)


def _shown_rows(view: View | None) -> tuple[ItemLine, ...]:
    return view.lines if isinstance(view, BorrowView | ReturnView) else ()


def state_of(session: SelfCheck, line: Line) -> LineState:
    """The line in the screen's words; lifted books and missing parts are seen here."""
    if line.stage is Stage.RECOGNISED and not is_complete(session, line):
        return LineState.PART_MISSING
    unproved = line.tags - line.proved - line.hopeless
    lifted = unproved - session.tags.keys() or unproved & line.out_of_reach
    if line.stage in {Stage.GRANTED, Stage.SECURING} and lifted:
        return LineState.PUT_BACK
    return STATE_OF_STAGE[line.stage]


def item_line(session: SelfCheck, line: Line) -> ItemLine:
    """One row."""
    reply = line.reply
    returned = reply if isinstance(reply, Returned) else None
    missing = missing_parts(session, line) if line.parts > 1 else ()
    return ItemLine(
        key=line.key,
        state=state_of(session, line),
        accession=line.item or None,
        title=line.title,
        author=line.author,
        due=reply.due if isinstance(reply, Lent) else None,
        already_yours=isinstance(reply, Lent) and reply.already_yours,
        refusal=line.refusal,
        trouble=line.trouble,
        destination=returned.destination if returned else None,
        place=returned.place if returned else "",
        parts=line.parts,
        parts_seen=tuple(part for part in sorted(line.uids) if part <= line.parts),
        parts_missing=missing,
        on_pad=on_pad(session, line),
    )


def on_pad(session: SelfCheck, line: Line) -> bool:
    """Whether any part of the item lies there now."""
    return any(uid in session.tags for uid in line.tags)


def _nobody(session: SelfCheck, since: str) -> View:
    hindrances = session.hindrances
    ordered = tuple(h for h in Hindrance if h in hindrances)
    if hindrances & CLOSED or not _sees_items(session):
        return OutOfServiceView(ordered, since)
    online = not hindrances & NOT_LENDING
    return StartView(may_borrow=online, may_return=True, may_see_account=online, hindrances=ordered)


def _sees_items(session: SelfCheck) -> bool:
    """One working way to see items is enough."""
    policy, broken = session.policy, session.hindrances
    pad = policy.has_pad and Hindrance.PAD not in broken
    return pad or (policy.has_scanner and Hindrance.SCANNER not in broken)


def _who(session: SelfCheck, phase: Who, now: float) -> WhoView:
    return WhoView(
        why=phase.why,
        step=phase.step,
        items_on_pad=sum(1 for line in session.lines.values() if line.item),
        short_name=phase.short_name,
        problem=phase.problem,
        not_answered=phase.not_answered,
        card_unusable=phase.card_unusable,
        wait_seconds=max(0, ceil(session.typing_opens_at - now)),
    )


def _rows(session: SelfCheck) -> tuple[ItemLine, ...]:
    return tuple(item_line(session, line) for line in session.lines.values())


def _next_key(rows: tuple[ItemLine, ...]) -> str | None:
    wanted = (row.key for state in NEEDS_A_HAND for row in rows if row.state is state)
    return next(wanted, None)


def _picture(session: SelfCheck) -> PadPicture:
    keys = tuple(
        line.key
        for line in session.lines.values()
        for uid in line.uids.values()
        if uid in session.tags
    )
    return PadPicture(keys, any(is_card(reading) for reading in session.tags.values()))


def _done(rows: tuple[ItemLine, ...]) -> int:
    return sum(1 for row in rows if row.state in {LineState.DONE, LineState.DONE_TAG_OPEN})


def _borrow(session: SelfCheck) -> BorrowView:
    rows = _rows(session)
    return BorrowView(
        short_name=session.patron.short_name if session.patron else "",
        pad=_picture(session),
        lines=rows,
        next_key=_next_key(rows),
        done=_done(rows),
        busy=is_busy(session),
        pad_works=Hindrance.PAD not in session.hindrances,
    )


def _return(session: SelfCheck) -> ReturnView:
    rows = _rows(session)
    return ReturnView(
        pad=_picture(session),
        lines=rows,
        next_key=_next_key(rows),
        done=_done(rows),
        busy=is_busy(session),
        pad_works=Hindrance.PAD not in session.hindrances,
    )


def _account(session: SelfCheck, today: date) -> AccountView:
    patron = session.patron
    loans = patron.loans or () if patron is not None else ()
    renewals = session.renewals
    return AccountView(
        short_name=patron.short_name if patron else "",
        lines=tuple(_account_line(loan, renewals.get(loan.item), today) for loan in loans),
        hindrance=patron.hindrance if patron else None,
        may_borrow=patron.may_borrow if patron else 0,
        busy=any(r.state is RenewState.ASKING for r in renewals.values()),
    )


def _account_line(loan: LoanLine, renewal: Renewal | None, today: date) -> AccountLine:
    return AccountLine(
        item=loan.item,
        title=loan.title,
        author=loan.author,
        due=loan.due,
        overdue=loan.due < today,
        renewable=loan.renewable and (renewal is None or renewal.state is RenewState.NOT_SENT),
        renew=renewal.state if renewal else RenewState.NONE,
        refusal=renewal.refusal if renewal else None,
    )


def _farewell(session: SelfCheck, phase: Farewell, now: float) -> FarewellView:
    finished = [line for line in session.lines.values() if line.stage in FINISHED]
    lent = [line for line in finished if isinstance(line.reply, Lent)]
    returned = [line for line in finished if not isinstance(line.reply, Lent)]
    dues = [line.reply.due for line in lent if isinstance(line.reply, Lent)]
    picture = _picture(session)
    return FarewellView(
        lent=tuple(item_line(session, line) for line in lent),
        returned=tuple(item_line(session, line) for line in returned),
        unfinished=tuple(_unfinished(session)),
        latest_due=max(dues) if dues else None,
        receipt=() if phase.receipt else None,
        seconds_left=max(0, ceil(phase.until - now)),
        card_on_pad=picture.card,
        books_on_pad=sum(on_pad(session, line) for line in lent),
        printer=session.prints,
        receipt_state=phase.receipt_state,
    )


def _unfinished(session: SelfCheck) -> list[ItemLine]:
    """What is left to do, also a tag of a loan or a return that is done itself."""
    left = (line for line in session.lines.values() if line.stage not in {Stage.SEEN, Stage.DONE})
    return [item_line(session, line) for line in left]
