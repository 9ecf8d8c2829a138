"""3M and metraTec pads on a pseudo-terminal with two sample books, and their drivers."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from drivers.bibliotheca_3m.driver import BibliothecaReader, BibliothecaSettings
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings
from drivers.metratec.driver import MetratecReader, MetratecSettings
from drivers.metratec.simulator import MetratecSimulator
from drivers.metratec.virtual_reader import MetratecSimulatorSettings
from drivers.simulators.virtual_tags import VirtualTag
from tests.bench.feig_pad import sample_tags
from tests.bench.pad_bench import Pad, pad_on_a_line

BibliothecaPad = Pad[BibliothecaSimulator, BibliothecaReader]
MetratecPad = Pad[MetratecSimulator, MetratecReader]


def bibliotheca_pad(
    folder: Path,
    tags: Sequence[VirtualTag] | None = None,
    device: BibliothecaSimulatorSettings | None = None,
    **settings: Any,  # noqa: ANN401 - settings as in a configuration
) -> AbstractContextManager[BibliothecaPad]:
    return pad_on_a_line(
        folder,
        BibliothecaSimulator(sample_tags() if tags is None else tags, device),
        lambda path, trace: BibliothecaReader(BibliothecaSettings(path=path, **settings), trace),
    )


def metratec_pad(
    folder: Path,
    tags: Sequence[VirtualTag] | None = None,
    device: MetratecSimulatorSettings | None = None,
    **settings: Any,  # noqa: ANN401 - settings as in a configuration
) -> AbstractContextManager[MetratecPad]:
    return pad_on_a_line(
        folder,
        MetratecSimulator(sample_tags() if tags is None else tags, device),
        lambda path, trace: MetratecReader(MetratecSettings(path=path, **settings), trace),
    )
