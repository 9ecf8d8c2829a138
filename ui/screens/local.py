"""What lives on the screen only: the page of a list, the digits typed so far."""

from msgspec import Struct
from msgspec.structs import replace

from kiosk.intents import Intent, NumberTyped, PinTyped
from ui.presenter.sheet import KeypadBody, Sheet, Typing
from ui.screens.scene import LocalAct, LocalKind


class Local(Struct, frozen=True):
    """Wiped whenever another screen comes; typed digits are shown by their number only."""

    page: int = 0
    typed: str = ""

    def __repr__(self) -> str:
        return f"Local(page={self.page}, typed={len(self.typed)})"


def after(local: Local, act: LocalAct, sheet: Sheet) -> tuple[Local, Intent | None]:
    """What a local touch changes, and the intent it completes."""
    match act.kind:
        case LocalKind.PAGE_UP:
            return replace(local, page=max(0, local.page - 1)), None
        case LocalKind.PAGE_DOWN:
            return replace(local, page=local.page + 1), None
        case _ if isinstance(sheet.body, KeypadBody) and not sheet.body.closed:
            return _typed(local, act, sheet.body)
        case _:
            return local, None


def _typed(local: Local, act: LocalAct, keypad: KeypadBody) -> tuple[Local, Intent | None]:
    match act.kind:
        case LocalKind.TYPE:
            return replace(local, typed=(local.typed + act.value)[: keypad.longest]), None
        case LocalKind.ERASE:
            return replace(local, typed=local.typed[:-1]), None
        case LocalKind.CONFIRM if local.typed and keypad.typing is Typing.PIN:
            return Local(), PinTyped(local.typed)
        case LocalKind.CONFIRM if local.typed:
            return Local(), NumberTyped(local.typed)
        case LocalKind.CLEAR:
            return replace(local, typed=""), None
        case _:
            return local, None
