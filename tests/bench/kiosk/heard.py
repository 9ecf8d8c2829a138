"""What threads of a station told, kept for tests to wait on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kiosk.device_worker import WorkerNews
from tests.waiting import eventually

T = TypeVar("T")


@dataclass
class Heard:
    """Any thread may tell; the test reads. `mark` forgets what came before."""

    news: list[WorkerNews] = field(default_factory=list)

    def tell(self, news: WorkerNews) -> None:
        self.news.append(news)

    def mark(self) -> None:
        self.news.clear()

    def every(self, kind: type[T]) -> list[T]:
        return [news for news in tuple(self.news) if isinstance(news, kind)]

    def first(
        self, kind: type[T], that: Callable[[T], bool] = lambda _: True, seconds: float = 10
    ) -> T:
        """Waits for news of this kind."""

        def found() -> list[T]:
            return [news for news in self.every(kind) if that(news)]

        return eventually(found, seconds, f"{kind.__name__} among {self.news}")[0]
