"""Promises 1 and 2 through kills at every named step (docs/architecture.md, "After a crash")."""

import pytest

from kiosk.crash_points import CrashPoint as KioskPoint
from service.crash_points import CrashPoint as ServicePoint
from tests.system.conftest import MakeRig
from tests.system.crash_rig import CrashRig
from tests.system.rig import Rig

KILLS = 50
SEED = 20261122

PLANTED_AND_CUT = [
    ("cancel-rule-off", KioskPoint.GRANT_COMMITTED, KioskPoint.REPLY_BEFORE_COMMIT),
    ("journal-off", KioskPoint.TAG_WRITTEN, KioskPoint.PROVED_BEFORE_COMMIT),
    ("list-off", KioskPoint.PROVED_BEFORE_DRAWN, KioskPoint.TAG_WRITTEN),
]


def test_every_step_is_cut_and_no_act_is_lost_or_doubled(rig: Rig) -> None:
    crash = CrashRig(rig, SEED)
    crash.every_step()
    assert crash.verdict() == []
    assert [p.value for p in (*KioskPoint, *ServicePoint) if not crash.cuts[p.value]] == []


def test_fifty_kills_at_steps_drawn_by_chance_keep_both_promises(rig: Rig) -> None:
    crash = CrashRig(rig, SEED)
    crash.sample(KILLS)
    assert crash.verdict() == []
    assert sum(crash.cuts.values()) > KILLS // 2


@pytest.mark.parametrize(("planted", "first", "second"), PLANTED_AND_CUT)
def test_the_rig_catches_a_planted_fault(
    make_rig: MakeRig, planted: str, first: KioskPoint, second: KioskPoint
) -> None:
    rig = make_rig(planted)
    rig.service.start()
    crash = CrashRig(rig, SEED)
    for step in (first, second) * 3:
        crash.round(step)
    assert crash.verdict(seconds=3) != []
