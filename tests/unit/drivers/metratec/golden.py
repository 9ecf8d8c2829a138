"""Golden lines of docs/protocols/readers.md, "Golden lines of metraTec readers"."""

from drivers.uid import Uid

SAMPLE = Uid("E0040150338607AE")

ASK_READ = "REQ 2220E0040150338607AE00 CRC D2A9"
ASK_WRITE_AFI = "WRQ 2227E0040150338607AEC2 CRC DF0C"
LINES = (
    "BRK 9977",
    "NCM 85DA",
    "BRA 6407",
    "WAK 5E70",
    "COF 4F5E",
    "OK! 9356",
    "INV 5CBD",
    "E0040150338607AE 979A",
    "IVF 01 D014",
    "IVF 00 C9CC",
    ASK_READ,
    "TDT 5459",
    "0011112222B7DD 68F4",
    "COK FF26",
    "NCL 9C02",
    ASK_WRITE_AFI,
    "0078F0 683D",
    "TNR 73F3",
)
