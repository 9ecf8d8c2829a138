"""Orders to lights and relays as bytes (docs/protocols/readers.md, "FEIG outputs and inputs")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.feig_obid.commands import Request
from drivers.feig_obid.models import MODELS, Family, model_of
from drivers.feig_obid.outputs import (
    Output,
    OutputForm,
    OutputMode,
    OutputOrder,
    output_requests,
)
from drivers.feig_obid.virtual_outputs import VirtualOutputs

ON, OFF, FLASH = OutputMode.ON, OutputMode.OFF, OutputMode.FLASH


def data_of(request: Request) -> str:
    return request.frame().data.hex(" ").upper()


def test_green_light_for_half_a_second_is_the_golden_frame() -> None:
    (request,) = output_requests([OutputOrder(Output.GREEN, ON, 0.5)], "71")
    assert request.frame().raw.hex(" ").upper() == "0D FF 71 00 01 00 00 00 05 00 00 A8 62"


def test_the_printed_example_of_two_outputs_one_flashing() -> None:
    orders = [OutputOrder(Output.OUT_1, FLASH, 0.5, 4), OutputOrder(Output.OUT_2, ON, 0.5)]
    (request,) = output_requests(orders, "71")
    assert data_of(request).startswith("1C 00 04 00")
    (relay,) = output_requests([OutputOrder(Output.RELAY_1, ON, 1.0)], "71")
    assert data_of(relay) == "40 00 00 00 00 0A 00 0A"


def test_different_times_are_different_frames_of_71_and_one_of_72() -> None:
    orders = [OutputOrder(Output.RED, FLASH, 3.0, 2), OutputOrder(Output.RELAY_1, ON, 1.5)]
    assert len(output_requests(orders, "71")) == 2
    (request,) = output_requests(orders, "72")
    assert data_of(request) == "01 02 22 0B 00 1E 81 01 00 0F"


@pytest.mark.parametrize("seconds", [0.0, 0.04, 6553.5, -1.0])
def test_no_output_stays_on_without_end(seconds: float) -> None:
    with pytest.raises(ValueError, match="6553"):
        output_requests([OutputOrder(Output.GREEN, ON, seconds)], "72")


def test_an_output_that_the_form_has_no_bits_for_is_refused() -> None:
    with pytest.raises(ValueError, match="relay 3"):
        output_requests([OutputOrder(Output.RELAY_3, ON, 1.0)], "71")


orders = st.lists(
    st.builds(
        OutputOrder,
        st.sampled_from([output for output in Output if output[-1] not in "23" or "out" in output]),
        st.sampled_from(OutputMode),
        st.integers(1, 0xFFFE).map(lambda ticks: ticks / 10),
    ),
    unique_by=lambda order: order.output,
)


@given(orders, st.sampled_from(["71", "72"]))
def test_a_reader_lights_what_was_ordered_and_lets_it_fall_back(
    wanted: list[OutputOrder], form: OutputForm
) -> None:
    now = 0.0
    outputs = VirtualOutputs(lambda: now)
    for request in output_requests(wanted, form):
        if form == "71":
            outputs.obey_71(request.fields)
        else:
            assert outputs.obey_72(request.fields)
    assert outputs.lit() == {order.output for order in wanted if order.mode is not OFF}
    now = 7000.0
    assert not outputs.lit()


@given(st.binary(max_size=30), st.integers(0, 255))
def test_any_entries_are_obeyed_whole_or_refused(entries: bytes, count: int) -> None:
    outputs = VirtualOutputs(lambda: 0.0)
    obeyed = outputs.obey_72({"count": count, "outputs": entries})
    assert obeyed or not outputs.lit()


def test_only_old_classic_pro_firmware_has_the_custom_commands() -> None:
    abilities = model_of(80).abilities
    assert abilities.custom_commands(0x0150)
    assert not abilities.custom_commands(0x0205)
    assert model_of(76).abilities.custom_commands(0x0999)


def test_an_unlisted_model_is_named_and_no_name_stands_twice() -> None:
    assert model_of(250).name == "type 250"
    assert model_of(250).family is Family.UNKNOWN
    assert len({model.name for model in MODELS.values()}) == len(MODELS)
