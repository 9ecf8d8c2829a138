"""The unique identifier of an ISO 15693 chip, in the one order the whole house uses.

On the air the least significant byte comes first; readers and people show ``E0…`` first
(docs/protocols/readers.md, "UID order"). Inside muontra a UID is always the ``E0…`` form as
16 upper-case hexadecimal digits: it prints, compares, sorts and travels as JSON unchanged.
"""

from typing import NewType

UID_BYTES = 8

Uid = NewType("Uid", str)


def uid_from_bytes(raw: bytes) -> Uid:
    """Turn 8 bytes, ``E0`` first, into a Uid. Raises ValueError for another length."""
    if len(raw) != UID_BYTES:
        raise ValueError(f"a UID has {UID_BYTES} bytes, not {len(raw)}: {raw.hex(' ')}")
    return Uid(raw.hex().upper())


def uid_bytes(uid: Uid) -> bytes:
    """The 8 bytes of a Uid, ``E0`` first."""
    return bytes.fromhex(uid)
