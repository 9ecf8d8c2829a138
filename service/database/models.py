"""All tables. Points in time are UTC milliseconds, days are local dates of the item's point.

Rows are named by what staff know them by where that is short (points, categories, item types);
numbers stand where a table grows. The ledger gives loans their numbers: it is the only writer.
The index of words, `title_index`, is no table of SQLAlchemy's: service/catalogue/index.py.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    func,
    text,
    true,
)

from service.circulation.words import (
    AttentionKind,
    CardState,
    DueMode,
    HoldState,
    LoanState,
    PointKind,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")
Milliseconds = BigInteger
Code = String(32)
OperationKey = String(32)
ItemNumber = String(64)
# Compared by its bytes in every database, so that what begins with a text is one range.
Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
BytewiseNumber = String(64).with_variant(String(64, collation="C"), "postgresql")
CardNumber = String(64)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """The column holds one of these words and nothing else."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# --- the library: points, calendar, rules ---------------------------------------------------

points = Table(
    "points",
    metadata,
    Column("code", Code, primary_key=True),
    Column("parent", Code, ForeignKey("points.code")),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("time_zone", String(64), nullable=False),
    one_of("kind", PointKind),
)

# A point without rows of its own follows its parent; a point without any is always open.
calendar_weekly = Table(
    "calendar_weekly",
    metadata,
    Column("point", Code, ForeignKey("points.code"), primary_key=True),
    Column("weekday", Integer, primary_key=True),  # 0 is Monday
    Column("closed", Boolean, nullable=False),
    Column("opens", String(5)),  # "07:30", local
    Column("closes", String(5)),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

calendar_exception = Table(
    "calendar_exception",
    metadata,
    Column("id", Number, primary_key=True),
    Column("point", Code, ForeignKey("points.code"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("yearly", Boolean, nullable=False, server_default=false()),
    Column("closed", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    CheckConstraint("first_day <= last_day", name="days"),
)

patron_categories = Table(
    "patron_categories",
    metadata,
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("max_loans", Integer, nullable=False),  # over all points and item types
    Column("needs_guardian", Boolean, nullable=False, server_default=false()),
)

item_types = Table(
    "item_types",
    metadata,
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
)

# NULL means any. `max_loans` counts the open loans that the row's own point and item type describe.
rules = Table(
    "rules",
    metadata,
    Column("id", Number, primary_key=True),
    Column("point", Code, ForeignKey("points.code")),
    Column("category", Code, ForeignKey("patron_categories.code")),
    Column("item_type", Code, ForeignKey("item_types.code")),
    Column("for_loan", Boolean, nullable=False, server_default=true()),
    Column("loan_days", Integer, nullable=False),
    Column("due_mode", String(16), nullable=False, server_default=DueMode.NEXT_OPEN.value),
    Column("max_loans", Integer, nullable=False),
    Column("renewals", Integer, nullable=False),
    Column("renew_from_days_before_due", Integer),  # NULL: at any time
    Column("renew_overdue", Boolean, nullable=False, server_default=false()),
    Column("due_by_card_expiry", Boolean, nullable=False, server_default=true()),
    one_of("due_mode", DueMode),
    CheckConstraint("loan_days > 0 AND max_loans >= 0 AND renewals >= 0", name="numbers"),
)
Index(
    "uq_rules_scope",
    func.coalesce(rules.c.point, ""),
    func.coalesce(rules.c.category, ""),
    func.coalesce(rules.c.item_type, ""),
    unique=True,
)

# --- patrons --------------------------------------------------------------------------------

patrons = Table(
    "patrons",
    metadata,
    Column("id", Number, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("short_name", Text, nullable=False),  # "V. A. MẪU": all that kiosks ever show
    Column("sort_key", Text, nullable=False),
    Column("search_key", Text, nullable=False, index=True),  # without accents, case-folded
    Column("category", Code, ForeignKey("patron_categories.code"), nullable=False),
    Column("point", Code, ForeignKey("points.code"), nullable=False),
    Column("expires", Date, nullable=False),  # the last day on which the card is good
    Column("may_not_borrow", Boolean, nullable=False, server_default=false()),
    Column("may_not_renew", Boolean, nullable=False, server_default=false()),
    Column("pin_hash", Text),
    Column("guardian", Number, ForeignKey("patrons.id")),
)

patron_cards = Table(
    "patron_cards",
    metadata,
    Column("number", CardNumber, primary_key=True),
    Column("patron", Number, ForeignKey("patrons.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False, server_default=CardState.ACTIVE.value),
    one_of("state", CardState),
    Index(
        "uq_patron_cards_active",
        "patron",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

# --- stock ----------------------------------------------------------------------------------

titles = Table(
    "titles",
    metadata,
    Column("id", Number, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("ddc", String(32), nullable=False),
    # Title and author without accents, as far as the eye would compare them.
    Column("search_key", Bytewise, nullable=False, index=True),
    Column("control_number", String(64)),  # of the record that it came with
    Index("uq_titles_control_number", "control_number", unique=True),
)

isbns = Table(
    "isbns",
    metadata,
    Column("isbn", String(13), primary_key=True),
    Column("title", Number, ForeignKey("titles.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# The record that a title came with, without its copies; they stand in `items` alone.
marc_records = Table(
    "marc_records",
    metadata,
    Column("title", Number, ForeignKey("titles.id"), primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", Number, primary_key=True),
    Column("number", BytewiseNumber, nullable=False, unique=True),  # accession number, "TK.00003"
    Column("title", Number, ForeignKey("titles.id"), nullable=False, index=True),
    Column("item_type", Code, ForeignKey("item_types.code"), nullable=False),
    Column("home_point", Code, ForeignKey("points.code"), nullable=False),
    Column("shelf_mark", Text, nullable=False),
    Column("tagged", Boolean, nullable=False),
    Column("parts", Integer, nullable=False, server_default=text("1")),
    Column("not_for_loan", Boolean, nullable=False, server_default=false()),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Column("lost", Boolean, nullable=False, server_default=false()),
    CheckConstraint("parts > 0", name="parts"),
)

# --- circulation ----------------------------------------------------------------------------

stations = Table(
    "stations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("public_key", String(40), nullable=False, unique=True),  # Z85
    Column("name", Text, nullable=False),
    Column("point", Code, ForeignKey("points.code"), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("enrolled_at_ms", Milliseconds, nullable=False),
    Column("revoked_at_ms", Milliseconds),
    Column("last_seen_ms", Milliseconds),
    # Up to here this database has applied everything and the station holds every reply:
    # kept for ever, the operations themselves are forgotten.
    Column("confirmed_through", BigInteger, nullable=False, server_default=text("0")),
    Column("reoffer_awaited", Boolean, nullable=False, server_default=false()),
)

loans = Table(
    "loans",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("item", Number, ForeignKey("items.id"), nullable=False),
    Column("patron", Number, ForeignKey("patrons.id")),  # NULL once made anonymous
    Column("state", String(16), nullable=False),
    Column("opened_at_ms", Milliseconds, nullable=False),
    Column("due", Date, nullable=False),
    Column("closed_at_ms", Milliseconds),
    Column("renewals", Integer, nullable=False, server_default=text("0")),
    Column("rule", Number, ForeignKey("rules.id"), nullable=False),
    # As they were when it was lent: limits count by them, statistics outlive the patron's name.
    Column("category", Code, nullable=False),
    Column("item_type", Code, nullable=False),
    Column("point", Code, nullable=False),
    one_of("state", LoanState),
    CheckConstraint("(state = 'open') = (closed_at_ms IS NULL)", name="closed"),
    Index("ix_loans_item", "item", "opened_at_ms"),
    Index(
        "uq_loans_open_item",
        "item",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_loans_open_patron",
        "patron",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

# Every granted check-out, also "already yours". A loan without an uncancelled claim is void.
claims = Table(
    "claims",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("loan", Number, ForeignKey("loans.id"), nullable=False, index=True),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at_ms", Milliseconds, nullable=False),
    Column("cancelled_at_ms", Milliseconds),
    sqlite_with_rowid=False,
)

# Every check-in, whether it closed a loan or not.
check_ins = Table(
    "check_ins",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("item", Number, ForeignKey("items.id"), nullable=False, index=True),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at_ms", Milliseconds, nullable=False),
    sqlite_with_rowid=False,
)

# A hold is on a title (next copy) or on one item; `trapped` is the copy that was set aside for it.
holds = Table(
    "holds",
    metadata,
    Column("id", Number, primary_key=True),
    Column("title", Number, ForeignKey("titles.id"), nullable=False),
    Column("item", Number, ForeignKey("items.id")),
    Column("patron", Number, ForeignKey("patrons.id"), nullable=False),
    Column("pickup_point", Code, ForeignKey("points.code"), nullable=False),
    Column("state", String(16), nullable=False, server_default=HoldState.QUEUED.value),
    Column("placed_at_ms", Milliseconds, nullable=False),
    Column("trapped", Number, ForeignKey("items.id")),
    Column("filled_by", Number, ForeignKey("loans.id")),  # void again: the hold queues again
    Column("closed_at_ms", Milliseconds),
    one_of("state", HoldState),
    CheckConstraint(
        "(trapped IS NOT NULL) = (state IN ('travelling', 'on-shelf'))", name="trapped"
    ),
    Index(
        "ix_holds_filled_by",
        "filled_by",
        sqlite_where=text("filled_by IS NOT NULL"),
        postgresql_where=text("filled_by IS NOT NULL"),
    ),
    Index(
        "uq_holds_trapped",
        "trapped",
        unique=True,
        sqlite_where=text("trapped IS NOT NULL"),
        postgresql_where=text("trapped IS NOT NULL"),
    ),
    Index(
        "uq_holds_open",
        "title",
        "patron",
        unique=True,
        sqlite_where=text("closed_at_ms IS NULL"),
        postgresql_where=text("closed_at_ms IS NULL"),
    ),
)

# --- exactly once ---------------------------------------------------------------------------

# Forgotten once confirmed; `reply` is the body that was sent.
operations = Table(
    "operations",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Column("applied_at_ms", Milliseconds, nullable=False),
    Index("ix_operations_station_sequence", "station", "sequence"),
)

# Check-outs whose cancel was here first.
withdrawn = Table(
    "withdrawn",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("cancelled_at_ms", Milliseconds, nullable=False),
)

# --- acts that a foreign library system decides ------------------------------------------------

# Given to it and not known to be answered. `is_sent` is written before the first byte leaves.
foreign_acts = Table(
    "foreign_acts",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("is_sent", Boolean, nullable=False),
    Column("arrived_at_ms", Milliseconds, nullable=False),
)

# Check-outs that it granted, until the item is back or they are cancelled.
foreign_claims = Table(
    "foreign_claims",
    metadata,
    Column("operation", OperationKey, primary_key=True),
    Column("item_number", ItemNumber, nullable=False, index=True),
    Column("patron_card", CardNumber, nullable=False),
)

# --- staff and administration ---------------------------------------------------------------

attention = Table(
    "attention",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("item_number", ItemNumber),  # as reported: it need not be in the catalogue
    Column("uid", String(16)),
    Column("operation", OperationKey),
    Column("station", Number, ForeignKey("stations.id"), nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("opened_at_ms", Milliseconds, nullable=False),
    Column("closed_at_ms", Milliseconds),
    Column("closed_by", Text),  # a staff member, or the operation that proved it
    one_of("kind", AttentionKind),
    Index(
        "ix_attention_open_item",
        "item_number",
        sqlite_where=text("closed_at_ms IS NULL"),
        postgresql_where=text("closed_at_ms IS NULL"),
    ),
    Index(
        "ix_attention_open_operation",
        "operation",
        sqlite_where=text("closed_at_ms IS NULL"),
        postgresql_where=text("closed_at_ms IS NULL"),
    ),
)

# The current epoch is the one with the highest number.
epochs = Table(
    "epochs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("epoch", OperationKey, nullable=False, unique=True),
    Column("begun_at_ms", Milliseconds, nullable=False),
    Column("reason", Text, nullable=False),
)

# Written before the copy is made, so that the copy holds at least this much.
backups = Table(
    "backups",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("made_at_ms", Milliseconds, nullable=False),
    Column("retired_at_ms", Milliseconds),
)

backup_stations = Table(
    "backup_stations",
    metadata,
    Column("backup", Number, ForeignKey("backups.id"), primary_key=True),
    Column("station", Number, ForeignKey("stations.id"), primary_key=True),
    Column("through", BigInteger, nullable=False),
)

# What staff and administrators did; acts of patrons stand in loans, claims and check-ins.
events = Table(
    "events",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at_ms", Milliseconds, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
)
