"""Public CURVE keys as people handle them: 40 characters of Z85, compared by a fingerprint."""

from hashlib import sha256

KEY_LENGTH = 40

_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud without mistakes
_GROUPS = 5


def checked_key(text: str) -> str:
    """The key without surrounding blanks; ValueError says what is wrong with it."""
    key = text.strip()
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a key has {KEY_LENGTH} characters, this text has {len(key)}")
    strange = sorted({character for character in key if character not in _Z85})
    if strange:
        raise ValueError(f"{' '.join(strange)} cannot stand in a key")
    if any(_number(key[at : at + 5]) >= 1 << 32 for at in range(0, KEY_LENGTH, 5)):
        raise ValueError("this text is not a key: a character is wrong")
    return key


def fingerprint(key: str) -> str:
    """The first 100 bits of the key's SHA-256 in groups of four, to be compared by eye or voice."""
    bits = int.from_bytes(sha256(key.encode("ascii")).digest()) >> (256 - 20 * _GROUPS)
    letters = [_READABLE[bits >> 5 * place & 31] for place in reversed(range(4 * _GROUPS))]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 4 * _GROUPS, 4))


def _number(group: str) -> int:
    value = 0
    for character in group:
        value = value * 85 + _Z85.index(character)
    return value
