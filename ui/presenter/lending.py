"""Borrowing: the stack, and what the reader does next."""

from kiosk.views import BorrowView, ItemLine, LineState, Trouble
from ui.presenter import stack
from ui.presenter.buttons import ask_help, finish, leave
from ui.presenter.catalogue import Catalogue, Message, Words, vi, vi_n
from ui.presenter.rows import row
from ui.presenter.sheet import Header, Sheet, StackBody
from ui.presenter.troubles import THE_READER_CAN_MEND

LAY_DOWN = vi("Bạn đặt sách lên khay nhé.|Đặt sách lên khay nhé.")
SCAN = vi(
    "Bạn quét mã vạch trên sách nhé."
    "|Quét mã vạch trên sách nhé."
    "|Quét mã vạch sách nhé."
    "|Quét mã vạch nhé."
)
LEAVE_THEM = vi(
    "Đang ghi, bạn để yên sách trên khay nhé.|Bạn để yên sách trên khay nhé.|Để yên trên khay nhé."
)
READ_THE_ROWS = vi(
    "Bạn xem lời nhắn ở từng cuốn nhé.|Xem lời nhắn ở từng cuốn nhé.|Xem từng cuốn nhé."
)
NEXT_STEPS: dict[LineState, Message] = {
    LineState.PUT_BACK: vi(
        "Bạn đặt lại cuốn vừa nhấc lên khay nhé."
        "|Bạn đặt lại cuốn vừa nhấc nhé.|Đặt lại cuốn vừa nhấc nhé.|Đặt lại cuốn vừa nhấc."
    ),
    LineState.LAY_ON_PAD: vi(
        "Bạn đặt cuốn vừa quét lên khay nhé.|Đặt cuốn vừa quét lên khay.|Đặt cuốn đó lên khay."
    ),
    LineState.PART_MISSING: vi(
        "Bạn tìm tập còn thiếu, đặt lên khay nhé."
        "|Bạn tìm tập còn thiếu nhé.|Tìm tập còn thiếu nhé.|Tìm tập còn thiếu."
    ),
    LineState.DONE_TAG_OPEN: vi(
        "Bạn đặt lại cuốn này để ghi nhãn nhé.|Đặt lại cuốn này lên khay nhé.|Đặt lại cuốn này nhé."
    ),
    LineState.TROUBLE: vi(
        "Bạn đặt lại cuốn này lên khay nhé.|Đặt lại cuốn này lên khay nhé.|Đặt lại cuốn này nhé."
    ),
}


def borrow(words: Catalogue, header: Header, view: BorrowView) -> Sheet:
    """Amber is the row that waits for the reader's hand; else *Xong*, when nothing is under way."""
    pad = stack.pad_scene(view.pad, view.lines)
    body = StackBody(
        pad=pad,
        count=stack.count_on_pad(words, pad),
        rows=tuple(row(words, line, lending=True, next_key=view.next_key) for line in view.lines),
        tally=stack.tally(words, view.lines),
        empty=words.say(vi("Sách bạn mượn hiện ở đây")),
        pad_works=view.pad_works,
    )
    ready = view.next_key is None and not view.busy and bool(view.lines)
    return Sheet(
        header,
        _sentence(words, view),
        body,
        (leave(words), ask_help(words)),
        (finish(words, is_next=ready),),
        stack.note(words, view.lines, view.done),
    )


def _sentence(words: Catalogue, view: BorrowView) -> Words:
    waiting = next_line(view.lines, view.next_key)
    if waiting is not None:
        return words.say(next_step(waiting))
    if not view.lines:
        return words.say(LAY_DOWN if view.pad_works else SCAN)
    if view.busy:
        return words.say(LEAVE_THEM)
    if view.done == 0:
        return words.say(READ_THE_ROWS)
    if view.done < len(view.lines):
        return words.count(
            vi_n(
                "Đã mượn {n} cuốn. Bạn xem các cuốn còn lại nhé."
                "|Đã mượn {n} cuốn, xem các cuốn còn lại.|Đã mượn {n} cuốn."
            ),
            view.done,
        )
    return words.count(
        vi_n("Đã mượn {n} cuốn. Chúc bạn đọc vui!|Đã mượn xong {n} cuốn.|Đã mượn {n} cuốn."),
        view.done,
    )


def next_line(lines: tuple[ItemLine, ...], next_key: str | None) -> ItemLine | None:
    """The line that waits for the reader's hand."""
    return next((line for line in lines if line.key == next_key), None)


def next_step(line: ItemLine) -> Message:
    """The sentence about the one book that waits."""
    if line.state is LineState.TROUBLE and line.trouble not in THE_READER_CAN_MEND:
        return PUT_IT_ASIDE if line.trouble in NOT_A_BOOK_OF_OURS else READ_THE_ROWS
    return NEXT_STEPS.get(line.state, READ_THE_ROWS)


NOT_A_BOOK_OF_OURS = frozenset(
    {Trouble.FOREIGN_LIBRARY, Trouble.NOT_A_LIBRARY_TAG, Trouble.PATRON_CARD}
)
PUT_IT_ASIDE = vi(
    "Bạn lấy vật này ra khỏi khay nhé.|Lấy vật này ra khỏi khay nhé.|Lấy ra khỏi khay."
)
