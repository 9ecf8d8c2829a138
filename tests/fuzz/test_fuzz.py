"""Every parser on its corpus, and on what becomes of it on a bad line. `make soak` tries longer."""

from collections.abc import Callable, Sequence
from functools import partial
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.barcode_serial.frames import LineSplitter
from drivers.barcodes.heard import Heard
from tests.fuzz.corpus import HERE, corpus_of
from tests.fuzz.streams import split, stream
from tests.fuzz.targets import TARGETS, Target

LONGEST_SECONDS = 2.0
"""For one input; the slowest of all takes a quarter of it on an idle machine."""

EXAMPLES = 25


@pytest.mark.parametrize("name", TARGETS)
def test_no_fixed_input_crashes_or_hangs(name: str) -> None:
    for data in corpus_of(name):
        began = process_time()
        TARGETS[name](data)
        assert process_time() - began < LONGEST_SECONDS, f"slow at {data[:60]!r}"


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
@given(draw=st.data())
def test_no_damaged_input_crashes(name: str, draw: st.DataObject) -> None:
    golden = [data for data in corpus_of(name) if len(data) < 2000]
    TARGETS[name](draw.draw(damaged(st.sampled_from(golden))))


def damaged(inputs: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Inputs after bits were turned, bytes lost, doubled or put in, and two were mixed up."""
    where, noise = st.integers(0, 2000), st.binary(min_size=1, max_size=8)
    hands: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
        st.builds(lambda at, put: partial(_put, at=at, put=put), where, noise),
        st.builds(lambda at, put: partial(_over, at=at, put=put), where, noise),
        st.builds(lambda at, end: partial(_without, at=at, end=end), where, where),
        st.builds(lambda at, other: partial(_then, at=at, other=other), where, inputs),
    )
    return st.builds(_changed, inputs, st.lists(hands, max_size=4)) | st.binary(max_size=80)


def _changed(data: bytes, hands: list[Callable[[bytes], bytes]]) -> bytes:
    for hand in hands:
        data = hand(data)
    return data


def _put(data: bytes, at: int, put: bytes) -> bytes:
    at %= len(data) + 1
    return data[:at] + put + data[at:]


def _over(data: bytes, at: int, put: bytes) -> bytes:
    at %= len(data) + 1
    return data[:at] + put + data[at + len(put) :]


def _without(data: bytes, at: int, end: int) -> bytes:
    first, last = sorted((at % (len(data) + 1), end % (len(data) + 1)))
    return data[:first] + data[last:]


def _then(data: bytes, at: int, other: bytes) -> bytes:
    at %= len(data) + 1
    return data[:at] + other[at:]


def test_every_file_of_the_corpus_belongs_to_a_target() -> None:
    assert {file.stem for file in HERE.glob("*.txt")} <= set(TARGETS)


def test_a_parser_that_keeps_everything_is_noticed() -> None:
    with pytest.raises(AssertionError, match="bytes wait"):
        stream(lambda _buffer, _silent: (0, None), 100)(b"\x10" + bytes(200))


def test_a_splitter_that_keeps_everything_is_noticed() -> None:
    class Hoarder(LineSplitter):
        def feed(self, data: bytes) -> Sequence[Heard]:
            self._begun += data
            return []

    with pytest.raises(AssertionError, match="bytes are kept"):
        split(lambda: Hoarder("line"), 100)(b"\x10" + bytes(200))


def test_an_error_that_no_contract_names_is_noticed() -> None:
    def read(_data: bytes) -> None:
        raise RecursionError

    with pytest.raises(RecursionError):
        Target("planted", read, (ValueError,))(b"")
