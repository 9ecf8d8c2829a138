"""What every device must do, whatever its kind."""

from pathlib import Path
from threading import Event, Thread
from time import monotonic

import msgspec

from drivers.conformance.leaks import leave_nothing_behind
from drivers.conformance.rig import OPEN_SECONDS, Broken, Call, Rig, expect
from drivers.conformance.trial import Check, Trial
from drivers.deadline import Deadline
from drivers.errors import DriverError, PortBusy, PortMissing
from drivers.frame_trace import FrameTrace
from drivers.simulators.faults import Lose
from drivers.simulators.pty_host import PtyHost

SHORT_SECONDS = 0.3
LONG_SECONDS = 10.0
SOON_SECONDS = 1.0
SETTLE_SECONDS = 0.03
"""After a device heard something, the driver waits for its answer."""

ROUNDS = 2


def refuse_unknown_settings(trial: Trial) -> None:
    with trial.rig() as rig:
        settings = rig.settings()
    try:
        msgspec.convert({**settings, "no_such_setting": 1}, trial.driver.settings)
    except msgspec.ValidationError:
        return
    raise Broken("unknown settings are taken without a word: forbid_unknown_fields must be set")


def open_close_and_open_again(trial: Trial) -> None:
    with trial.rig() as rig:
        rig.driver.close()
        rig.connect()
        rig.driver.close()
        rig.driver.close()
        rig.connect()
        for call in rig.calls():
            rig.expect_well(call)


def tell_a_missing_port(trial: Trial) -> None:
    with trial.rig() as rig:
        rig.host.unplug()
        try:
            rig.connect()
        except PortMissing:
            return
        except DriverError as problem:
            raise Broken(f"open raised {type(problem).__name__}, not PortMissing") from problem
        raise Broken("open did not notice that there is nothing to open; PortMissing is required")


def survive_a_second_open(trial: Trial) -> None:
    with trial.rig() as rig:
        rig.connect()
        second = rig.another_driver(FrameTrace())
        refused = _open_quietly(rig, second)
        expect(
            isinstance(refused, PortBusy) or not isinstance(rig.host, PtyHost),
            f"a second open gave {refused!r}, not PortBusy: two programs would share the line",
        )
        rig.expect_well(rig.calls()[-1])


def _open_quietly(rig: Rig, second: object) -> DriverError | None:
    try:
        with rig.watched("a second open", OPEN_SECONDS) as deadline:
            second.open(deadline)  # type: ignore[attr-defined]
    except DriverError as problem:
        return problem
    finally:
        second.close()  # type: ignore[attr-defined]
    return None


def keep_the_deadline_of_a_silent_device(trial: Trial) -> None:
    with trial.rig() as rig:
        names = range(len(rig.calls()))

    def ask(number: int) -> None:
        with trial.rig(hurried=False) as rig:
            call = _about_to_call(rig, number)
            said = _outcome(rig, call, SHORT_SECONDS)
            expect(
                isinstance(said, DriverError) or call.patient,
                f"{call.name} gave an answer, and the device had said nothing",
            )

    trial.each(names, ask)


def _about_to_call(rig: Rig, number: int) -> Call:
    """The device has fallen silent; only `open` is called on a driver that is closed.

    It was open before: what a program imports and draws once is not what is timed.
    """
    rig.connect()
    if not number:
        rig.driver.close()
    rig.plan(Lose(), times=None)
    return rig.calls()[number]


def _outcome(rig: Rig, call: Call, seconds: float) -> bool | DriverError:
    try:
        return rig.make(call, 0, seconds)
    except DriverError as problem:
        return problem


def end_a_call_when_cancelled(trial: Trial) -> None:
    with trial.rig() as rig:
        numbers = range(len(rig.calls()))

    def cancel(number: int) -> None:
        with trial.rig(hurried=False) as rig:
            call = _about_to_call(rig, number)
            late = _seconds_after_cancel(rig, call)
            expect(
                late <= SOON_SECONDS,
                f"{call.name} went on for {late:.1f} s after cancel; it must return soon",
            )
            rig.faults.clear()
            rig.expect_well(call)

    trial.each(numbers, cancel)


def _seconds_after_cancel(rig: Rig, call: Call) -> float:
    """How long a call that waits for a silent device goes on after another thread cancelled it."""
    heard, ended = len(rig.faults.asked), Event()
    cancelled = [0.0]

    def cancel() -> None:
        deadline = Deadline.after(SHORT_SECONDS)
        while len(rig.faults.asked) == heard and not deadline.expired():
            ended.wait(0.005)
        ended.wait(SETTLE_SECONDS)
        cancelled[0] = monotonic()
        if not ended.is_set():
            rig.driver.cancel()

    hand = Thread(target=cancel)
    hand.start()
    _outcome(rig, call, LONG_SECONDS)
    ended_at = monotonic()
    ended.set()
    hand.join()
    return ended_at - cancelled[0]


def come_back_under_another_node_name(trial: Trial) -> None:
    with trial.rig() as rig:
        rig.connect()
        before = Path(rig.host.address).resolve()
        rig.host.unplug()
        for call in rig.calls()[1:]:
            lost = _outcome(rig, call, SHORT_SECONDS)
            expect(
                isinstance(lost, DriverError),
                f"{call.name} gave an answer while the device was unplugged",
            )
        rig.put_right()
        expect(
            not isinstance(rig.host, PtyHost) or Path(rig.host.address).resolve() != before,
            "the simulated device came back under the same node name: the check says nothing",
        )
        for call in rig.calls():
            rig.expect_well(call)


def record_every_frame(trial: Trial) -> None:
    with trial.rig() as rig:
        rig.connect()
        for call in rig.calls():
            rig.expect_well(call)
        frames = rig.trace.frames()
        expect(bool(frames), "the trace stayed empty: what goes over the line is recorded there")
        told = " ".join(f"{frame} {frame.raw.hex()} {frame.raw!r}" for frame in frames).upper()
        for secret in rig.secrets():
            expect(
                secret.upper() not in told,
                "the trace shows what people's cards or codes say; record_masked is required",
            )


CHECKS = (
    Check(
        "unknown-settings",
        "settings that the driver does not know are refused",
        refuse_unknown_settings,
    ),
    Check(
        "open-close",
        "close is harmless twice, and a closed device can be opened again",
        open_close_and_open_again,
    ),
    Check("port-missing", "a device that is not there is told as PortMissing", tell_a_missing_port),
    Check(
        "second-open",
        "a line that is held is told as PortBusy, and its holder works on",
        survive_a_second_open,
    ),
    Check(
        "silent-device",
        "every call keeps its deadline when the device says nothing",
        keep_the_deadline_of_a_silent_device,
    ),
    Check(
        "cancel",
        "a call that waits returns soon when another thread cancels it",
        end_a_call_when_cancelled,
    ),
    Check(
        "another-node",
        "unplugged, every call says so; replugged elsewhere, it works again",
        come_back_under_another_node_name,
    ),
    Check(
        "trace", "frames are recorded, and what people's cards say is masked", record_every_frame
    ),
    Check("leaks", "no thread and no descriptor outlives close", leave_nothing_behind),
)
