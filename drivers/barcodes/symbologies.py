"""Symbologies by their AIM identifiers, and texts out of bytes (docs/protocols/scanners.md)."""

from types import MappingProxyType

from drivers.facts import Code, Symbology

AIM_LENGTH = 3
"""`]`, a letter, and what the reader did with the code."""

_EXACT = MappingProxyType(
    {
        "C1": Symbology.GS1_128,
        "E1": Symbology.OTHER,
        "E2": Symbology.OTHER,
        "E4": Symbology.EAN_8,
    }
)
"""Where the last character tells another symbology; `E1` and `E2` are an add-on by itself."""

_LETTERS = MappingProxyType(
    {
        "A": Symbology.CODE_39,
        "C": Symbology.CODE_128,
        "E": Symbology.EAN_13,
        "F": Symbology.CODABAR,
        "G": Symbology.CODE_93,
        "I": Symbology.INTERLEAVED_2_OF_5,
        "L": Symbology.PDF417,
        "M": Symbology.MSI,
        "Q": Symbology.QR,
        "d": Symbology.DATA_MATRIX,
        "e": Symbology.DATABAR,
        "z": Symbology.AZTEC,
    }
)

_IDENTIFIERS = MappingProxyType(
    {symbology: f"]{letter}0" for letter, symbology in _LETTERS.items()}
    | {Symbology.GS1_128: "]C1", Symbology.EAN_8: "]E4", Symbology.OTHER: "]X0"}
)


def without_identifier(text: str) -> Code:
    """The code behind its AIM identifier; without one the symbology is not known."""
    if len(text) < AIM_LENGTH or text[0] != "]" or not text[1:AIM_LENGTH].isalnum():
        return Code(text)
    symbology = _EXACT.get(text[1:AIM_LENGTH]) or _LETTERS.get(text[1], Symbology.OTHER)
    return Code(text[AIM_LENGTH:], symbology)


def identifier_of(symbology: Symbology) -> str:
    """What a scanner sends before a plain code of this symbology."""
    return _IDENTIFIERS[symbology]
