"""Control numbers, ISBNs and MARC records of titles, and the index of their words.

The index is FTS5 on SQLite and a tsvector on PostgreSQL; it is filled from the titles.
"""

import sqlalchemy as sa
from alembic import op

from service.catalogue.index import fill

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    "CREATE VIRTUAL TABLE title_index USING fts5"
    "(title, author, tokenize = 'ascii', detail = 'column', prefix = '1 2 3')",
    "CREATE TRIGGER title_gone AFTER DELETE ON titles"
    " BEGIN DELETE FROM title_index WHERE rowid = old.id; END",
)
POSTGRESQL = (
    "CREATE TABLE title_index (title BIGINT PRIMARY KEY REFERENCES titles ON DELETE CASCADE,"
    " words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_title_index_words ON title_index USING gin (words)",
    'ALTER TABLE titles ALTER COLUMN search_key TYPE TEXT COLLATE "C"',
    'ALTER TABLE items ALTER COLUMN number TYPE VARCHAR(64) COLLATE "C"',
)


def upgrade() -> None:
    op.add_column("titles", sa.Column("control_number", sa.String(length=64), nullable=True))
    op.create_index("uq_titles_control_number", "titles", ["control_number"], unique=True)
    op.create_table(
        "isbns",
        sa.Column("isbn", sa.String(length=13), nullable=False),
        sa.Column("title", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["title"], ["titles.id"], name="fk_isbns_title"),
        sa.PrimaryKeyConstraint("isbn", "title", name="pk_isbns"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_isbns_title", "isbns", ["title"])
    op.create_table(
        "marc_records",
        sa.Column("title", NUMBER, autoincrement=False, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["titles.id"], name="fk_marc_records_title"),
        sa.PrimaryKeyConstraint("title", name="pk_marc_records"),
    )
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    fill(connection)
