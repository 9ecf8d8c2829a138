"""Saved traces: kept exactly, never over another file, every broken line named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.frame_trace import Direction
from drivers.frame_trace_file import (
    SavedFrame,
    SavedTrace,
    TraceFileProblem,
    TraceHeader,
    load_trace,
    save_trace,
)

HEADER = TraceHeader(
    device="pad", driver="feig_obid", settings={"baud": 38400}, software="muontra 1", saved_at="now"
)
FRAMES = st.lists(
    st.builds(
        SavedFrame,
        at=st.floats(0, 1e6),
        direction=st.sampled_from(Direction),
        hex=st.binary(max_size=40).map(lambda raw: raw.hex(" ").upper()),
        sentence=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    ),
    max_size=5,
)


@given(frames=FRAMES)
def test_what_was_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, frames: list[SavedFrame]
) -> None:
    path = tmp_path_factory.mktemp("trace") / "it"
    trace = SavedTrace(HEADER, tuple(frames))
    save_trace(path, trace)
    assert load_trace(path) == trace
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_file_is_ever_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_text("precious")
    with pytest.raises(TraceFileProblem, match="is there already"):
        save_trace(path, SavedTrace(HEADER, ()))
    assert path.read_text() == "precious"
    with pytest.raises(TraceFileProblem, match="cannot be written"):
        save_trace(tmp_path / "no" / "folder", SavedTrace(HEADER, ()))


GOOD = '{"trace":1,"device":"pad","driver":"x","settings":{},"software":"s","saved_at":"t"}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: no saved trace"),
        ("\xff\x00", "line 1: no saved trace"),
        ('{"trace":2}', "line 1: no saved trace"),
        (f"{GOOD}\n{{}}", "line 2: no frame"),
        (f'{GOOD}\n{{"at":0,"direction":"→","hex":"XY"}}', "line 2: no frame"),
        (f'{GOOD}\n{{"at":0,"direction":"up","hex":""}}', "line 2: no frame"),
        (f'{GOOD}\n{{"at":0,"direction":"→","hex":""}}\n[]', "line 3: no frame"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "it"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TraceFileProblem, match=says):
        load_trace(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TraceFileProblem, match="cannot be read"):
        load_trace(tmp_path / "none")
