"""Are you still there: laid over whatever stood there, names what lies unfinished."""

from kiosk.intents import Leave, StayHere
from kiosk.views import StillThere
from ui.presenter.catalogue import Catalogue, vi, vi_n
from ui.presenter.rows import row
from ui.presenter.sheet import Button, Look, Overlay

MOST_NAMED = 2


def still_there(words: Catalogue, asked: StillThere, *, lending: bool) -> Overlay:
    """The amber answer keeps everything; the quiet one ends the visit now."""
    named = asked.unfinished[:MOST_NAMED]
    return Overlay(
        question=words.say(vi("Bạn còn ở đó không?|Bạn còn đó không?|Còn đó không?")),
        explanation=words.count(
            vi_n(
                "Sau {n} giây nữa, máy sẽ kết thúc và xóa thông tin của bạn khỏi màn hình."
                "|Sau {n} giây, máy sẽ kết thúc và xóa màn hình.|Máy sẽ đóng sau {n} giây."
            ),
            asked.seconds_left,
        ),
        seconds=asked.seconds_left,
        heading=words.count(
            vi_n("{n} cuốn chưa ghi xong:|Còn {n} cuốn chưa xong:"), len(asked.unfinished)
        ),
        unfinished=tuple(row(words, line, lending=lending, next_key=None) for line in named),
        leave=Button(words.say(vi("Kết thúc")), Leave(), icon="exit"),
        stay=Button(words.say(vi("Tôi vẫn ở đây|Tôi còn đây")), StayHere(), Look.NEXT, "hand"),
    )
