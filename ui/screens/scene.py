"""What a screen consists of: panels, texts, pictures, targets, in groups that change together."""

from enum import StrEnum

from msgspec import Struct

from kiosk.intents import Intent
from ui.page import Box


class Face(StrEnum):
    """How a panel looks; colours and edges are in ui.widgets.panels."""

    CARD = "card"
    NEXT_ROW = "next-row"
    QUIET = "quiet"
    NEXT = "next"
    BRAND = "brand"
    TILE_NEXT = "tile-next"
    TILE_BRAND = "tile-brand"
    SUNKEN = "sunken"
    PERSON = "person"
    WARNING = "warning"
    PILL = "pill"
    FIELD = "field"
    FIELD_NEXT = "field-next"
    RULE = "rule"
    SCRIM = "scrim"
    DIALOG = "dialog"
    BASKET_SHELF = "basket-shelf"
    BASKET_HOLD_SHELF = "basket-hold-shelf"
    BASKET_OTHER_POINT = "basket-other-point"
    BASKET_DESK = "basket-desk"
    PAD = "pad"


AMBER_FACES = frozenset({Face.NEXT_ROW, Face.NEXT, Face.TILE_NEXT, Face.FIELD_NEXT})


class Weight(StrEnum):
    """The cuts of Be Vietnam Pro in use; MONO is for the receipt."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"
    MONO = "Mono"


class Align(StrEnum):
    """Where a text stands in its box."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class LocalKind(StrEnum):
    """What a touch does on the screen itself, without the station."""

    PAGE_UP = "page-up"
    PAGE_DOWN = "page-down"
    TYPE = "type"
    ERASE = "erase"
    CLEAR = "clear"
    CONFIRM = "confirm"
    LAY = "lay"
    LIFT = "lift"
    SCAN = "scan"
    PLUG = "plug"
    UNPLUG = "unplug"


class LocalAct(Struct, frozen=True):
    """A touch that stays on the screen. `value`: the digit typed, or an item of the bench."""

    kind: LocalKind
    value: str = ""

    def __repr__(self) -> str:
        return f"LocalAct({self.kind})"


Act = Intent | LocalAct


class Panel(Struct, frozen=True):
    """A surface. `radius` in millimetres."""

    box: Box
    face: Face
    radius: float = 4.0


class Text(Struct, frozen=True):
    """Fitted lines; `size_mm` is the letter size, `colour` a colour name of the theme.

    `cut`: the words did not fit at any length, which a test forbids.
    """

    box: Box
    lines: tuple[str, ...]
    size_mm: float
    line_height: float
    weight: Weight
    colour: str
    align: Align = Align.LEFT
    cut: bool = False


class Picture(Struct, frozen=True):
    """A drawing that fills its box. `amber`: it shows the next step itself.

    `soft`: drawn at half the size, for what is far away.
    """

    box: Box
    svg: str
    amber: bool = False
    soft: bool = False

    def __repr__(self) -> str:
        return f"Picture({self.box})"


class Band(Struct, frozen=True):
    """The woven band."""

    box: Box


class Target(Struct, frozen=True):
    """A thing to touch. Keys of a keypad may be smaller and closer than other targets."""

    box: Box
    act: Act
    is_key: bool = False
    radius: float = 4.0


Part = Panel | Text | Picture | Band | Target


class Motion(StrEnum):
    """How a group explains itself when it comes or changes."""

    NONE = "none"
    SLIDE = "slide"  # comes in from above
    GROW = "grow"  # a changed mark grows from 80 to 100 %


class Group(Struct, frozen=True):
    """Parts that change together; painted in order, the later above the earlier."""

    key: str
    parts: tuple[Part, ...]
    motion: Motion = Motion.NONE


Scene = tuple[Group, ...]
