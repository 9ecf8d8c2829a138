"""The buttons that stand on several screens, always with the same words, icon and place."""

from kiosk.intents import AskHelp, Back, Finish, Leave
from ui.presenter.catalogue import Catalogue, vi
from ui.presenter.sheet import Button, Look


def leave(words: Catalogue) -> Button:
    """*Thoát*."""
    return Button(words.say(vi("Thoát")), Leave(), icon="exit")


def ask_help(words: Catalogue) -> Button:
    """*Trợ giúp*."""
    return Button(words.say(vi("Trợ giúp|Giúp")), AskHelp(), icon="help")


def back(words: Catalogue) -> Button:
    """*Quay lại*."""
    return Button(words.say(vi("Quay lại|Lùi")), Back(), icon="back")


def finish(words: Catalogue, *, is_next: bool) -> Button:
    """*Xong*: amber as soon as nothing else is left to do."""
    look = Look.NEXT if is_next else Look.QUIET
    return Button(words.say(vi("Xong")), Finish(), look, icon="check")
