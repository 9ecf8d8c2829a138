"""Golden frames of docs/protocols/readers.md, "Golden frames": requests, answers, and their data.

The sample tag is an ICODE SLIX with UID E0 04 01 50 33 86 07 AE.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from drivers.uid import Uid

SAMPLE = Uid("E0040150338607AE")

MEMORY = bytes.fromhex(
    "11 01 01 31 30 30 33 30 31 31 38 36 30 39 37 36 "
    "30 30 32 2F B0 4E 4F 30 32 30 33 30 30 30 30 00"
)
LINE_BLOCKS = bytes.fromhex(
    "31 01 01 11 30 33 30 30 36 38 31 31 36 37 39 30 "
    "2F 32 30 30 30 4F 4E B0 30 33 30 32 00 30 30 30"
)


class GoldenRequest(NamedTuple):
    command: str
    frame: str
    fields: Mapping[str, Any] = {}
    uid: Uid | None = None
    mode: int = 0


REQUESTS = (
    GoldenRequest("read buffer", "07 FF 22 00 05 A8 24", {"sets": 5}),
    GoldenRequest("buffer information", "05 FF 31 44 DF"),
    GoldenRequest("clear buffer", "05 FF 32 DF ED"),
    GoldenRequest("baud detection", "06 FF 52 00 0F 6E", {"zero": 0}),
    GoldenRequest("CPU reset", "05 FF 63 D3 AE"),
    GoldenRequest("software version", "05 FF 65 E5 CB"),
    GoldenRequest("reader information", "06 FF 66 00 CD BF", {"what": 0}),
    GoldenRequest("RF reset", "05 FF 69 89 01"),
    GoldenRequest("RF output", "06 FF 6A 01 E4 07", {"antenna": 1}),
    GoldenRequest("RF output", "06 FF 6A 00 6D 16", {"antenna": 0}),
    GoldenRequest(
        "set output",
        "0D FF 71 00 01 00 00 00 05 00 00 A8 62",
        {"state": 0x0001, "frequency": 0x0000, "light_time": 0x0005, "output_time": 0x0000},
    ),
    GoldenRequest("get input", "05 FF 74 ED CA"),
    GoldenRequest("read configuration", "06 FF 80 01 0D 13", {"page": 1}),
    GoldenRequest("inventory", "07 FF B0 01 00 1C 56"),
    GoldenRequest("inventory", "07 FF B0 01 80 14 D2", mode=0x80),
    GoldenRequest("stay quiet", "0F FF B0 02 01 E0 04 01 50 33 86 07 AE 4E EA", uid=SAMPLE),
    GoldenRequest(
        "read blocks",
        "11 FF B0 23 01 E0 04 01 50 33 86 07 AE 00 08 F4 FD",
        {"first": 0, "count": 8},
        SAMPLE,
    ),
    GoldenRequest(
        "write blocks",
        "32 FF B0 24 01 E0 04 01 50 33 86 07 AE 00 08 04 31 01 01 11 30 33 30 30 36 38 31 31 36 37 "
        "39 30 2F 32 30 30 30 4F 4E B0 30 33 30 32 00 30 30 30 5B F3",
        {"first": 0, "count": 8, "size": 4, "blocks": LINE_BLOCKS},
        SAMPLE,
    ),
    GoldenRequest("select", "0F FF B0 25 01 E0 04 01 50 33 86 07 AE 0E 82", uid=SAMPLE),
    GoldenRequest("reset to ready", "0F FF B0 26 01 E0 04 01 50 33 86 07 AE 67 F6", uid=SAMPLE),
    GoldenRequest("reset to ready", "07 FF B0 26 00 27 38"),
    GoldenRequest(
        "write AFI", "10 FF B0 27 01 E0 04 01 50 33 86 07 AE 07 52 7F", {"afi": 0x07}, SAMPLE
    ),
    GoldenRequest(
        "write AFI", "10 FF B0 27 01 E0 04 01 50 33 86 07 AE C2 F3 EE", {"afi": 0xC2}, SAMPLE
    ),
    GoldenRequest(
        "write DSFID", "10 FF B0 29 01 E0 04 01 50 33 86 07 AE 3E CD 9A", {"dsfid": 0x3E}, SAMPLE
    ),
    GoldenRequest("set EAS", "10 FF B1 04 A2 01 E0 04 01 50 33 86 07 AE 18 1B", uid=SAMPLE),
    GoldenRequest("EAS alarm", "08 FF B1 04 A5 00 73 13"),
    GoldenRequest("system information", "0F FF B0 2B 01 E0 04 01 50 33 86 07 AE F5 03", uid=SAMPLE),
)

VERSION = "0D 00 65 00 02 05 00 00 50 00 18 11 18"
RESET_DONE = "06 00 69 00 F6 FA"
NO_TAG = "06 00 B0 01 5C 63"
ONE_TAG = "11 00 B0 00 01 03 00 E0 04 01 50 33 86 07 AE 3C 95"
TWO_TAGS = "1B 00 B0 00 02 03 00 E0 04 01 50 33 86 07 AE 03 00 E0 04 01 00 11 22 33 44 37 6A"
EIGHT_BLOCKS = (
    "30 00 B0 00 08 04 00 31 01 01 11 00 30 33 30 30 00 36 38 31 31 00 36 37 39 30 00 2F 32 30 30 "
    "00 30 4F 4E B0 00 30 33 30 32 00 00 30 30 30 09 97"
)
SYSTEM_INFORMATION = "13 00 B0 00 3E E0 04 01 50 33 86 07 AE C2 03 1B 01 66 1A"
DONE = "06 00 B0 00 D5 72"
REFUSED_LOCKED = "07 00 B0 95 12 60 DE"
WRITE_ERROR_BLOCK_5 = "07 00 B0 03 05 D3 F7"

ANSWERS = (
    VERSION,
    RESET_DONE,
    NO_TAG,
    ONE_TAG,
    TWO_TAGS,
    EIGHT_BLOCKS,
    SYSTEM_INFORMATION,
    DONE,
    REFUSED_LOCKED,
    WRITE_ERROR_BLOCK_5,
)

ADVANCED_INVENTORY = "02 00 09 FF B0 01 00 18 43"
ADVANCED_NO_TAG = "02 00 08 00 B0 01 19 CE"
ADVANCED_VERSION = "02 00 07 FF 65 6E 61"

ADVANCED = (ADVANCED_INVENTORY, ADVANCED_NO_TAG, ADVANCED_VERSION)
