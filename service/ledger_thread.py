"""The one thread that owns the ledger; others send it work and hear what came of it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.errands import Errands
from service.ledger import Ledger

T = TypeVar("T")


class LedgerThread:
    """Owner: the link thread, which alone sends work."""

    def __init__(self, open_ledger: Callable[[], Ledger], errands: Errands) -> None:
        """The ledger is opened in its own thread; raises what `open_ledger` raises."""
        self._errands = errands
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._ledger = self._thread.submit(open_ledger).result()
        self.epoch = self._ledger.epoch

    def do(self, work: Callable[[Ledger], T], then: Callable[["Future[T]"], None]) -> None:
        """`work` runs in the ledger's thread, `then` in the caller's, later."""
        self._errands.send(self._thread, lambda: work(self._ledger), then)

    def close(self) -> None:
        """Wait until what was begun is durable."""
        self._thread.shutdown()
