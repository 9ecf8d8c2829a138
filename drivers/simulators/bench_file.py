"""A bench in a file: its devices, and the books and cards that lie beside it.

books = "books.jsonl"          # beside the file; one item a line

[[device]]
name = "pad"
driver = "feig_obid"
options = { baud = 38400, keeps_wire_time = true }

[[item]]
name = "VV.00001"
title = "Dế Mèn phiêu lưu ký"
tag = { uid = "E004015000000001", afi = 7 }
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from drivers.simulators.bench_protocol import BenchDevice, BenchItem
from drivers.simulators.placed_device import NotOnThisDesk


class BenchFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device` and `item` may be repeated; items of the file `books` come first."""

    device: Sequence[BenchDevice]
    item: Sequence[BenchItem] = ()
    books: str = ""


def load_bench(path: Path) -> BenchFile:
    """Read a file, with its books. Raises NotOnThisDesk with what is wrong in it."""
    try:
        bench = bench_in(path.read_bytes(), path)
        books = items_in(path.parent / bench.books) if bench.books else []
    except OSError as problem:
        raise NotOnThisDesk(f"{problem.filename} cannot be read: {problem.strerror}") from problem
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise NotOnThisDesk(f"{path}: {problem}") from problem
    return msgspec.structs.replace(bench, item=[*books, *bench.item], books="")


def bench_in(data: bytes, path: Path) -> BenchFile:
    """What the bytes of a file say, without its books. Raises NotOnThisDesk."""
    try:
        return msgspec.toml.decode(data, type=BenchFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise NotOnThisDesk(f"{path}: {problem}") from problem


def items_in(books: Path) -> list[BenchItem]:
    """Books and cards, one JSON object a line. Raises OSError or msgspec.DecodeError."""
    lines = [line for line in books.read_bytes().splitlines() if line.strip()]
    return [msgspec.json.decode(line, type=BenchItem) for line in lines]
