"""Every text is marked, translated, and says its values at every length."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from ui.presenter.catalogue import LANGUAGES, LOCALE_FOLDER, catalogue, vi, vi_n

ROOT = Path(__file__).parents[4]
MARKS = {"vi", "vi_n", "translate"}
TRANSLATED = [language for language in LANGUAGES if language != "vi"]

Id = str | tuple[str, ...]


def source_texts() -> Iterator[Id]:
    """Also those inside f-strings, which pybabel passes over before Python 3.12."""
    for folder in ("ui", "kiosk/receipts"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (text := _marked(node)):
                    yield text


def _marked(call: ast.Call) -> Id | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = call.args[0] if call.args else None
    if name not in MARKS or not isinstance(given, ast.Constant):
        return None
    text = str(given.value)
    return (text, text) if name == "vi_n" else text


def catalogue_file(language: str) -> Path:
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "muontra.po"


def read(language: str) -> Catalog:
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language)


def texts_of(message: object) -> tuple[str, ...]:
    return tuple(message) if isinstance(message, list | tuple) else (str(message),)


def fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    known = read(language)
    missing = [text for text in source_texts() if known.get(text) is None]
    empty = [m.id for m in known if m.id and not all(texts_of(m.string))]
    assert not missing
    assert not empty


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_over(language: str) -> None:
    sources = {texts_of(text)[0] for text in source_texts()}
    assert {texts_of(m.id)[0] for m in read(language) if m.id} <= sources


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_name_only_values_that_exist(language: str) -> None:
    extra = {"{day:02}/{month:02}/{year}": {"month_name"}}
    for message in read(language):
        source = texts_of(message.id)[0]
        allowed = fields(source) | extra.get(source, set())
        for text in texts_of(message.string):
            assert fields(text) <= allowed, source


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_words_are_those_of_the_sources(language: str) -> None:
    with catalogue_file(language).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    for message in read(language):
        if message.id:
            found = compiled.get(message.id)
            assert found is not None, "run `make setup`"
            assert texts_of(found.string) == texts_of(message.string), "run `make setup`"


def all_texts() -> Iterator[str]:
    yield from (texts_of(text)[0] for text in source_texts())
    for language in TRANSLATED:
        yield from (text for m in read(language) if m.id for text in texts_of(m.string))


def test_lengths_are_ordered_from_long_to_short() -> None:
    for text in all_texts():
        lengths = [len(re.sub("{.*?}", "value value", length)) for length in text.split("|")]
        assert lengths == sorted(lengths, reverse=True), text
        assert all(text.split("|")), text


def test_source_texts_are_nfc() -> None:
    for text in all_texts():
        assert unicodedata.is_normalized("NFC", text)


def test_values_may_hold_braces_and_bars() -> None:
    said = catalogue("vi").say(vi("Về {place}|Về nơi khác"), place="a|b {x}")
    assert said == ("Về a|b {x}", "Về nơi khác")


def test_values_become_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "Bản Xoan ậ")
    assert catalogue("en").say(vi("Về {place}|Về nơi khác"), place=decomposed)[0].endswith("ậ")


def test_english_counts_one_and_many() -> None:
    words = catalogue("en")
    assert words.count(vi_n("Đã mượn {n} cuốn"), 1) == ("1 book borrowed",)
    assert words.count(vi_n("Đã mượn {n} cuốn"), 2) == ("2 books borrowed",)


def test_unknown_language_reads_vietnamese() -> None:
    assert catalogue("xx").say(vi("Xong")) == ("Xong",)


def test_untranslated_text_falls_back_to_vietnamese() -> None:
    assert catalogue("en").say(vi("Chưa ai dịch câu này")) == ("Chưa ai dịch câu này",)
