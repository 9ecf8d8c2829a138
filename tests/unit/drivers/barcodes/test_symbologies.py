"""AIM identifiers (docs/protocols/scanners.md, "AIM identifiers")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcodes.symbologies import identifier_of, without_identifier
from drivers.facts import Code, Symbology


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("]A0TV0123456", Code("TV0123456", Symbology.CODE_39)),
        ("]E09786041001237", Code("9786041001237", Symbology.EAN_13)),
        ("]E3978604100123752", Code("978604100123752", Symbology.EAN_13)),
        ("]E496385074", Code("96385074", Symbology.EAN_8)),
        ("]C10112345", Code("0112345", Symbology.GS1_128)),
        ("]Q1Việt Nam", Code("Việt Nam", Symbology.QR)),
        ("]d2x", Code("x", Symbology.DATA_MATRIX)),
        ("]X0key", Code("key", Symbology.OTHER)),
        ("TK.00003", Code("TK.00003")),
        ("]", Code("]")),
        ("]-.x", Code("]-.x")),
    ],
)
def test_identifiers_are_taken_off_and_told(sent: str, code: Code) -> None:
    assert without_identifier(sent) == code


@given(st.sampled_from(list(Symbology)), st.text())
def test_what_a_scanner_marks_is_read_back(symbology: Symbology, text: str) -> None:
    assert without_identifier(identifier_of(symbology) + text) == Code(text, symbology)


def test_case_matters() -> None:
    assert without_identifier("]e0x").symbology is Symbology.DATABAR
    assert without_identifier("]E0x").symbology is Symbology.EAN_13
