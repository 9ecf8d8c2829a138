"""Returning: the same stack, and where each book goes."""

from kiosk.views import ReturnView
from ui.presenter import stack
from ui.presenter.buttons import ask_help, finish, leave
from ui.presenter.catalogue import Catalogue, Words, vi, vi_n
from ui.presenter.lending import LEAVE_THEM, READ_THE_ROWS, SCAN, next_line, next_step
from ui.presenter.rows import BASKET_WORDS, row
from ui.presenter.sheet import Basket, BasketPile, Header, Row, Sheet, StackBody


def give_back(words: Catalogue, header: Header, view: ReturnView) -> Sheet:
    """When all is in, the baskets take the place of the pad: which book goes where."""
    pad = stack.pad_scene(view.pad, view.lines)
    rows = tuple(row(words, line, lending=False, next_key=view.next_key) for line in view.lines)
    settled = bool(rows) and not view.busy and view.next_key is None
    body = StackBody(
        pad=pad,
        count=stack.count_on_pad(words, pad),
        rows=rows,
        tally=stack.tally(words, view.lines),
        empty=words.say(vi("Sách bạn trả hiện ở đây")),
        piles=_piles(words, rows) if settled else (),
        pad_works=view.pad_works,
    )
    return Sheet(
        header,
        _sentence(words, view, baskets=len(body.piles)),
        body,
        (leave(words), ask_help(words)),
        (finish(words, is_next=settled),),
        stack.note(words, view.lines, view.done),
    )


def _piles(words: Catalogue, rows: tuple[Row, ...]) -> tuple[BasketPile, ...]:
    covers: dict[Basket, list[str]] = {}
    for each in rows:
        if each.basket is not None:
            covers.setdefault(each.basket, []).append(each.cover)
    return tuple(
        BasketPile(
            basket,
            words.say(BASKET_WORDS[basket]),
            words.count(vi_n("{n} cuốn|{n}"), len(covers[basket])),
            tuple(covers[basket]),
        )
        for basket in Basket
        if basket in covers
    )


def _sentence(words: Catalogue, view: ReturnView, *, baskets: int) -> Words:
    waiting = next_line(view.lines, view.next_key)
    if waiting is not None:
        return words.say(next_step(waiting))
    if not view.lines:
        return words.say(LAY_DOWN if view.pad_works else SCAN)
    if view.busy:
        return words.say(LEAVE_THEM)
    if view.done == 0:
        return words.say(READ_THE_ROWS)
    received = DONE_MANY_BASKETS if baskets > 1 else DONE_ONE_BASKET
    return words.count(received, view.done)


LAY_DOWN = vi(
    "Bạn đặt sách muốn trả lên khay nhé.|Đặt sách trả lên khay nhé.|Đặt sách lên khay nhé."
)
DONE_MANY_BASKETS = vi_n(
    "Đã nhận {n} cuốn. Bạn bỏ sách vào đúng giỏ nhé."
    "|Đã nhận {n} cuốn, bỏ đúng giỏ nhé.|Bỏ sách vào đúng giỏ nhé.|Bỏ sách đúng giỏ nhé."
)
DONE_ONE_BASKET = vi_n(
    "Đã nhận {n} cuốn. Bạn bỏ sách vào giỏ nhé."
    "|Đã nhận {n} cuốn, bỏ vào giỏ nhé."
    "|Bỏ sách vào giỏ nhé."
)
