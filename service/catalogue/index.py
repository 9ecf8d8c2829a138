"""The index of words: written in the transaction that writes the title (docs/catalogue.md).

On SQLite an FTS5 table, on PostgreSQL a column of weighted words. Both are given the same words,
so that the database has nothing to say about how Vietnamese is read.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from service.catalogue.spelling import index_words
from service.vietnamese import search_key

AT_ONCE = 500
LONGEST_KEY = 160

TITLE, AUTHOR = "A", "B"
"""Weights of PostgreSQL's words: in which column a word stands."""

_KEEP = {
    "sqlite": text(
        "INSERT OR REPLACE INTO title_index (rowid, title, author)"
        " VALUES (:number, :title, :author)"
    ),
    "postgresql": text(
        "INSERT INTO title_index (title, words)"
        " VALUES (:number, CAST(:title AS tsvector) || CAST(:author AS tsvector))"
        " ON CONFLICT (title) DO UPDATE SET words = excluded.words"
    ),
}
_AFTER = text("SELECT id, title, author FROM titles WHERE id > :after ORDER BY id LIMIT :many")
_KEY = text("UPDATE titles SET search_key = :key WHERE id = :number AND search_key <> :key")

Named = tuple[int, str, str]
"""Number, title and author."""


def key_of(title: str, author: str) -> str:
    """What stands in `titles.search_key`."""
    return search_key(f"{title} {author}")[:LONGEST_KEY]


def keep(connection: Connection, titles: Iterable[Named]) -> None:
    """These titles are new, or have another title or author."""
    dialect = connection.dialect.name
    rows = [
        {
            "number": number,
            "title": _content(dialect, title, TITLE),
            "author": _content(dialect, author, AUTHOR),
        }
        for number, title, author in titles
    ]
    if rows:
        connection.execute(_KEEP[dialect], rows)


def _content(dialect: str, words: str, weight: str) -> str:
    found = index_words(words)
    if dialect == "sqlite":
        return " ".join(found)
    return " ".join(f"'{word}':1{weight}" for word in found)


def fill(connection: Connection) -> None:
    """All titles there are."""
    last: int | None = 0
    while last is not None:
        last = refresh(connection, last)


def refresh(connection: Connection, after: int) -> int | None:
    """The next titles after this number; their last, or None when there are no more."""
    rows: Sequence[Named] = [
        (number, title, author)
        for number, title, author in connection.execute(_AFTER, {"after": after, "many": AT_ONCE})
    ]
    if not rows:
        return None
    connection.execute(_KEY, [{"key": key_of(t, a), "number": n} for n, t, a in rows])
    keep(connection, rows)
    return rows[-1][0]
