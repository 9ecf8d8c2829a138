"""What a person did: frozen values from the screen to the controller."""

from msgspec import Struct


class ChooseBorrow(Struct, frozen=True):
    """The tile *Mượn sách*."""


class ChooseReturn(Struct, frozen=True):
    """The tile *Trả sách*."""


class ChooseAccount(Struct, frozen=True):
    """The tile *Gia hạn & tài khoản*."""


class ChooseTyping(Struct, frozen=True):
    """Type the card number instead of showing the card."""


class NumberTyped(Struct, frozen=True):
    """A whole card number was typed and confirmed."""

    number: str


class PinTyped(Struct, frozen=True):
    """A whole PIN was typed and confirmed. Never logged, never stored."""

    pin: str

    def __repr__(self) -> str:
        return "PinTyped(…)"


class RenewAll(Struct, frozen=True):
    """Renew every loan that can be renewed."""


class RenewOne(Struct, frozen=True):
    """Renew one loan."""

    item: str


class Finish(Struct, frozen=True):
    """*Xong*: I am done, say farewell."""


class Leave(Struct, frozen=True):
    """*Thoát*: away from here; what is done stays done."""


class Back(Struct, frozen=True):
    """One step back (from typing, from help)."""


class StayHere(Struct, frozen=True):
    """*Tôi vẫn ở đây*."""


class AskHelp(Struct, frozen=True):
    """*Trợ giúp*."""


class ShowReceipt(Struct, frozen=True):
    """Show the receipt on the screen."""


class TakeReceipt(Struct, frozen=True):
    """The receipt on paper, or as a file where there is no printer."""


class ChooseLanguage(Struct, frozen=True):
    """Switch the interface to a language tag such as `vi` or `en`."""

    language: str


class Touched(Struct, frozen=True):
    """Any touch that means nothing else: somebody is here."""


class FrameDrawn(Struct, frozen=True):
    """The frame of this number stands on the screen."""

    number: int


Intent = (
    ChooseBorrow
    | ChooseReturn
    | ChooseAccount
    | ChooseTyping
    | NumberTyped
    | PinTyped
    | RenewAll
    | RenewOne
    | Finish
    | Leave
    | Back
    | StayHere
    | AskHelp
    | ShowReceipt
    | TakeReceipt
    | ChooseLanguage
    | Touched
    | FrameDrawn
)
