"""`muontra-bench-panel`: the simulated desk beside the kiosk, for training and demos.

Books and cards are laid down and lifted by touch; devices are unplugged. A process of its own: it
talks to the bench only, and the kiosk sees nothing but what its devices see.
"""

import argparse
import signal
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from kiosk.bench_link import (
    BenchClient,
    BenchGone,
    BenchRefused,
    Lay,
    Lift,
    Plug,
    Scan,
    Subscribe,
    Unplug,
)
from ui.bench_scene import Bench, bench_scene
from ui.kivy_setup import prepare_kivy
from ui.page import Page
from ui.presenter.catalogue import LANGUAGES, catalogue
from ui.screens.scene import Act, LocalAct, LocalKind

PX_PER_MM = 4.0
LOOK_SECONDS = 0.2
AGAIN_SECONDS = 1.0
EXAMPLE = "example: muontra-bench-panel --socket build/demo/bench.sock --left 1280"

Command = Lay | Lift | Scan | Plug | Unplug


def command_of(act: LocalAct) -> Command | None:
    """What a touch means to the bench; turning pages means nothing."""
    match act.kind:
        case LocalKind.LAY:
            return Lay(items=(act.value,))
        case LocalKind.LIFT:
            return Lift(items=(act.value,))
        case LocalKind.SCAN:
            return Scan(text=act.value)
        case LocalKind.PLUG:
            return Plug(device=act.value)
        case LocalKind.UNPLUG:
            return Unplug(device=act.value)
        case _:
            return None


class BenchThread(threading.Thread):
    """Owns the connection: carries commands, tells what the bench is like after each event."""

    def __init__(self, socket: Path, tell: Callable[[Bench], None]) -> None:
        super().__init__(name="bench", daemon=True)
        self._socket = socket
        self._tell = tell
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._ended = threading.Event()

    def order(self, command: Command) -> None:
        """Carry a command to the bench soon."""
        self._commands.put(command)

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()

    def run(self) -> None:
        """Stay connected; a bench that went away may come back."""
        while not self._ended.is_set():
            try:
                with BenchClient(self._socket) as bench:
                    self._serve(bench)
            except BenchGone as problem:
                self._tell(Bench(trouble=str(problem)))
                self._ended.wait(AGAIN_SECONDS)

    def _serve(self, bench: BenchClient) -> None:
        bench.ask(Subscribe())
        self._tell(Bench(bench.state()))
        while not self._ended.is_set():
            carried = self._carry(bench)
            if bench.next_event(0.0 if carried else LOOK_SECONDS) is not None or carried:
                self._tell(Bench(bench.state()))

    def _carry(self, bench: BenchClient) -> bool:
        carried = False
        with suppress(Empty):
            while True:
                command = self._commands.get_nowait()
                carried = True
                with suppress(BenchRefused):  # the item was moved meanwhile: the state tells
                    bench.ask(command)
        return carried


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the panel until it is closed."""
    given = _parser().parse_args(arguments)
    width, height = given.window
    page = Page(width, height, PX_PER_MM)
    with tempfile.TemporaryDirectory() as home:
        prepare_kivy(Path(home), page, fullscreen=False, left=given.left)
        _run(page, given.socket, given.language)


def _run(page: Page, socket: Path, language: str) -> None:
    from kivy.base import runTouchApp, stopTouchApp  # noqa: PLC0415 (after Kivy's settings)
    from kivy.clock import Clock  # noqa: PLC0415
    from kivy.core.window import Window  # noqa: PLC0415

    from ui.screens.pen import Pen  # noqa: PLC0415
    from ui.theme import channels  # noqa: PLC0415
    from ui.widgets.fonts import KivyRuler  # noqa: PLC0415
    from ui.widgets.stage import Stage  # noqa: PLC0415

    shown = Shown()
    pen = Pen(page, KivyRuler(page.px_per_mm))

    def draw() -> None:
        scene = bench_scene(pen, catalogue(language), shown.bench, shown.page)
        stage.show(scene, "bench")

    def acted(act: Act | None) -> None:
        if not isinstance(act, LocalAct):
            return
        command = command_of(act)
        if command is not None:
            thread.order(command)
        shown.turn(act.kind)
        draw()

    def told(bench: Bench) -> None:
        shown.bench = bench
        redraw()

    stage = Stage(page, acted)
    redraw = Clock.create_trigger(lambda _dt: draw())
    thread = BenchThread(socket, told)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _n, _f: Clock.schedule_once(lambda _dt: stopTouchApp()))
    Window.set_title("muontra bench")
    Window.clearcolor = (*channels(page.theme.colours.ground), 1)
    thread.start()
    try:
        runTouchApp(stage)
    finally:
        thread.stop()


class Shown:
    """What stands on the panel. Owner: the main thread; `bench` is replaced whole by its thread."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.page = 0

    def turn(self, kind: LocalKind) -> None:
        """Turn the shelf's page."""
        step = {LocalKind.PAGE_UP: -1, LocalKind.PAGE_DOWN: 1}.get(kind, 0)
        self.page = max(0, self.page + step)


def _size(text: str) -> tuple[int, int]:
    width, height = (int(part) for part in text.lower().split("x"))
    return width, height


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="muontra-bench-panel", description=__doc__, epilog=EXAMPLE
    )
    parser.add_argument("--socket", type=Path, required=True, help="of the running bench")
    parser.add_argument("--window", type=_size, default=(480, 800), metavar="WxH")
    parser.add_argument("--left", type=int, default=1280, help="pixels from the left of the screen")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="vi")
    return parser


if __name__ == "__main__":
    main()
