"""The theft-security state of a tag: what its AFI means in this library.

The values in use and how sure they are: docs/protocols/tags.md, "AFI".
"""

from dataclasses import dataclass
from enum import StrEnum


class SecurityState(StrEnum):
    """What a gate would do. UNKNOWN is shown to staff and never taken as secured."""

    SECURED = "secured"
    RELEASED = "released"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LibraryProfile:
    """The two AFI values of a library. Raises ValueError when they are no two different bytes."""

    afi_secured: int = 0x07
    afi_released: int = 0xC2

    def __post_init__(self) -> None:
        for name, afi in (("afi_secured", self.afi_secured), ("afi_released", self.afi_released)):
            if not 0 <= afi <= 0xFF:
                raise ValueError(f"{name} must be one byte, 0x00 to 0xFF, not {afi:#x}")
        if self.afi_secured == self.afi_released:
            raise ValueError(
                f"afi_secured and afi_released must differ, both are {self.afi_secured:#04x}"
            )

    def state_of(self, afi: int | None) -> SecurityState:
        """The state that an AFI read from a tag stands for; None = the chip tells no AFI."""
        if afi == self.afi_secured:
            return SecurityState.SECURED
        if afi == self.afi_released:
            return SecurityState.RELEASED
        return SecurityState.UNKNOWN

    def afi_for(self, state: SecurityState) -> int:
        """The AFI to write. Raises ValueError for UNKNOWN, which nobody writes."""
        match state:
            case SecurityState.SECURED:
                return self.afi_secured
            case SecurityState.RELEASED:
                return self.afi_released
            case SecurityState.UNKNOWN:
                raise ValueError("an unknown security state cannot be written")
