"""A library small enough to see through: one house, one branch, one rule, and facts by name."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

from msgspec.structs import replace

from service.circulation.decide import decide
from service.circulation.desk import Desk
from service.circulation.facts import Deed, Hold, Item, Patron
from service.circulation.opening_days import Calendar
from service.circulation.rules import Point, Policy, Rule
from service.circulation.words import CardState, DueMode, HoldState
from service.protocol.operations import Act
from service.protocol.replies import OutcomeReply

HOUSE = Point("SK", None, "Thư viện tỉnh", "Asia/Ho_Chi_Minh")
BRANCH = Point("SK.01", "SK", "Chi nhánh số 1", "Asia/Ho_Chi_Minh")

FALLBACK = Rule(
    id=1,
    point=None,
    category=None,
    item_type=None,
    for_loan=True,
    loan_days=14,
    due_mode=DueMode.IGNORE,
    max_loans=3,
    renewals=2,
    renew_from_days_before_due=None,
    renew_overdue=False,
    due_by_card_expiry=True,
)

NOON_MS = int(datetime(2026, 3, 2, 5, tzinfo=UTC).timestamp() * 1000)  # 12:00 at HOUSE, a Monday
NOON = date(2026, 3, 2)
DAY_MS = 86_400_000


def policy_of(
    *rules: Rule, calendar: Calendar | None = None, points: Sequence[Point] = (HOUSE, BRANCH)
) -> Policy:
    """The fallback rule and these."""
    return Policy(
        points={point.code: point for point in points},
        rules={rule.scope: rule for rule in (FALLBACK, *rules)},
        calendar=calendar or Calendar({}, {}),
    )


ADULT = Patron(
    id=1,
    category="adult",
    max_loans=5,
    expires=date(2027, 12, 31),
    may_not_borrow=False,
    may_not_renew=False,
    card_state=CardState.ACTIVE,
)
CHILD = replace(ADULT, id=2, category="child")

BOOK = Item(
    id=10,
    number="TK.00010",
    title_id=100,
    title="Chợ phiên ngày sương",
    author="Lò Thị Mẫu",
    item_type="book",
    home_point="SK",
    shelf_mark="895.922",
    not_for_loan=False,
    withdrawn=False,
    lost=False,
)

HOLD = Hold(
    id=1,
    title=BOOK.title_id,
    item=None,
    patron=CHILD.id,
    pickup_point="SK",
    state=HoldState.QUEUED,
    placed_at_ms=NOON_MS - DAY_MS,
    trapped=None,
    filled_by=None,
    closed_at_ms=None,
)

ADULT_CARD, CHILD_CARD = "adult-card", "child-card"


class Day:
    """One desk and its policy; acts are decided and taken in turn, each by its own operation."""

    def __init__(self, policy: Policy | None = None, *items: Item) -> None:
        self.policy = policy or policy_of()
        self.desk = Desk(next_loan=1)
        self.desk.items = {item.number: item for item in (items or (BOOK,))}
        self.desk.patrons = {ADULT_CARD: ADULT, CHILD_CARD: CHILD}
        self.at_ms = NOON_MS
        self._sequence = count(1)

    def do(self, act: Act, *, name: str | None = None, point: str = "SK") -> OutcomeReply:
        """Decide, take, and let a second pass. `name`: the operation's, else its number."""
        sequence = next(self._sequence)
        deed = Deed(name or str(sequence), 1, sequence, point, self.at_ms, act)
        decision = decide(self.desk, self.policy, deed)
        self.desk.take(decision)
        self.desk.owners[deed.operation] = deed.station
        self.at_ms += 1000
        return decision.reply
