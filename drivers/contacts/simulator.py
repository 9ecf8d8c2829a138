"""A FEIG reader whose inputs and outputs are wired to something that moves."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from drivers.contacts.lines import Names
from drivers.feig_obid.outputs import Output
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import FrameTrace
from drivers.simulators.device import Act
from drivers.simulators.faults import FaultPlan

LR2500 = 44


class Machine(ABC):
    """What hangs on the wires, in its own names. Looked at whenever the reader hears a frame."""

    @abstractmethod
    def closed(self, now: float, outputs: Names) -> Names:
        """The contacts that are closed at the monotonic second `now`, while `outputs` are on."""


class WiredReader(FeigSimulator):
    """`inputs`: contact names, input 1 first; `outputs`: output names, relay 1 first.

    Owner as of FeigSimulator.
    """

    def __init__(
        self,
        machine: Machine,
        inputs: Sequence[str],
        outputs: Sequence[str],
        faults: FaultPlan,
        trace: FrameTrace,
    ) -> None:
        super().__init__((), FeigSimulatorSettings(software_type=LR2500), faults, trace)
        self._machine = machine
        self._inputs = inputs
        self._outputs = dict(zip(WIRED_OUTPUTS, outputs, strict=False))

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        self.look()
        return super().receive(data, at)

    def look(self) -> Names:
        """Let the machine come to now; gives the outputs that are on."""
        on = self.outputs_on()
        closed = self._machine.closed(monotonic(), on)
        numbers = [number for number, name in enumerate(self._inputs, start=1) if name in closed]
        self.reader.active_inputs = frozenset(numbers)
        return on

    def outputs_on(self) -> Names:
        """By the machine's names."""
        lit = self.reader.outputs.lit()
        return frozenset(name for output, name in self._outputs.items() if output in lit)


WIRED_OUTPUTS = (Output.RELAY_1, Output.RELAY_2, Output.RELAY_3, Output.OUT_1, Output.OUT_2)


def wired_settings(
    address: str, inputs: Iterable[str], outputs: Iterable[str]
) -> Mapping[str, Any]:
    """What a driver is told to reach such a machine: the reader's line, and what hangs where."""
    wires = zip(outputs, WIRED_OUTPUTS, strict=False)
    return {
        "lines": {"on": "reader", "path": address},
        "inputs": {name: number for number, name in enumerate(inputs, start=1)},
        "outputs": {name: str(output) for name, output in wires},
    }
