"""Configuration files as people write them: every mistake told, all at once, with its line.

The broken files and what is said of each lie in tests/golden/config/broken.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import ConfigurationError, load_config, parse_config

GOLDEN = Path(__file__).parents[2] / "golden" / "config"
BROKEN = sorted(GOLDEN.glob("broken/*.toml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_mistake_of_a_file_is_told_with_its_line_and_the_nearest_name(path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load_config(path)
    told = [problem.replace(str(path), path.name) for problem in refusal.value.problems]
    assert told == path.with_suffix(".problems").read_text(encoding="utf-8").splitlines()


ADVICE = re.compile(r"did you mean|is missing; add|is missing: .+; add|; \S+")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_no_mistake_is_told_without_its_line_and_what_to_write(path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load_config(path)
    for problem in refusal.value.problems:
        where, _, what = problem.partition(": ")
        assert re.search(r"line [1-9]\d*$", where), problem
        assert ADVICE.search(what), problem
        assert "`" not in what, problem


def test_the_corpus_is_whole() -> None:
    assert len(BROKEN) >= 40
    assert {path.stem for path in GOLDEN.glob("broken/*.problems")} == {p.stem for p in BROKEN}


def test_every_key_is_taken_as_it_is_written() -> None:
    config = load_config(GOLDEN / "good" / "whole.toml")
    assert config.station.name == "Máy mượn trả 1"
    pad, scanner = config.device
    assert pad.settings == {"path": "/dev/muontra/pad", "baud": 115200}
    assert (pad.called, pad.poll_seconds, scanner.called) == ("pad", 0.5, "scanner")
    assert config.policy.patron_idle_seconds == 90.0
    assert config.policy.card_pattern == r"\d{10}"
    assert (config.tags.afi_secured, config.tags.afi_released) == ("9e", "C2")
    assert (config.link.beat_seconds, config.storage.low_water_mib) == (5.0, 64)
    assert config.screen.theme == "dark"


@pytest.mark.parametrize("name", ["smallest", "windows-editor"])
def test_a_small_file_is_enough_whoever_wrote_it(name: str) -> None:
    config = load_config(GOLDEN / "good" / f"{name}.toml")
    assert config.station.isil == "VN-LC"
    assert config.policy.patron_idle_seconds == 60.0


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read: No such file.*; check its name"):
        load_config(tmp_path / "station.toml")


def test_a_number_that_is_only_nearly_one_of_the_choices_is_told() -> None:
    whole = (GOLDEN / "good" / "smallest.toml").read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"must be one of .*, found 100\.0; did you mean"):
        parse_config(f"{whole}[screen]\ntext_percent = 100.0\n")


def test_a_file_of_brackets_only_is_told() -> None:
    with pytest.raises(ConfigurationError):
        parse_config("x = " + "[" * 5000)


WORDS = (
    "[station] [[device]] [device.settings] [device] [tags] [link] name driver settings language"
)
SIGNS = 'afi_secured beat_seconds = "x" 1 0.5 true { } [ ] , . # "'
words = st.sampled_from([*WORDS.split(), *SIGNS.split(), "\n", " ", "'''"])


@given(st.lists(words, max_size=40).map("".join) | st.text(max_size=60))
def test_whatever_a_file_holds_it_is_a_configuration_or_a_list_of_problems(text: str) -> None:
    try:
        parse_config(text)
        problems = ["configuration"]
    except ConfigurationError as refusal:
        problems = refusal.problems
    assert problems
    assert all(problem.startswith("configuration") for problem in problems)
