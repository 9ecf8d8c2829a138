"""The account behind the PIN: loans, due dates, renewing."""

from datetime import date, timedelta

from kiosk.intents import RenewAll, RenewOne
from kiosk.views import AccountLine, AccountView, RenewState
from ui.presenter import refusals
from ui.presenter.buttons import ask_help, finish, leave
from ui.presenter.catalogue import Catalogue, Words, vi, vi_n
from ui.presenter.dates import short_date
from ui.presenter.sheet import AccountBody, Button, Header, Line, LoanRow, Look, Mark, Sheet, Tone

SOON = timedelta(days=3)
NO_LOANS = vi("Bạn chưa mượn cuốn nào.|Chưa mượn cuốn nào.|Chưa mượn sách.")


def account(words: Catalogue, header: Header, view: AccountView, today: date) -> Sheet:
    """*Renew all* is the next step while a loan can be renewed."""
    open_to_renew = sum(_can_renew(line) for line in view.lines)
    body = AccountBody(
        heading=words.say(vi("Đang mượn")),
        count=words.count(vi_n("{n} cuốn"), len(view.lines)),
        rows=tuple(_loan_row(words, line, today) for line in view.lines),
        empty=words.say(NO_LOANS),
        notes=_notes(words, view),
    )
    go_on = _renew_all(words, open_to_renew) if open_to_renew else finish(words, is_next=True)
    ways_out = (leave(words), ask_help(words))
    return Sheet(header, _sentence(words, view, today), body, ways_out, (go_on,))


def _can_renew(line: AccountLine) -> bool:
    return line.renewable and line.renew in {RenewState.NONE, RenewState.NOT_SENT}


def _renew_all(words: Catalogue, n: int) -> Button:
    text = vi_n("Gia hạn tất cả ({n} cuốn)|Gia hạn {n} cuốn|Gia hạn")
    return Button(words.count(text, n), RenewAll(), Look.NEXT, "renew")


def _sentence(words: Catalogue, view: AccountView, today: date) -> Words:
    renewed = sum(line.renew is RenewState.RENEWED for line in view.lines)
    overdue = sum(line.overdue and line.renew is not RenewState.RENEWED for line in view.lines)
    soon = sum(today <= line.due <= today + SOON and _can_renew(line) for line in view.lines)
    choices = (
        (renewed, vi_n("Đã gia hạn {n} cuốn.")),
        (
            overdue,
            vi_n(
                "{n} cuốn đã quá hạn. Bạn mang trả sớm nhé."
                "|{n} cuốn quá hạn, trả sớm nhé.|{n} cuốn đã quá hạn."
            ),
        ),
        (
            soon,
            vi_n(
                "{n} cuốn sắp đến hạn. Bạn gia hạn nhé?"
                "|{n} cuốn sắp đến hạn, gia hạn nhé?"
                "|{n} cuốn sắp đến hạn."
            ),
        ),
        (len(view.lines), vi_n("Bạn đang mượn {n} cuốn.|Đang mượn {n} cuốn.")),
    )
    for n, text in choices:
        if n:
            return words.count(text, n)
    return words.say(NO_LOANS)


def _loan_row(words: Catalogue, line: AccountLine, today: date) -> LoanRow:
    text, tone, icon = _loan_state(words, line, today)
    button = None
    if _can_renew(line):
        button = Button(words.say(vi("Gia hạn")), RenewOne(line.item), icon="renew")
    return LoanRow(line.item, line.title, text, tone, icon, line.title, button)


def _loan_state(words: Catalogue, line: AccountLine, today: date) -> tuple[Words, Tone, str]:
    due = short_date(words, line.due)
    match line.renew:
        case RenewState.ASKING:
            return words.say(vi("Đang hỏi thư viện…")), Tone.BRAND, "dots"
        case RenewState.RENEWED:
            text = vi("Đã gia hạn đến {date}|Hạn mới {date}|{date}")
            return words.say(text, date=due), Tone.GOOD, "check"
        case RenewState.REFUSED if line.refusal is not None:
            return words.say(refusals.IN_A_ROW[line.refusal]), Tone.WARN, "calendar"
        case RenewState.NOT_SENT | RenewState.REFUSED:
            text = vi("Chưa gia hạn được, bạn thử lại nhé|Chưa gia hạn được")
            return words.say(text), Tone.WARN, "calendar"
        case RenewState.NONE:
            return _due(words, line, today, due)


def _due(words: Catalogue, line: AccountLine, today: date, due: str) -> tuple[Words, Tone, str]:
    if line.overdue:
        text = vi("Đã đến hạn {date}, bạn trả sớm nhé|Quá hạn {date}|Hạn {date}|{date}")
        return words.say(text, date=due), Tone.WARN, "clock"
    if line.due <= today + SOON:
        return words.say(vi("Sắp đến hạn: {date}|Hạn {date}|{date}"), date=due), Tone.WARN, "clock"
    return words.say(vi("Hạn trả {date}|Hạn {date}|{date}"), date=due), Tone.SOFT, "calendar"


def _notes(words: Catalogue, view: AccountView) -> tuple[Line, ...]:
    if view.hindrance is not None:
        stands = Line(
            Mark.REFUSED,
            words.say(vi("Chưa mượn thêm được")),
            words.say(refusals.IN_A_ROW[view.hindrance]),
        )
    elif view.may_borrow > 0:
        stands = Line(
            Mark.DONE,
            words.count(vi_n("Bạn được mượn thêm {n} cuốn|Mượn thêm {n} cuốn"), view.may_borrow),
            words.say(vi("Bạn chọn Mượn sách ở màn hình đầu|Chọn Mượn sách ở màn hình đầu")),
        )
    else:
        stands = Line(
            Mark.RESERVED,
            words.say(vi("Bạn đã mượn đủ số sách|Đã mượn đủ sách")),
            words.say(vi("Trả bớt sách là mượn tiếp được|Trả bớt là mượn tiếp được")),
        )
    keep = Line(
        None,
        words.say(vi("Bạn nhớ hạn trả nhé")),
        words.say(vi("Trả ở máy này không cần thẻ|Trả sách không cần thẻ")),
        icon="calendar",
    )
    return (stands, keep) if view.lines else (stands,)
