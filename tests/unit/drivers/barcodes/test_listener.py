from collections import deque

import pytest

from drivers.barcode_serial.frames import LineSplitter
from drivers.barcodes.heard import Answered, Due
from drivers.barcodes.listener import CodeListener, Habits
from drivers.barcodes.rules import CodeRules
from drivers.deadline import Deadline
from drivers.facts import Code
from drivers.frame_trace import FrameTrace


class ScriptedLine:
    """Gives its pieces one by one, without waiting."""

    path = "scanner"

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = deque(pieces)

    def read_some(self, deadline: Deadline) -> bytes:
        return self.pieces.popleft() if self.pieces else b""


def no_command(heard: Answered | Due) -> None:
    raise AssertionError(f"a plain scanner answers nothing: {heard}")


def listener_on(line: ScriptedLine, silence_seconds: float = 60.0) -> CodeListener:
    habits = Habits(silence_seconds, CodeRules(), aim_identifiers=False)
    return CodeListener(line, LineSplitter("line"), habits, FrameTrace(), no_command)


NOW = Deadline(0.0)


def test_the_tail_of_a_code_that_began_while_off_is_no_code() -> None:
    """The end of one card number could be another one."""
    line = ScriptedLine(b"0427", b"1936\rTK.00003\r")
    listener = listener_on(line)
    listener.hear(NOW)
    listener.turn(on=True)
    assert listener.next_code(NOW) == Code("TK.00003")
    assert listener.next_code(NOW) is None


def test_codes_that_were_heard_and_not_fetched_are_gone_on_the_next_screen() -> None:
    line = ScriptedLine(b"04271936\r")
    listener = listener_on(line)
    listener.turn(on=True)
    listener.hear(NOW)
    listener.turn(on=True)
    assert listener.next_code(NOW) is None


@pytest.mark.parametrize("pieces", [(b"0427", b"0815\r"), (b"0427", b"0815\rTK.00003\r")])
def test_a_rest_that_nobody_looked_for_in_time_is_not_joined(pieces: tuple[bytes, ...]) -> None:
    """After a pause of the station the bytes that wait may be the rest, or another code."""
    listener = listener_on(ScriptedLine(*pieces), silence_seconds=0.0)
    listener.turn(on=True)
    codes = [listener.next_code(NOW) for _ in range(3)]
    assert Code("04270815") not in codes
    assert Code("0815") not in codes
