"""The stage shows a scene: only groups that changed are painted anew, touches become acts.

Owner: Kivy's main thread.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from kivy.animation import Animation
from kivy.graphics import Color, PopMatrix, PushMatrix, RoundedRectangle, Scale, Translate
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from ui.page import Page
from ui.screens.scene import Act, Group, Motion, Panel, Picture, Scene, Target
from ui.theme import channels, tokens
from ui.touches import SETTLE_SECONDS
from ui.widgets.painter import PaintedLine, Painter, PixelBox, pixels

PRESSED_ALPHA = 0.10


class Plate(Widget):
    """One group on its own canvas; slides or grows when its motion says so."""

    shift = NumericProperty(0.0)
    grown = NumericProperty(1.0)

    def __init__(self, painter: Painter, **kwargs: Any) -> None:  # noqa: ANN401 (Kivy's own)
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        self.group = Group("", ())
        self.lines: list[PaintedLine] = []
        self._painter = painter
        self._translate = Translate(0, 0)
        self._scale = Scale(1, 1, 1)
        self.bind(shift=self._move, grown=self._grow)

    def show(self, group: Group) -> None:
        """Paint the group if it differs from the one that stands there."""
        if group == self.group:
            return
        self.group = group
        self.canvas.clear()
        with self.canvas:
            PushMatrix()
            self.canvas.add(self._translate)
            self.canvas.add(self._scale)
            self.lines = self._painter.paint(group)
            PopMatrix()

    def slide_in(self) -> None:
        """Come in from above."""
        motion = tokens().motion
        self.shift = motion.card_in_mm * self._painter.page.px_per_mm
        Animation(shift=0, d=motion.card_in_ms / 1000, t="out_cubic").start(self)

    def grow(self) -> None:
        """The changed mark grows from 80 to 100 %."""
        spot = self._middle()
        if spot is None:
            return
        self._scale.origin = (spot.x + spot.w / 2, spot.y + spot.h / 2)
        self.grown = 0.8
        Animation(grown=1, d=tokens().motion.mark_change_ms / 1000, t="out_quad").start(self)

    def _middle(self) -> PixelBox | None:
        pictures = [part for part in self.group.parts if isinstance(part, Picture | Panel)]
        return pixels(self._painter.page, pictures[0].box) if pictures else None

    def _move(self, _widget: Widget, shift: float) -> None:
        self._translate.y = round(shift)

    def _grow(self, _widget: Widget, grown: float) -> None:
        self._scale.x = self._scale.y = grown


class Stage(Widget):
    """All groups of a screen. `act` is called once for each finished touch of a target."""

    def __init__(
        self,
        page: Page,
        act: Callable[[Act | None], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(size_hint=(None, None), size=(page.width_px, page.height_px))
        self.page = page
        self.scene: Scene = ()
        self._act = act
        self._clock = clock
        self._painter = Painter(page)
        self._plates: dict[str, Plate] = {}
        self._kind: object = None
        self._shown_at = 0.0
        self._pressed: Target | None = None
        self._veil_colour = Color(0, 0, 0, 0)
        self._veil = RoundedRectangle(size=(0, 0))
        self.canvas.after.add(self._veil_colour)
        self.canvas.after.add(self._veil)

    def show(self, scene: Scene, kind: object) -> None:
        """Show a scene. Groups slide and grow only within one kind of screen."""
        same = kind == self._kind
        if not same:
            self._kind, self._shown_at = kind, self._clock()
        self.scene = scene
        self._drop(keys={group.key for group in scene})
        for group in scene:
            self._put(group, moves=same and self.page.motion)
        self._in_order(scene)

    @property
    def plates(self) -> list[Plate]:
        """The groups as they stand, from back to front."""
        return [self._plates[group.key] for group in self.scene]

    @property
    def targets(self) -> list[Target]:
        """Everything that can be touched now."""
        return [part for group in self.scene for part in group.parts if isinstance(part, Target)]

    def _drop(self, keys: set[str]) -> None:
        for key in self._plates.keys() - keys:
            self.remove_widget(self._plates.pop(key))

    def _put(self, group: Group, *, moves: bool) -> None:
        plate = self._plates.get(group.key)
        if plate is None:
            plate = self._plates[group.key] = Plate(self._painter)
            plate.show(group)
            if moves and group.motion is Motion.SLIDE:
                plate.slide_in()
            return
        changed = plate.group != group
        plate.show(group)
        if changed and moves and group.motion is Motion.GROW:
            plate.grow()

    def _in_order(self, scene: Scene) -> None:
        wanted = [self._plates[group.key] for group in reversed(scene)]
        if self.children != wanted:
            self.clear_widgets()
            for plate in reversed(wanted):
                self.add_widget(plate)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 (Kivy's own)
        """Press what lies under the finger; one finger at a time, no other mouse buttons."""
        if getattr(touch, "button", "left") != "left":
            return True
        if self._pressed is not None or self._clock() < self._shown_at + SETTLE_SECONDS:
            return True
        self._pressed = self._target_at(touch.x, touch.y)
        if self._pressed is None:
            self._act(None)
            return True
        touch.grab(self)
        self._veil_over(self._pressed)
        return True

    def on_touch_up(self, touch: Any) -> bool:  # noqa: ANN401 (Kivy's own)
        """Act if the finger leaves the same target that still stands there."""
        if touch.grab_current is not self:
            return True
        touch.ungrab(self)
        pressed, self._pressed = self._pressed, None
        self._veil.size = (0, 0)
        if pressed is not None and self._target_at(touch.x, touch.y) == pressed:
            self._act(pressed.act)
        return True

    def _target_at(self, x: float, y: float) -> Target | None:
        for target in reversed(self.targets):
            spot = pixels(self.page, target.box)
            if spot.x <= x < spot.x + spot.w and spot.y <= y < spot.y + spot.h:
                return target
        return None

    def _veil_over(self, target: Target) -> None:
        spot = pixels(self.page, target.box)
        self._veil_colour.rgba = (*channels(self.page.theme.colours.ink), PRESSED_ALPHA)
        radius = min(target.radius * self.page.px_per_mm, spot.w / 2, spot.h / 2)
        self._veil.radius = [radius]
        self._veil.pos, self._veil.size = (spot.x, spot.y), (spot.w, spot.h)
