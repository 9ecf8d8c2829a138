"""The only meeting point of the station's threads and the screen.

In: the newest frame; frames that came while another was being drawn are passed over.
Out: what a person did, and `FrameDrawn` for a frame that has truly been flipped onto the screen.
"""

from collections.abc import Callable
from threading import Lock

from kiosk.intents import FrameDrawn, Intent
from kiosk.views import Chime, Frame


class Bridge:
    """`publish` may be called from any thread; everything else belongs to the main thread.

    `drawing` was handed to the screen and is not flipped yet. `wake` asks the main thread to call
    `deliver` soon; it must be safe from any thread.
    """

    def __init__(
        self,
        show: Callable[[Frame], None],
        chime: Callable[[Chime], None],
        submit: Callable[[Intent], None],
        wake: Callable[[], None],
    ) -> None:
        self._show = show
        self._chime = chime
        self._submit = submit
        self._wake = wake
        self._lock = Lock()
        self._newest: Frame | None = None
        self._chimes: list[Chime] = []
        self.drawing: Frame | None = None

    def publish(self, frame: Frame) -> None:
        """A new frame from the controller, which takes the place of one not yet shown."""
        with self._lock:
            self._newest = frame
            if frame.chime is not None:
                self._chimes.append(frame.chime)
        self._wake()

    def deliver(self) -> None:
        """Hand the newest frame to the screen; sounds of frames passed over are not lost."""
        with self._lock:
            frame, self._newest = self._newest, None
            chimes, self._chimes = self._chimes, []
        for chime in dict.fromkeys(chimes):
            self._chime(chime)
        if frame is not None:
            self._show(frame)
            self.drawing = frame

    def flipped(self) -> None:
        """The buffers were flipped: what was shown before stands on the screen now."""
        if self.drawing is not None:
            drawn, self.drawing = self.drawing, None
            self._submit(FrameDrawn(drawn.number))
