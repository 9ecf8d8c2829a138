"""Commands to tags through a metraTec reader: each an ISO 15693 request and the tag's answer."""

from dataclasses import replace

from drivers.belated_copies import LastRead
from drivers.deadline import Deadline
from drivers.errors import TagDisturbed, TagUnreadable
from drivers.interfaces import SystemInformation, TagBlocks
from drivers.iso15693_requests import (
    NOT_SUPPORTED,
    IsoAnswer,
    IsoRequest,
    parse_system_information,
    refusal,
)
from drivers.metratec.commands import (
    NOBODY,
    Question,
    UidOrder,
    eas_question,
    information_command,
    read_command,
    single_read_command,
    tag_answer,
    tag_command,
)
from drivers.metratec.conversation import Conversation
from drivers.metratec.troubles import TooLong
from drivers.repeated_reads import repeated
from drivers.tags.iso15693 import chip_of
from drivers.uid import Uid


class TagLine:
    """Reads are tried up to three times, writes once. Owner: the thread of `line`."""

    def __init__(self, line: Conversation, uid_order: UidOrder, blocks_a_frame: int) -> None:
        self._line = line
        self._order = uid_order
        self._blocks_a_frame = blocks_a_frame
        self._last_read = LastRead[IsoAnswer]()

    def information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        """The chip's system information."""
        return repeated(lambda: self._information(uid, deadline), deadline)

    def write(self, request: IsoRequest, uid: Uid, deadline: Deadline) -> None:
        """Once; with the option flag for chips that want it."""
        flagged = replace(request, option=chip_of(uid).write_needs_option)
        self._good(tag_command(flagged, self._order), uid, deadline)

    def hears_eas(self, deadline: Deadline) -> bool:
        """True when at least one tag answers an EAS alarm."""
        question = eas_question(self._order)
        return repeated(lambda: self._line.ask(question, deadline), deadline) != NOBODY

    def blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        """All of them, in as many questions as the reader and the chip need."""
        data, size, at = b"", 0, first
        while at < first + count:
            asked = min(self._blocks_a_frame, first + count - at)
            part = self._part(uid, at, asked, deadline)
            if part:
                data, size, at = data + part, len(part) // asked, at + asked
        return TagBlocks(first, size, data)

    def _information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        question = information_command(uid, self._order)
        data = self._good(question, uid, deadline)
        try:
            return parse_system_information(data)
        except ValueError as problem:
            raise TagUnreadable(f"tag {uid}, system information: {problem}", uid) from problem

    def _part(self, uid: Uid, first: int, count: int, deadline: Deadline) -> bytes:
        """Some blocks in one answer. Nothing when that was too much: then half of it is asked."""
        question = read_command(uid, first, count, self._order)
        try:
            answer = repeated(lambda: self._read_of_this_tag(question, uid, deadline), deadline)
        except TooLong:
            if count == 1:
                raise
            self._blocks_a_frame = count // 2
            return b""
        if answer.error not in NOT_SUPPORTED:
            return _data(question, uid, answer)
        singles = [single_read_command(uid, first + at, self._order) for at in range(count)]
        return b"".join(self._single(single, uid, deadline) for single in singles)

    def _single(self, question: Question, uid: Uid, deadline: Deadline) -> bytes:
        answer = repeated(lambda: self._read_of_this_tag(question, uid, deadline), deadline)
        return _data(question, uid, answer)

    def _read_of_this_tag(self, question: Question, uid: Uid, deadline: Deadline) -> IsoAnswer:
        def ask() -> IsoAnswer:
            return self._said(question, uid, deadline)

        def ask_behind_clean_line() -> IsoAnswer:
            self._line.doubt()
            return ask()

        return self._last_read.sure(uid, ask, ask_behind_clean_line)

    def _good(self, question: Question, uid: Uid, deadline: Deadline) -> bytes:
        return _data(question, uid, self._said(question, uid, deadline))

    def _said(self, question: Question, uid: Uid, deadline: Deadline) -> IsoAnswer:
        """Ask once; the tag's answer may be an error."""
        lines = self._line.ask(question, deadline)
        try:
            return tag_answer(question, lines)
        except ValueError as problem:
            raise TagDisturbed(
                f"tag {uid}, {question.name}: {problem}; try again", uid
            ) from problem


def _data(question: Question, uid: Uid, answer: IsoAnswer) -> bytes:
    """Raises what the tag's error byte stands for."""
    if answer.error is not None:
        raise refusal(question.name, uid, answer.error)
    return answer.data
