"""The start screen: nobody is here."""

from kiosk.intents import ChooseAccount, ChooseBorrow, ChooseLanguage, ChooseReturn
from kiosk.views import Hindrance, StartView
from ui.presenter import troubles
from ui.presenter.buttons import ask_help
from ui.presenter.catalogue import LANGUAGES, Catalogue, Words, vi
from ui.presenter.sheet import Button, Header, Language, Look, Sheet, StartBody


def start(words: Catalogue, header: Header, view: StartView) -> Sheet:
    """Tiles for what works now; the first of them is the next step."""
    body = StartBody(
        greeting=words.say(vi("Chào bạn!")),
        hint=_hint(words, view),
        tiles=_tiles(words, view),
        languages=_languages(words),
        notice=_notice(words, view.hindrances),
    )
    return Sheet(header, (), body, ways_on=(ask_help(words),))


def _hint(words: Catalogue, view: StartView) -> Words:
    if Hindrance.PAD in view.hindrances:
        return words.say(vi("Bạn chạm vào việc muốn làm nhé.|Bạn chọn một việc nhé."))
    return words.say(
        vi(
            "Bạn đặt sách hoặc thẻ lên khay nhé."
            "|Đặt sách hoặc thẻ lên khay nhé.|Đặt sách lên khay nhé."
        )
    )


def _tiles(words: Catalogue, view: StartView) -> tuple[Button, ...]:
    offers = (
        (
            view.may_borrow,
            vi("Mượn sách"),
            vi("Mang sách về nhà|Mang về nhà|Mang về"),
            ChooseBorrow(),
            "borrow",
        ),
        (view.may_return, vi("Trả sách"), vi("Không cần thẻ"), ChooseReturn(), "ret"),
        (
            view.may_see_account,
            vi("Gia hạn & tài khoản|Gia hạn sách"),
            vi("Cần thẻ và mã PIN|Cần mã PIN"),
            ChooseAccount(),
            "renew",
        ),
    )
    looks = iter((Look.NEXT, Look.BRAND, Look.CARD))
    return tuple(
        Button(words.say(name), intent, next(looks), icon, words.say(hint))
        for offered, name, hint, intent, icon in offers
        if offered
    )


def _languages(words: Catalogue) -> tuple[Language, ...]:
    return tuple(
        Language(name, tag == words.language, ChooseLanguage(tag))
        for tag, name in LANGUAGES.items()
    )


def _notice(words: Catalogue, hindrances: tuple[Hindrance, ...]) -> Words:
    return words.say(troubles.ON_THE_START_SCREEN[hindrances[0]]) if hindrances else ()
