"""Work done by other threads for a loop that must not wait: what follows it is done by the loop."""

import os
import select
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """Owner: the loop's thread. Its poller calls `finish` when `wake` is readable."""

    def __init__(self) -> None:
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()  # select() takes no descriptor above 1,023
        self._poll.register(self.wake, select.POLLIN)
        self._done: SimpleQueue[tuple[Callable[[Future[Any]], None], Future[Any]]] = SimpleQueue()

    def send(
        self, executor: Executor, work: Callable[[], T], then: Callable[["Future[T]"], None]
    ) -> None:
        """`work` runs in the executor; `then` runs in the loop's thread with what came of it."""
        executor.submit(work).add_done_callback(lambda future: self._came_back(then, future))

    def wait(self, seconds: float) -> None:
        """Until one is back, or so long."""
        self._poll.poll(seconds * 1000)

    def finish(self) -> None:
        """Do what follows all errands that are back."""
        self._sleep_again()
        while True:
            try:
                then, future = self._done.get_nowait()
            except Empty:
                return
            then(future)

    def rouse(self) -> None:
        """Let the loop turn once; may be called by any thread and by signal handlers."""
        os.eventfd_write(self.wake, 1)

    def close(self) -> None:
        os.close(self.wake)

    def _came_back(self, then: Callable[["Future[T]"], None], future: "Future[T]") -> None:
        self._done.put((then, future))
        self.rouse()

    def _sleep_again(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self.wake)
