"""PINs: argon2id hashes, and a brake on guessing.

The brake is kept in memory: it slows a guesser down and is no record. Written to the database,
each wrong try would let a thief cause durable writes; a restart forgives at most five tries.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest setting for argon2id: about 50 ms of one core, so that a visit to the account
# is not felt and 10,000 PINs still cost a thief of the database eight minutes each.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_pin(pin: str) -> str:
    """A salted argon2id hash, its parameters included."""
    return _hasher.hash(pin)


def pin_matches(hashed: str, pin: str) -> bool:
    """Slow on purpose, so for worker threads only. A hash that cannot be read matches nothing."""
    try:
        return _hasher.verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True, slots=True)
class _Tries:
    count: int
    last: float


class GuessBrake:
    """After `wrong` tries without success nothing is tried for `seconds`. Owner: the link thread.

    A try counts from its beginning, so that guesses sent all at once gain nothing.
    """

    def __init__(self, wrong: int = 5, seconds: float = 300.0) -> None:
        self._wrong = wrong
        self._seconds = seconds
        self._tries: OrderedDict[Hashable, _Tries] = OrderedDict()

    def admits(self, who: Hashable, now: float) -> bool:
        """Whether a try may begin; it counts as wrong until said otherwise."""
        self._forget_old(now)
        before = self._tries.get(who, _Tries(0, now))
        if before.count >= self._wrong:
            return False
        self._tries[who] = _Tries(before.count + 1, now)
        self._tries.move_to_end(who)
        return True

    def right(self, who: Hashable) -> None:
        """A try of `who` succeeded: the wrong ones before it are forgiven."""
        self._tries.pop(who, None)

    def not_wrong(self, who: Hashable) -> None:
        """A try of `who` was no wrong one after all; the others still count."""
        before = self._tries.get(who)
        if before is not None:
            self._tries[who] = _Tries(before.count - 1, before.last)

    def _forget_old(self, now: float) -> None:
        while self._tries:
            oldest = next(iter(self._tries))
            if now - self._tries[oldest].last < self._seconds:
                return
            del self._tries[oldest]
