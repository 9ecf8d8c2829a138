"""The queue for a title: the oldest hold comes first, a copy set aside is its hold's alone."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from service.circulation.facts import Hold, Item
from service.circulation.words import HoldState


def in_queue(holds: Iterable[Hold]) -> list[Hold]:
    """Oldest first; of the same moment the one written first."""
    return sorted(holds, key=lambda hold: (hold.placed_at_ms, hold.id))


def trapping(holds: Sequence[Hold], item: Item) -> Hold | None:
    """The hold that this copy was set aside for."""
    return next((hold for hold in holds if hold.trapped == item.id), None)


def first_waiting(holds: Sequence[Hold], item: Item) -> Hold | None:
    """The first hold in the queue that this copy can fill. `holds`: of its title, oldest first."""
    return next((hold for hold in holds if _waits_for(hold, item)), None)


def first_claimant(holds: Sequence[Hold], item: Item) -> Hold | None:
    """Whose turn it is to take this copy home; None when nobody waits for it."""
    return trapping(holds, item) or first_waiting(holds, item)


def _waits_for(hold: Hold, item: Item) -> bool:
    return hold.state is HoldState.QUEUED and hold.item in {None, item.id}


def trapped_at(hold: Hold, item: Item, point: str) -> Hold:
    """The copy is set aside: on the shelf when this is the pick-up point, else on its way."""
    here = hold.pickup_point == point
    state = HoldState.ON_SHELF if here else HoldState.TRAVELLING
    return replace(hold, state=state, trapped=item.id)


def filled(hold: Hold, loan: int, at_ms: int) -> Hold:
    """The patron took the copy home."""
    return replace(hold, state=HoldState.FILLED, trapped=None, filled_by=loan, closed_at_ms=at_ms)


def queued_again(hold: Hold) -> Hold:
    """The loan that filled it is void: the patron has the old place in the queue."""
    return replace(hold, state=HoldState.QUEUED, filled_by=None, closed_at_ms=None)
