"""Which line does what: checked with the configuration, before anything is opened."""

from collections.abc import Mapping
from typing import TypeVar, cast

from drivers.contacts.gpio_lines import GpioLines, GpioSettings
from drivers.contacts.lines import DigitalLines
from drivers.contacts.reader_lines import ReaderLines, ReaderLinesSettings
from drivers.feig_obid.outputs import Output
from drivers.frame_trace import FrameTrace

Lines = GpioSettings | ReaderLinesSettings
Input = TypeVar("Input", bound=str)
Switched = TypeVar("Switched", bound=str)

READER_INPUTS = range(1, 9)
HEADER_PINS = range(28)


def check_wiring(
    lines: Lines, inputs: Mapping[Input, int], outputs: Mapping[Switched, int | str]
) -> None:
    """Raises ValueError with a sentence that names the line which cannot be."""
    on_gpio = isinstance(lines, GpioSettings)
    numbers = HEADER_PINS if on_gpio else READER_INPUTS
    for name, number in inputs.items():
        if number not in numbers:
            raise ValueError(f"input {name}: {number} is none of {numbers[0]} … {numbers[-1]}")
    for switched, output in outputs.items():
        known = output in HEADER_PINS if on_gpio else output in set(Output)
        if not known:
            wanted = "a pin number" if on_gpio else f"one of {', '.join(Output)}"
            raise ValueError(f"output {switched}: {output!r} is not {wanted}")
    used = [*inputs.values(), *outputs.values()] if on_gpio else [*inputs.values()]
    if len(set(used)) < len(used) or len(set(outputs.values())) < len(outputs):
        raise ValueError("two names share one line; give each its own")


def wire(
    lines: Lines,
    inputs: Mapping[Input, int],
    outputs: Mapping[Switched, int | str],
    trace: FrameTrace,
) -> DigitalLines:
    """The lines of a wiring that has been checked."""
    numbers = {str(name): number for name, number in inputs.items()}
    if isinstance(lines, GpioSettings):
        pins = {str(name): cast("int", pin) for name, pin in outputs.items()}
        return GpioLines(lines, numbers, pins, trace)
    named = {str(name): Output(str(output)) for name, output in outputs.items()}
    return ReaderLines(lines, numbers, named, trace)
