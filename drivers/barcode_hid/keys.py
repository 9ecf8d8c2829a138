"""Codes out of key strokes, without I/O (docs/protocols/scanners.md, "Keyboard scanners").

A keyboard sends places of keys, no characters: the table is that of a US keyboard, and the scanner
must be set to it. The stream is the kernel's `struct input_event`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from struct import Struct
from types import MappingProxyType

from drivers.barcodes.heard import Dropped, Heard, Scanned

EVENT = Struct("@llHHi")
"""Seconds, microseconds, type, code, value."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
DOWN = 1

KEY_TAB, KEY_ENTER, KEY_CAPSLOCK, KEY_NUMLOCK, KEY_KPENTER = 15, 28, 58, 69, 96
KEY_LEFTALT, KEY_RIGHTALT = 56, 100

ENDS = frozenset({KEY_ENTER, KEY_KPENTER, KEY_TAB})
SHIFTS = frozenset({42, 54})
ALTS = frozenset({KEY_LEFTALT, KEY_RIGHTALT})
CONTROLS = frozenset({29, 97, 125, 126})

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_KEYPAD = ((55, "*"), (71, "789-456+1230."), (98, "/"), (117, "="))

KEYPAD: Mapping[int, str] = MappingProxyType(
    {first + at: sign for first, row in _KEYPAD for at, sign in enumerate(row)}
)
KEYS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        first + at: signs
        for first, plain, shifted in _ROWS
        for at, signs in enumerate(zip(plain, shifted, strict=True))
    }
    | {code: (sign, sign) for code, sign in KEYPAD.items()}
)
"""What each key gives without and with Shift."""

LETTERS_AND_ENTER = frozenset(
    {KEY_ENTER, *(code for code, signs in KEYS.items() if signs[0].isalpha())}
)

LONGEST = 4096

_REMEDY = "set the scanner to its virtual COM port and use the driver barcode_serial"
ALT_DIGITS = f"a keyboard cannot send this code (it typed Alt with digits): {_REMEDY}"
CITIZEN_CARD = f"a keyboard cannot send the QR code of a citizen card: {_REMEDY}"
STRANGE_KEY = "a key without a character: set the scanner to a US keyboard, without function keys"
EVENTS_LOST = "the system lost key strokes of it"
FRAGMENT = "no ENTER came behind it: set the scanner to send one"
BEGUN_BEFORE = "its start was not heard"
OVERLONG = f"more than {LONGEST} characters are no code"

_CITIZEN_CARD = re.compile(r"\d{12}\|(\d{9})?\|.*")
"""12 digits, an older number or none, then names that need more letters than a keyboard has."""


class KeySplitter:
    """Collects key strokes to codes. Owner: the driver's thread.

    A code that cannot be right is dropped to its end, never given with what is left of it.
    `caps_lock` as it was when the node was grabbed; the scanner may turn it.
    """

    def __init__(self, *, caps_lock: bool = False) -> None:
        self._caps_lock = caps_lock
        self._partial = b""
        self._held: set[int] = set()
        self._text = ""
        self._spoilt = ""

    @property
    def begun(self) -> bool:
        return bool(self._text or self._spoilt or self._partial)

    def feed(self, data: bytes) -> Sequence[Heard]:
        return list(self._heard(data))

    def silence(self) -> Sequence[Heard]:
        """A node gives whole events only; on any other line the rest may be noise."""
        self._partial = b""
        if not self.begun:
            return []
        return [self._ended(self._spoilt or FRAGMENT)]

    def drop_begun(self) -> None:
        if self._text:
            self._spoil(BEGUN_BEFORE)

    def _heard(self, data: bytes) -> Iterator[Heard]:
        data = self._partial + data
        whole = len(data) - len(data) % EVENT.size
        self._partial = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_KEY and code in ENDS and value == DOWN:
                if self._text or self._spoilt:
                    yield self._ended(self._spoilt)
            elif kind == EV_KEY:
                self._key(code, value)
            elif (kind, code) == (EV_SYN, SYN_DROPPED):
                self._held.clear()
                self._spoil(EVENTS_LOST)

    def _key(self, code: int, value: int) -> None:
        """Held keys repeat with value 2, which is no stroke."""
        if code in SHIFTS | ALTS | CONTROLS:
            (self._held.discard if value == 0 else self._held.add)(code)
        elif value == DOWN and code == KEY_CAPSLOCK:
            self._caps_lock = not self._caps_lock
        elif value == DOWN and code != KEY_NUMLOCK:
            self._stroke(code)

    def _stroke(self, code: int) -> None:
        if self._held & ALTS and code in KEYPAD:
            self._spoil(ALT_DIGITS)
        elif self._held & (ALTS | CONTROLS) or code not in KEYS:
            self._spoil(STRANGE_KEY)
        elif not self._spoilt:
            self._text += self._sign(code)
        if len(self._text) > LONGEST:
            self._spoil(OVERLONG)

    def _sign(self, code: int) -> str:
        plain, shifted = KEYS[code]
        shift = bool(self._held & SHIFTS)
        return shifted if shift != (self._caps_lock and plain.isalpha()) else plain

    def _spoil(self, reason: str) -> None:
        """The first reason is the one to tell."""
        self._spoilt = self._spoilt or reason
        self._text = ""

    def _ended(self, trouble: str) -> Heard:
        text, self._text, self._spoilt = self._text, "", ""
        if not trouble and _CITIZEN_CARD.fullmatch(text):
            trouble = CITIZEN_CARD
        return Dropped(text.encode(), trouble) if trouble else Scanned(text.encode())
