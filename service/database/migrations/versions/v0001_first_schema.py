"""First schema, with the fallback rule that every database has.

There is no way back by migration: an older release needs the backup made before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backups",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("retired_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_backups"),
        sa.UniqueConstraint("name", name="uq_backups_name"),
    )
    op.create_table(
        "epochs",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epochs"),
        sa.UniqueConstraint("epoch", name="uq_epochs_epoch"),
    )
    op.create_table(
        "events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_table(
        "item_types",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_item_types"),
    )
    op.create_table(
        "patron_categories",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("max_loans", sa.Integer(), nullable=False),
        sa.Column("needs_guardian", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_patron_categories"),
    )
    op.create_table(
        "points",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "kind IN ('library', 'branch', 'bus', 'school', 'box')", name=op.f("ck_points_kind")
        ),
        sa.ForeignKeyConstraint(["parent"], ["points.code"], name="fk_points_parent"),
        sa.PrimaryKeyConstraint("code", name="pk_points"),
    )
    op.create_table(
        "titles",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("ddc", sa.String(length=32), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_titles"),
    )
    op.create_index("ix_titles_search_key", "titles", ["search_key"])

    op.create_table(
        "calendar_exception",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("point", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("yearly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_calendar_exception_days")),
        sa.ForeignKeyConstraint(["point"], ["points.code"], name="fk_calendar_exception_point"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_exception"),
    )
    op.create_table(
        "calendar_weekly",
        sa.Column("point", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=True),
        sa.Column("closes", sa.String(length=5), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_calendar_weekly_weekday")),
        sa.ForeignKeyConstraint(["point"], ["points.code"], name="fk_calendar_weekly_point"),
        sa.PrimaryKeyConstraint("point", "weekday", name="pk_calendar_weekly"),
    )
    op.create_table(
        "items",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("title", NUMBER, nullable=False),
        sa.Column("item_type", sa.String(length=32), nullable=False),
        sa.Column("home_point", sa.String(length=32), nullable=False),
        sa.Column("shelf_mark", sa.Text(), nullable=False),
        sa.Column("tagged", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("not_for_loan", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lost", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("parts > 0", name=op.f("ck_items_parts")),
        sa.ForeignKeyConstraint(["home_point"], ["points.code"], name="fk_items_home_point"),
        sa.ForeignKeyConstraint(["item_type"], ["item_types.code"], name="fk_items_item_type"),
        sa.ForeignKeyConstraint(["title"], ["titles.id"], name="fk_items_title"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("number", name="uq_items_number"),
    )
    op.create_index("ix_items_title", "items", ["title"])

    op.create_table(
        "patrons",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("point", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("may_not_borrow", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("may_not_renew", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("guardian", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["category"], ["patron_categories.code"], name="fk_patrons_category"
        ),
        sa.ForeignKeyConstraint(["guardian"], ["patrons.id"], name="fk_patrons_guardian"),
        sa.ForeignKeyConstraint(["point"], ["points.code"], name="fk_patrons_point"),
        sa.PrimaryKeyConstraint("id", name="pk_patrons"),
    )
    op.create_index("ix_patrons_search_key", "patrons", ["search_key"])

    op.create_table(
        "rules",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("point", sa.String(length=32), nullable=True),
        sa.Column("category", sa.String(length=32), nullable=True),
        sa.Column("item_type", sa.String(length=32), nullable=True),
        sa.Column("for_loan", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("loan_days", sa.Integer(), nullable=False),
        sa.Column("due_mode", sa.String(length=16), server_default="next-open", nullable=False),
        sa.Column("max_loans", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("renew_from_days_before_due", sa.Integer(), nullable=True),
        sa.Column("renew_overdue", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("due_by_card_expiry", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint(
            "due_mode IN ('skip-closed', 'next-open', 'ignore')", name=op.f("ck_rules_due_mode")
        ),
        sa.CheckConstraint(
            "loan_days > 0 AND max_loans >= 0 AND renewals >= 0", name=op.f("ck_rules_numbers")
        ),
        sa.ForeignKeyConstraint(["category"], ["patron_categories.code"], name="fk_rules_category"),
        sa.ForeignKeyConstraint(["item_type"], ["item_types.code"], name="fk_rules_item_type"),
        sa.ForeignKeyConstraint(["point"], ["points.code"], name="fk_rules_point"),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
    )
    op.create_table(
        "stations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("point", sa.String(length=32), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("enrolled_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=True),
        sa.Column(
            "confirmed_through", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("reoffer_awaited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["point"], ["points.code"], name="fk_stations_point"),
        sa.PrimaryKeyConstraint("id", name="pk_stations"),
        sa.UniqueConstraint("public_key", name="uq_stations_public_key"),
    )
    op.create_table(
        "attention",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("item_number", sa.String(length=64), nullable=True),
        sa.Column("uid", sa.String(length=16), nullable=True),
        sa.Column("operation", sa.String(length=32), nullable=True),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('tag-unproved', 'lent-still-secured', 'lent-nobody-told', "
            "'returned-nobody-told', 'conflict', 'parked', 'rule-failed')",
            name=op.f("ck_attention_kind"),
        ),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_attention_station"),
        sa.PrimaryKeyConstraint("id", name="pk_attention"),
    )
    op.create_index(
        "ix_attention_open_item",
        "attention",
        ["item_number"],
        sqlite_where=sa.text("closed_at_ms IS NULL"),
        postgresql_where=sa.text("closed_at_ms IS NULL"),
    )
    op.create_index(
        "ix_attention_open_operation",
        "attention",
        ["operation"],
        sqlite_where=sa.text("closed_at_ms IS NULL"),
        postgresql_where=sa.text("closed_at_ms IS NULL"),
    )

    op.create_table(
        "backup_stations",
        sa.Column("backup", NUMBER, nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["backup"], ["backups.id"], name="fk_backup_stations_backup"),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_backup_stations_station"),
        sa.PrimaryKeyConstraint("backup", "station", name="pk_backup_stations"),
    )
    op.create_table(
        "loans",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("item", NUMBER, nullable=False),
        sa.Column("patron", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("renewals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rule", NUMBER, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("item_type", sa.String(length=32), nullable=False),
        sa.Column("point", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at_ms IS NULL)", name=op.f("ck_loans_closed")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'returned', 'lost', 'claimed-returned', 'void')",
            name=op.f("ck_loans_state"),
        ),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_loans_item"),
        sa.ForeignKeyConstraint(["patron"], ["patrons.id"], name="fk_loans_patron"),
        sa.ForeignKeyConstraint(["rule"], ["rules.id"], name="fk_loans_rule"),
        sa.PrimaryKeyConstraint("id", name="pk_loans"),
    )
    op.create_index("ix_loans_item", "loans", ["item", "opened_at_ms"])
    op.create_index(
        "ix_loans_open_patron",
        "loans",
        ["patron"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_loans_open_item",
        "loans",
        ["item"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "holds",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("title", NUMBER, nullable=False),
        sa.Column("item", NUMBER, nullable=True),
        sa.Column("patron", NUMBER, nullable=False),
        sa.Column("pickup_point", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("placed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("trapped", NUMBER, nullable=True),
        sa.Column("filled_by", NUMBER, nullable=True),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(trapped IS NOT NULL) = (state IN ('travelling', 'on-shelf'))",
            name=op.f("ck_holds_trapped"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'travelling', 'on-shelf', 'filled', 'cancelled', 'expired')",
            name=op.f("ck_holds_state"),
        ),
        sa.ForeignKeyConstraint(["filled_by"], ["loans.id"], name="fk_holds_filled_by"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_holds_item"),
        sa.ForeignKeyConstraint(["patron"], ["patrons.id"], name="fk_holds_patron"),
        sa.ForeignKeyConstraint(["pickup_point"], ["points.code"], name="fk_holds_pickup_point"),
        sa.ForeignKeyConstraint(["title"], ["titles.id"], name="fk_holds_title"),
        sa.ForeignKeyConstraint(["trapped"], ["items.id"], name="fk_holds_trapped"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index(
        "uq_holds_open",
        "holds",
        ["title", "patron"],
        unique=True,
        sqlite_where=sa.text("closed_at_ms IS NULL"),
        postgresql_where=sa.text("closed_at_ms IS NULL"),
    )
    op.create_index(
        "ix_holds_filled_by",
        "holds",
        ["filled_by"],
        sqlite_where=sa.text("filled_by IS NOT NULL"),
        postgresql_where=sa.text("filled_by IS NOT NULL"),
    )
    op.create_index(
        "uq_holds_trapped",
        "holds",
        ["trapped"],
        unique=True,
        sqlite_where=sa.text("trapped IS NOT NULL"),
        postgresql_where=sa.text("trapped IS NOT NULL"),
    )

    op.create_table(
        "operations",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("applied_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_operations_station"),
        sa.PrimaryKeyConstraint("operation", name="pk_operations"),
    )
    op.create_index("ix_operations_station_sequence", "operations", ["station", "sequence"])

    op.create_table(
        "patron_cards",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("patron", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'replaced', 'lost')", name=op.f("ck_patron_cards_state")
        ),
        sa.ForeignKeyConstraint(["patron"], ["patrons.id"], name="fk_patron_cards_patron"),
        sa.PrimaryKeyConstraint("number", name="pk_patron_cards"),
    )
    op.create_index("ix_patron_cards_patron", "patron_cards", ["patron"])
    op.create_index(
        "uq_patron_cards_active",
        "patron_cards",
        ["patron"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )

    op.create_table(
        "withdrawn",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("cancelled_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_withdrawn_station"),
        sa.PrimaryKeyConstraint("operation", name="pk_withdrawn"),
    )
    op.create_table(
        "check_ins",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("item", NUMBER, nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_check_ins_item"),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_check_ins_station"),
        sa.PrimaryKeyConstraint("operation", name="pk_check_ins"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_check_ins_item", "check_ins", ["item"])

    op.create_table(
        "claims",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("loan", NUMBER, nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["loan"], ["loans.id"], name="fk_claims_loan"),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_claims_station"),
        sa.PrimaryKeyConstraint("operation", name="pk_claims"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claims_loan", "claims", ["loan"])
    op.create_table(
        "foreign_acts",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("station", NUMBER, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("arrived_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name="fk_foreign_acts_station"),
        sa.PrimaryKeyConstraint("operation", name="pk_foreign_acts"),
    )
    op.create_table(
        "foreign_claims",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("item_number", sa.String(length=64), nullable=False),
        sa.Column("patron_card", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("operation", name="pk_foreign_claims"),
    )
    op.create_index("ix_foreign_claims_item_number", "foreign_claims", ["item_number"])
    op.create_index(
        "uq_rules_scope",
        "rules",
        [
            sa.text("coalesce(point, '')"),
            sa.text("coalesce(category, '')"),
            sa.text("coalesce(item_type, '')"),
        ],
        unique=True,
    )
    op.execute("INSERT INTO rules (loan_days, max_loans, renewals) VALUES (14, 5, 2)")
