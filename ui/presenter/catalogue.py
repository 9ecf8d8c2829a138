"""The words of the interface. Vietnamese is the source; other languages are gettext catalogues.

A message may say the same thing at several lengths, longest first, parted by `|`: a screen takes
the longest that fits, so that the words get shorter and never the type (docs/screens.md, "Words").
"""

import gettext
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from msgspec import Struct

DOMAIN = "muontra"
SOURCE_LANGUAGE = "vi"
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
LOCALE_FOLDER = Path(__file__).parent.parent / "locale"

Words = tuple[str, ...]


class CatalogueMissing(Exception):
    """No compiled catalogue of this language: run `make setup`."""


class Message(str):
    """A Vietnamese source text, marked for extraction by `vi`."""

    __slots__ = ()


class CountedMessage(str):
    """A Vietnamese source text about `n` things, marked for extraction by `vi_n`."""

    __slots__ = ()


def vi(text: str) -> Message:
    """Mark a source text; the extraction of messages looks for this name."""
    return Message(text)


def vi_n(text: str) -> CountedMessage:
    """Mark a source text that has a plural in other languages; it holds `{n}`."""
    return CountedMessage(text)


class Catalogue(Struct, frozen=True):
    """One language. What it does not translate is said in Vietnamese."""

    language: str
    translations: gettext.NullTranslations

    def say(self, message: Message, **values: object) -> Words:
        """The message at all its lengths."""
        return _at_all_lengths(self.translations.gettext(message), values)

    def count(self, message: CountedMessage, n: int, **values: object) -> Words:
        """The message about `n` things at all its lengths."""
        text = self.translations.ngettext(message, message, n)
        return _at_all_lengths(text, {"n": n, **values})

    def short(self, message: Message, **values: object) -> str:
        """The message at its shortest, to stand inside another one."""
        return self.say(message, **values)[-1]


def _at_all_lengths(text: str, values: dict[str, object]) -> Words:
    filled = (length.format(**values) for length in text.split("|"))
    return tuple(unicodedata.normalize("NFC", length) for length in filled)


def translator(language: str) -> Callable[[str], str]:
    """What turns a Vietnamese text, as on a receipt, into this language."""
    return catalogue(language).translations.gettext


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language tag; an unknown language reads Vietnamese."""
    if language == SOURCE_LANGUAGE or language not in LANGUAGES:
        return Catalogue(SOURCE_LANGUAGE, gettext.NullTranslations())
    try:
        return Catalogue(language, gettext.translation(DOMAIN, LOCALE_FOLDER, [language]))
    except FileNotFoundError:
        raise CatalogueMissing(f"No compiled words for {language!r}: run `make setup`.") from None
