"""A virtual reader without its tags: versions, outputs, inputs, configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.feig_obid.commands import SOFTWARE_VERSION, Request
from drivers.feig_obid.models import model_of
from drivers.feig_obid.statuses import OK, PARAMETER_RANGE, UNKNOWN_COMMAND
from drivers.feig_obid.virtual_configuration import VirtualConfiguration
from drivers.feig_obid.virtual_outputs import VirtualOutputs
from drivers.feig_obid.virtual_radio import VirtualRadio
from drivers.simulators import air

BUFFER_SIZES = bytes((1, 0, 1, 0))


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and data of an answer, and the seconds on the air before it."""

    status: int = OK
    data: bytes = b""
    seconds: float = 0.0


Handler = Callable[[Request], Reply]


class VirtualControl:
    """Owner: the thread of the simulator's host. `active_inputs` (numbers from 1) and
    `software_type` may be set from any thread, `outputs` and `configuration` looked at.
    """

    def __init__(
        self, radio: VirtualRadio, *, software_type: int, revision: int, only_new_tags: bool
    ) -> None:
        self.software_type = software_type
        self.outputs = VirtualOutputs()
        self.active_inputs: frozenset[int] = frozenset()
        self.configuration = VirtualConfiguration(only_new_tags=only_new_tags)
        self._radio = radio
        self._revision = revision

    def custom_commands(self) -> bool:
        """Whether this firmware has [B1]."""
        return model_of(self.software_type).abilities.custom_commands(self._revision)

    def control_handlers(self) -> Mapping[str, Handler]:
        """By the name of the command."""
        return {
            "baud detection": lambda _: Reply(data=b"\0"),
            "CPU reset": self._restart,
            "system reset": self._restart,
            "software version": lambda _: Reply(data=self._version()),
            "reader information": lambda _: Reply(data=self._version() + BUFFER_SIZES),
            "RF reset": self._rf_reset,
            "RF output": self._rf_output,
            "set output": self._set_output,
            "set outputs": self._set_outputs,
            "get input": self._get_input,
            "read configuration": self._read_configuration,
            "write configuration": self._write_configuration,
            "save configuration": self._save_configuration,
        }

    def _version(self) -> bytes:
        fields = {
            "revision": self._revision,
            "development": 0,
            "hardware": 0,
            "software": self.software_type,
            "transponders": 0x0018,
        }
        return SOFTWARE_VERSION.answer.pack(fields)

    def _restart(self, _request: Request) -> Reply:
        self.configuration.restart()
        self._tell_radio()
        self._radio.switch(1)
        return Reply()

    def _rf_reset(self, _request: Request) -> Reply:
        """The driver must not count on the antenna that had the field before."""
        self._radio.switch(1)
        return Reply(seconds=air.FIELD_OFF)

    def _rf_output(self, request: Request) -> Reply:
        antenna: int = request.fields["antenna"]
        if antenna > self._radio.antennas:
            return Reply(PARAMETER_RANGE)
        self._radio.switch(antenna)
        return Reply()

    def _set_output(self, request: Request) -> Reply:
        if self._takes_outputs("71"):
            self.outputs.obey_71(request.fields)
            return Reply()
        return Reply(UNKNOWN_COMMAND)

    def _set_outputs(self, request: Request) -> Reply:
        if self._takes_outputs("72"):
            return Reply(OK if self.outputs.obey_72(request.fields) else PARAMETER_RANGE)
        return Reply(UNKNOWN_COMMAND)

    def _takes_outputs(self, form: str) -> bool:
        return model_of(self.software_type).abilities.outputs == form

    def _get_input(self, _request: Request) -> Reply:
        return Reply(data=bytes((sum(1 << number - 1 for number in self.active_inputs),)))

    def _read_configuration(self, request: Request) -> Reply:
        return Reply(*self.configuration.read(request.fields["page"]))

    def _write_configuration(self, request: Request) -> Reply:
        status = self.configuration.write(request.fields["page"], request.fields["parameters"])
        self._tell_radio()
        return Reply(status)

    def _save_configuration(self, request: Request) -> Reply:
        return Reply(self.configuration.save(request.fields["page"]))

    def _tell_radio(self) -> None:
        self._radio.only_new_tags = self.configuration.only_new_tags
