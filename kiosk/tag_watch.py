"""Tags that lie on the pad while nobody does anything with them: does the tag agree with its loan?

The rules are docs/architecture.md, "Tags that a pad sees". A question is dropped, and with it its
answer, as soon as the tag leaves the pad, something begins on its item, or the epoch changes:
`consider` is called at every step with what may be watched, and forgets everything else. What was
asked before the tag lay there as it lies now is not used (times in monotonic seconds).
Owner: the controller thread.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.tags.security import SecurityState
from drivers.uid import Uid

ASK_AGAIN_SECONDS = 30.0
"""A restored service comes to know after a while; until then the tag is asked about again."""


class Finding(StrEnum):
    """What is to be done about a tag."""

    SECURE = "secure"
    SECURED_AS_WANTED = "secured-as-wanted"
    RELEASED_AS_WANTED = "released-as-wanted"
    LENT_STILL_SECURED = "lent-still-secured"


TABLE: dict[tuple[bool, SecurityState], Finding] = {
    # (a loan is open, the tag is) – an unknown AFI is never taken as secured, nor as released
    (False, SecurityState.SECURED): Finding.SECURED_AS_WANTED,
    (False, SecurityState.RELEASED): Finding.SECURE,
    (False, SecurityState.UNKNOWN): Finding.SECURE,
    (True, SecurityState.RELEASED): Finding.RELEASED_AS_WANTED,
    (True, SecurityState.SECURED): Finding.LENT_STILL_SECURED,
    (True, SecurityState.UNKNOWN): Finding.LENT_STILL_SECURED,
}


@dataclass(frozen=True, slots=True)
class _Watched:
    item: str
    epoch: str
    since: float
    on_loan: bool | None = None
    listed: bool = False
    state: SecurityState | None = None
    done: bool = False
    unknown_since: float | None = None

    def wants_another_question(self, now: float) -> bool:
        """The service did not know yet, a while ago."""
        return self.unknown_since is not None and now >= self.unknown_since + ASK_AGAIN_SECONDS


@dataclass(frozen=True, slots=True)
class Found:
    """One tag whose loan and state are both known. `listed`: staff have an open line about it."""

    uid: Uid
    item: str
    finding: Finding
    listed: bool


class TagWatch:
    """What is known of each watched tag."""

    def __init__(self) -> None:
        self._tags: dict[Uid, _Watched] = {}

    def consider(self, here: dict[Uid, str], epoch: str, now: float) -> dict[Uid, str]:
        """Watch exactly these tags; returns the new ones, to be asked about and read."""
        self._tags = {
            uid: tag
            for uid, tag in self._tags.items()
            if here.get(uid) == tag.item
            and tag.epoch == epoch
            and not tag.wants_another_question(now)
        }
        new = {uid: item for uid, item in here.items() if uid not in self._tags}
        self._tags |= {uid: _Watched(item, epoch, now) for uid, item in new.items()}
        return new

    def loan_known(
        self, item: str, *, asked_at: float, on_loan: bool | None, listed: bool
    ) -> list[Found]:
        """The service's word about an item; None: it does not know yet, nothing is done."""
        asked_about = [
            uid for uid, tag in self._tags.items() if tag.item == item and tag.since <= asked_at
        ]
        unknown = asked_at if on_loan is None else None
        return self._learn(asked_about, on_loan=on_loan, listed=listed, unknown_since=unknown)

    def state_known(self, uid: Uid, state: SecurityState) -> list[Found]:
        """What the tag itself says."""
        return self._learn([uid] if uid in self._tags else [], state=state)

    def _learn(self, uids: list[Uid], **known: object) -> list[Found]:
        found = []
        for uid in uids:
            tag = replace(self._tags[uid], **known)  # type: ignore[arg-type]
            finding = _finding(tag)
            if finding is not None:
                found.append(Found(uid, tag.item, finding, tag.listed))
            self._tags[uid] = replace(tag, done=tag.done or finding is not None)
        return found


def _finding(tag: _Watched) -> Finding | None:
    if tag.done or tag.on_loan is None or tag.state is None:
        return None
    return TABLE[tag.on_loan, tag.state]
