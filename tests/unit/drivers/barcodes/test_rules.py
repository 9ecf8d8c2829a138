import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcodes.rules import EMPTY, ISBN, REPEATED, CodeJudge, CodeRules, Refusal, judged
from drivers.facts import Code, Symbology

EVERYTHING = CodeRules(isbn="passed")


@given(st.text(min_size=1), st.sampled_from([None, *Symbology]))
def test_no_rule_takes_every_code_as_it_is(text: str, symbology: Symbology | None) -> None:
    assert judged(Code(text, symbology), EVERYTHING) == Code(text, symbology)


@pytest.mark.parametrize(
    "code",
    [
        Code("9786041001237"),
        Code("9786041001237", Symbology.EAN_13),
        Code("978604100123752", Symbology.EAN_13),
        Code("978604100123751299", Symbology.EAN_13),
        Code("9790260000438", Symbology.EAN_13),
    ],
)
def test_the_isbn_on_a_books_back_is_not_taken_for_an_item(code: Code) -> None:
    assert judged(code, CodeRules()) is ISBN
    assert judged(code, EVERYTHING) == code


@pytest.mark.parametrize(
    "code",
    [
        Code("9786041001230"),
        Code("97860410012"),
        Code("978604100123752"),
        Code("9786041001237", Symbology.CODE_128),
        Code("8936041001230", Symbology.EAN_13),
        Code("TK.97860410"),
    ],
)
def test_a_library_number_that_looks_like_an_isbn_is_taken(code: Code) -> None:
    assert judged(code, CodeRules()) == code


@pytest.mark.parametrize(
    ("rules", "good", "bad"),
    [
        (CodeRules(lengths=(8, 14)), Code("TK.00003"), Code("TK.0000")),
        (CodeRules(pattern=r"[A-Z]{2}\.\d{5}"), Code("TK.00003"), Code("xTK.00003")),
        (CodeRules(check="luhn"), Code("30234000517861"), Code("30234000517862")),
        (
            CodeRules(symbologies=(Symbology.CODE_39,)),
            Code("TK.00003", Symbology.CODE_39),
            Code("TK.00003", Symbology.QR),
        ),
        (
            CodeRules(symbologies=(Symbology.CODE_39,)),
            Code("TK.00003", Symbology.CODE_39),
            Code("TK.00003"),
        ),
    ],
)
def test_each_rule_takes_the_good_and_refuses_the_bad(
    rules: CodeRules, good: Code, bad: Code
) -> None:
    assert judged(good, rules) == good
    refused = judged(bad, rules)
    assert isinstance(refused, Refusal)
    assert bad.text not in refused.reason


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("A30234000517861B", "30234000517861"),
        ("a30234000517861d", "30234000517861"),
        ("t30234000517861*", "30234000517861"),
        ("A30234000517861", "A30234000517861"),
        ("A30234000517861e", "A30234000517861e"),
    ],
)
def test_codabar_loses_its_ends_only_when_both_are_of_one_set(sent: str, text: str) -> None:
    rules = CodeRules(codabar_ends="stripped")
    assert judged(Code(sent), rules) == Code(text)
    assert judged(Code(sent, Symbology.CODE_128), rules) == Code(sent, Symbology.CODE_128)


def test_codabar_ends_with_nothing_between_are_no_code() -> None:
    assert judged(Code("AB"), CodeRules(codabar_ends="stripped")) is EMPTY


def test_a_code_held_before_the_scanner_counts_once_until_it_was_away() -> None:
    judge = CodeJudge(CodeRules(repeat_seconds=1.5))
    code, other = Code("TK.00003"), Code("TK.00004")
    verdicts = [judge.judge(code, at) for at in (0.0, 1.0, 2.0, 3.6)]
    assert verdicts == [code, REPEATED, REPEATED, code]
    assert judge.judge(other, 3.7) == other
    assert judge.judge(code, 3.8) == code


def test_on_a_new_screen_the_same_code_is_new() -> None:
    judge = CodeJudge(CodeRules(repeat_seconds=60.0))
    judge.judge(Code("TK.00003"), 0.0)
    judge.forget()
    assert judge.judge(Code("TK.00003"), 0.1) == Code("TK.00003")


def test_a_wrong_pattern_is_told_where_the_configuration_is_read() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"pattern '\(' is wrong"):
        msgspec.convert({"pattern": "("}, CodeRules)
