"""Fixed inputs: golden frames, and each input that ever broke something.

A file a target, named as the target. A line is one input: bytes as Python writes them, several
parts joined by ` + `, a part perhaps repeated: `b'IVF ' + 5000 * b'9'`. `#` begins a comment.
"""

from ast import literal_eval
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
GOLDEN = Path("tests/golden")

ANYWHERE = (
    b"",
    b"\0",
    b"\xff" * 300,
    b"\0" * 20_000,
    b"\1" + bytes(range(256)) * 2,
    b"\xff\xfe\xef\xbb\xbf\xc0\x80",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"a." * 5_000,
    b"\0" + b"9" * 9_000 + b"\r\n",
)
"""Tried on every target: empty, endless, nested without end, no text at all."""

FILES = {
    "station configuration": "config/*/*.toml",
    "wire operation": "operations-1.jsonl",
    "wire reply": "replies-1.jsonl",
}
"""Targets whose golden inputs the other tests keep."""


def corpus_of(target: str) -> Sequence[bytes]:
    """All fixed inputs of a target, those for every target last."""
    file = HERE / f"{target}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    own = [_input(line) for line in lines if line and not line.startswith("#")]
    return [*own, *_golden(target), *ANYWHERE]


def _golden(target: str) -> list[bytes]:
    if target not in FILES:
        return []
    files = [file.read_bytes() for file in sorted(GOLDEN.glob(FILES[target]))]
    if FILES[target].endswith(".toml"):
        return files
    return [line for file in files for line in file.splitlines()]


def _input(line: str) -> bytes:
    return b"".join(_part(part) for part in line.split(" + "))


def _part(part: str) -> bytes:
    times, _, literal = part.rpartition(" * ")
    return int(times or 1) * bytes(literal_eval(literal))
