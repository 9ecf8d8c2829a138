"""The thread that waits for the foreign system, so that nobody else has to."""

import threading
from queue import Empty, Queue

from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from service.backends.foreign.carry_out import Call, carry_out
from service.backends.foreign.library_system import LibrarySystem, SystemSilent
from service.protocol.replies import OutcomeReply


class Outcome(Struct, frozen=True):
    """What came of a call; `reply` is None when that is not known."""

    call: Call
    reply: OutcomeReply | None


class Worker:
    """Has one call at a time. Owner: the writing thread; its own thread touches the system only."""

    def __init__(self, system: LibrarySystem, log: FilteringBoundLogger) -> None:
        self._system = system
        self._log = log
        self._calls: Queue[Call | None] = Queue()
        self._outcomes: Queue[Outcome] = Queue()
        self._thread = threading.Thread(target=self._work, name="library-system", daemon=True)
        self._thread.start()
        self.is_idle = True

    def hand(self, call: Call) -> None:
        """Only while it is idle."""
        self.is_idle = False
        self._calls.put(call)

    def outcome(self, seconds: float) -> Outcome | None:
        """What came of the call, or None when it lasts longer."""
        try:
            outcome = self._outcomes.get(timeout=max(seconds, 0))
        except Empty:
            return None
        self.is_idle = True
        return outcome

    def close(self, seconds: float) -> None:
        """A call that lasts longer is abandoned: it is doubtful, and looked up next time."""
        self._calls.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while call := self._calls.get():
            self._outcomes.put(Outcome(call, self._carry_out(call)))

    def _carry_out(self, call: Call) -> OutcomeReply | None:
        try:
            return carry_out(self._system, call)
        except SystemSilent:
            return None
        except Exception as problem:  # noqa: BLE001 - a driver at fault is like a silent system
            self._log.error("library system failed", problem=type(problem).__name__)
            return None
