"""Whether the service counts as there: from what was said and heard, and when.

Pure: times come in as `now`, monotonic seconds. The rules are docs/protocols/link.md, "Times".
"""

from enum import StrEnum

from msgspec import Struct


class LinkTimes(Struct, frozen=True, forbid_unknown_fields=True):
    """All times of the link in seconds."""

    beat: float = 10.0
    beat_in_session: float = 1.0
    silent: float = 15.0
    silent_in_session: float = 4.0
    answer: float = 4.0
    online_again: float = 10.0
    hello_again: float = 5.0
    try_later: float = 1.0


class LinkState(StrEnum):
    """DOWN: no connection. GREETING: Hello was said. QUIET: proving itself. ONLINE: in use."""

    DOWN = "down"
    GREETING = "greeting"
    QUIET = "quiet"
    ONLINE = "online"


class LinkHealth:
    """`reachable`: patrons are told that the service is there; a short break changes nothing.

    Owner: whoever owns the client.
    """

    def __init__(self, times: LinkTimes) -> None:
        self._times = times
        self.state = LinkState.DOWN
        self.reachable = False
        self._must_prove_itself = False
        self._heard_at = 0.0
        self._greeted_at = 0.0
        self._beat_at = 0.0
        self._proved_at = 0.0
        self._session_since: float | None = None

    @property
    def welcome(self) -> bool:
        """Whether the service knows this connection."""
        return self.state in {LinkState.QUIET, LinkState.ONLINE}

    def heard(self, now: float) -> None:
        """Something came from the service. After a gap it proves itself from the start."""
        if self.state is LinkState.QUIET and now >= self._heard_at + self._times.silent_in_session:
            self._proved_at = now + self._times.online_again
        self._heard_at = now

    def greets(self, now: float) -> None:
        """Hello is being said."""
        self.state = LinkState.GREETING
        self._greeted_at = now

    def welcomed(self, now: float) -> None:
        """Online at once, or after a quiet time when it was offline before."""
        if self._must_prove_itself:
            self._doubt(now)
        else:
            self._go_online()

    def disconnected(self) -> None:
        """Not offline yet: silence decides."""
        self.state = LinkState.DOWN

    def turned_away(self, state: LinkState) -> None:
        """The service does not want this station."""
        self.state = state
        self._go_offline()

    def not_answered(self, now: float) -> None:
        """A message got no reply in time."""
        self._go_offline()
        self._doubt(now)

    def falls_silent(self, now: float, *, in_session: bool) -> bool:
        """True once, when nothing was heard for too long."""
        self._note_session(now, in_session)
        if not self.reachable or now < self._silent_at(in_session=in_session):
            return False
        self._go_offline()
        if self.welcome:
            self._doubt(now)
        return True

    def hello_due(self, now: float) -> bool:
        """Nobody answered the last Hello."""
        return self.state is LinkState.GREETING and now >= self._hello_at()

    def beat_due(self, now: float, *, in_session: bool) -> bool:
        """True when a heartbeat is to be sent now; it then counts as sent."""
        if not self.welcome or now < self._next_beat(in_session=in_session):
            return False
        self._beat_at = now
        return True

    def prove(self, now: float) -> None:
        """Online again once the quiet time has passed and something was heard of late."""
        if self.state is LinkState.QUIET and self._heard_until() > now >= self._proved_at:
            self._go_online()

    def next_deadline(self, *, in_session: bool) -> float | None:
        """When time alone changes something."""
        times = []
        if self.reachable:
            times.append(self._silent_at(in_session=in_session))
        if self.state is LinkState.GREETING:
            times.append(self._hello_at())
        if self.welcome:
            times.append(self._next_beat(in_session=in_session))
        if self.state is LinkState.QUIET and self._proved_at < self._heard_until():
            times.append(self._proved_at)
        return min(times, default=None)

    def _go_online(self) -> None:
        self.state = LinkState.ONLINE
        self.reachable = True
        self._must_prove_itself = False

    def _go_offline(self) -> None:
        self._must_prove_itself |= self.reachable
        self.reachable = False

    def _doubt(self, now: float) -> None:
        self.state = LinkState.QUIET
        self._proved_at = now + self._times.online_again

    def _note_session(self, now: float, in_session: bool) -> None:
        if not in_session:
            self._session_since = None
        elif self._session_since is None:
            self._session_since = now

    def _silent_at(self, *, in_session: bool) -> float:
        """A session counts silence from its own start: before it, heartbeats were far between."""
        idle = self._heard_at + self._times.silent
        if not in_session or self._session_since is None:
            return idle
        since = max(self._heard_at, self._session_since)
        return min(idle, since + self._times.silent_in_session)

    def _hello_at(self) -> float:
        return self._greeted_at + self._times.hello_again

    def _heard_until(self) -> float:
        return self._heard_at + self._times.silent_in_session

    def _next_beat(self, *, in_session: bool) -> float:
        often = in_session or self.state is LinkState.QUIET
        return self._beat_at + (self._times.beat_in_session if often else self._times.beat)
