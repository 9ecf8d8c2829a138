"""The one way from a sheet to a scene."""

from ui.presenter.sheet import (
    AccountBody,
    FarewellBody,
    KeypadBody,
    NoticeBody,
    Sheet,
    StackBody,
    StartBody,
    WhoBody,
)
from ui.screens.account import account_screen
from ui.screens.farewell import farewell_screen
from ui.screens.frame import band, header
from ui.screens.grid import Grid, grid
from ui.screens.keypad import keypad_screen
from ui.screens.local import Local
from ui.screens.notice import notice_screen
from ui.screens.pen import Pen
from ui.screens.scene import Group, Scene, Target
from ui.screens.stack import stack_screen
from ui.screens.start import start_screen
from ui.screens.still_there import overlay
from ui.screens.who import who_screen


def compose(pen: Pen, sheet: Sheet, local: Local) -> Scene:
    """Everything on the screen, from back to front."""
    at = grid(pen.page)
    scene = (band(pen), header(pen, at, sheet.header), *_body(pen, at, sheet, local))
    if sheet.overlay is None:
        return scene
    return *(_untouchable(group) for group in scene), *overlay(pen, sheet.overlay)


def _untouchable(group: Group) -> Group:
    parts = tuple(part for part in group.parts if not isinstance(part, Target))
    return Group(group.key, parts, group.motion)


def _body(pen: Pen, at: Grid, sheet: Sheet, local: Local) -> Scene:
    match sheet.body:
        case StartBody() as body:
            return start_screen(pen, at, sheet, body, local)
        case WhoBody() as body:
            return who_screen(pen, at, sheet, body, local)
        case KeypadBody() as body:
            return keypad_screen(pen, at, sheet, body, local)
        case StackBody() as body:
            return stack_screen(pen, at, sheet, body, local)
        case AccountBody() as body:
            return account_screen(pen, at, sheet, body, local)
        case FarewellBody() as body:
            return farewell_screen(pen, at, sheet, body, local)
        case NoticeBody() as body:
            return notice_screen(pen, at, sheet, body, local)
