"""What a person did: frozen values from the screen to the controller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChooseBorrow:
    """The tile *Mượn sách*."""


@dataclass(frozen=True, slots=True)
class ChooseReturn:
    """The tile *Trả sách*."""


@dataclass(frozen=True, slots=True)
class ChooseAccount:
    """The tile *Gia hạn & tài khoản*."""


@dataclass(frozen=True, slots=True)
class ChooseTyping:
    """Type the card number instead of showing the card."""


@dataclass(frozen=True, slots=True)
class NumberTyped:
    """A whole card number was typed and confirmed."""

    number: str


@dataclass(frozen=True, slots=True)
class PinTyped:
    """A whole PIN was typed and confirmed. Never logged, never stored."""

    pin: str

    def __repr__(self) -> str:
        return "PinTyped(…)"


@dataclass(frozen=True, slots=True)
class RenewAll:
    """Renew every loan that can be renewed."""


@dataclass(frozen=True, slots=True)
class RenewOne:
    """Renew one loan."""

    item: str


@dataclass(frozen=True, slots=True)
class Finish:
    """*Xong*: I am done, say farewell."""


@dataclass(frozen=True, slots=True)
class Leave:
    """*Thoát*: away from here; what is done stays done."""


@dataclass(frozen=True, slots=True)
class Back:
    """One step back (from typing, from help)."""


@dataclass(frozen=True, slots=True)
class StayHere:
    """*Tôi vẫn ở đây*."""


@dataclass(frozen=True, slots=True)
class AskHelp:
    """*Trợ giúp*."""


@dataclass(frozen=True, slots=True)
class ShowReceipt:
    """Show the receipt on the screen."""


@dataclass(frozen=True, slots=True)
class SaveReceipt:
    """Write the receipt as a file (a printer takes its place later)."""


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Switch the interface to a language tag such as `vi` or `en`."""

    language: str


@dataclass(frozen=True, slots=True)
class Touched:
    """Any touch that means nothing else: somebody is here."""


@dataclass(frozen=True, slots=True)
class FrameDrawn:
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
    | SaveReceipt
    | ChooseLanguage
    | Touched
    | FrameDrawn
)
