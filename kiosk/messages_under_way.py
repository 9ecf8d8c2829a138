"""Messages that wait for a reply, and those that wait to be sent again.

Owner: the controller thread.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.protocol.questions import AskItem, AskPatron, ReofferDone

AT_ONCE = 64
"""A long offline day is replayed in portions: neither the socket nor the service drops any."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question and who asked it when; `mark` is given back with the answer."""

    question: AskPatron | AskItem
    mark: int
    asked_at: float


Subject = str | AskedQuestion | ReofferDone
"""What a message is about; a text is the key of an operation."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    subject: Subject
    sent_at: float


class MessagesUnderWay:
    """Times in monotonic seconds; a reply later than `patience` is one that never comes."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._waiting: dict[str, _Waiting] = {}
        self._attempts: dict[str, int] = {}
        self._put_off: dict[str, float] = {}
        self._ask_again: list[tuple[float, AskedQuestion]] = []
        self._stuck: set[str] = set()

    @property
    def room(self) -> int:
        """How many more may leave now."""
        return max(0, AT_ONCE - len(self._waiting))

    @property
    def several(self) -> bool:
        """More than one reply is awaited."""
        return len(self._waiting) > 1

    def sent(self, message: str, subject: Subject, now: float) -> None:
        """It has left."""
        self._waiting[message] = _Waiting(subject, now)

    def answered(self, message: str) -> Subject | None:
        """What a reply belongs to; None for a second one, or one that nobody waits for."""
        waiting = self._waiting.pop(message, None)
        return waiting.subject if waiting is not None else None

    def overdue(self, now: float) -> bool:
        """Whether a reply should have come by now."""
        return any(now >= each.sent_at + self._patience for each in self._waiting.values())

    def next_attempt(self, operation: str) -> int:
        """Counts how often an operation is sent."""
        self._put_off.pop(operation, None)
        self._attempts[operation] = self._attempts.get(operation, 0) + 1
        return self._attempts[operation]

    def may_send(self, operation: str, now: float) -> bool:
        """Not under way, not put off, not stuck."""
        if operation in self._stuck or now < self._put_off.get(operation, 0.0):
            return False
        return not self.has(operation)

    def has(self, subject: Subject) -> bool:
        """Whether a message about it waits for its reply."""
        return any(each.subject == subject for each in self._waiting.values())

    def put_off(self, subject: Subject, now: float, seconds: float) -> bool:
        """Send it again after a while; False when nobody waits for a question so long."""
        if isinstance(subject, str):
            self._put_off[subject] = now + seconds
        elif isinstance(subject, AskedQuestion):
            if now + seconds >= subject.asked_at + self._patience:
                return False
            self._ask_again.append((now + seconds, subject))
        return True

    def take_questions_due(self, now: float) -> list[AskedQuestion]:
        """Questions that were put off until now."""
        due = [question for at, question in self._ask_again if at <= now]
        self._ask_again = [(at, question) for at, question in self._ask_again if at > now]
        return due

    def decided(self, operation: str) -> None:
        """It will not be sent any more."""
        self._attempts.pop(operation, None)

    def stop_sending(self, operation: str) -> None:
        """The service does not take it: it waits until the next Welcome."""
        self._stuck.add(operation)

    def try_everything_again(self) -> None:
        """A Welcome, perhaps of another version of the service; or a technician's wish."""
        self._stuck.clear()
        self._put_off.clear()

    def lose(self) -> list[AskedQuestion]:
        """The connection is no good: no reply comes any more. Returns the questions."""
        subjects = [each.subject for each in self._waiting.values()]
        lost = [each for each in subjects if isinstance(each, AskedQuestion)]
        lost += [question for _, question in self._ask_again]
        self._waiting.clear()
        self._ask_again.clear()
        return lost

    def forget_past(self, now: float) -> None:
        """What was put off until now is free."""
        self._put_off = {key: at for key, at in self._put_off.items() if at > now}

    def deadlines(self) -> Iterator[float]:
        """When something is overdue or may be sent again."""
        yield from (each.sent_at + self._patience for each in self._waiting.values())
        yield from (at for at, _ in self._ask_again)
        yield from self._put_off.values()
