"""What the search stands on, beside the rows of the index: made by a migration, kept by the database.

PostgreSQL: an index of all runs of three letters (pg_trgm); without that extension, of words.
SQLite: a table of FTS5 with the same, and triggers that keep it; without trigrams, of words.

A migration that makes one of these tables anew on SQLite loses its triggers: it calls `build` again.
"""

import logging
from enum import StrEnum

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from inbox.models import IndexedAmbassador, IndexedChatroom

log = logging.getLogger(__name__)


class Means(StrEnum):
    """How texts can be searched: each knows less than the one before."""

    TRIGRAMS = "trigrams"  # three letters anywhere in a word
    BEGINNINGS = "beginnings"  # the beginnings of words
    NUMBERS = "numbers"  # not at all: conversations are found by their numbers


MODELS: tuple[type[Model], ...] = (IndexedChatroom, IndexedAmbassador)
KINDS = (Means.TRIGRAMS, Means.BEGINNINGS)
LONGEST = 40
"""Letters of a word that count in PostgreSQL's index of words: it can't hold very long ones."""
VECTOR = (
    "array_to_tsvector(array_remove(string_to_array(translate("
    rf"regexp_replace(search, '([^ \n]{{{LONGEST}}})[^ \n]+', '\1', 'g')"
    ", E'\\n', ' '), ' '), ''))"
)
"""The words as they are. PostgreSQL's own way of finding words depends on its locale."""
COLUMNS = {
    Means.TRIGRAMS: "brand_id, search gin_trgm_ops",
    Means.BEGINNINGS: f"({VECTOR})",
}
TOKENS = {
    Means.TRIGRAMS: "tokenize='trigram case_sensitive 1'",
    Means.BEGINNINGS: "tokenize='unicode61 remove_diacritics 0', prefix='2 3'",
}
TRIGGERS = ("insert", "update", "delete")


def means(model: type[Model] = IndexedChatroom) -> Means:
    """What is there to search the texts of these rows."""
    there = _found_in(connection, model)
    return next((kind for kind in KINDS if name(model, kind) in there), Means.NUMBERS)


def name(model: type[Model], kind: Means) -> str:
    """Of PostgreSQL's index, or of SQLite's table."""
    return f"{model._meta.db_table}_{kind}"


def build(database: BaseDatabaseWrapper) -> Means:
    """Make the best that this database allows; returns what it is. On SQLite it is made anew.

    On PostgreSQL nobody waits for it; it can't run in a transaction.
    """
    if database.vendor == "postgresql":
        return _build_on_postgres(database)
    return _build_on_sqlite(database)


def remove(database: BaseDatabaseWrapper) -> None:
    """Take all of it away; extensions stay."""
    for kind in KINDS:
        if database.vendor == "postgresql":
            _drop_indexes(database, kind)
        else:
            _drop_tables(database, kind)


# PostgreSQL


def _build_on_postgres(database: BaseDatabaseWrapper) -> Means:
    try:
        _run(database, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        _run(database, "CREATE EXTENSION IF NOT EXISTS btree_gin")
        _make_indexes(database, Means.TRIGRAMS)
    except DatabaseError as failure:
        reason = type(failure.__cause__ or failure).__name__
        log.warning(
            "PostgreSQL refuses trigrams (%s): the search finds beginnings of words.", reason
        )
        _make_indexes(database, Means.BEGINNINGS)
        _drop_indexes(database, Means.TRIGRAMS)
        return Means.BEGINNINGS
    _drop_indexes(database, Means.BEGINNINGS)
    return Means.TRIGRAMS


def _make_indexes(database: BaseDatabaseWrapper, kind: Means) -> None:
    """Make what is missing, or was left half made."""
    for model in MODELS:
        index, table = name(model, kind), model._meta.db_table
        if index in _found_in(database, model):
            continue
        _run(
            database,
            f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
            f"CREATE INDEX CONCURRENTLY {index} ON {table} USING gin ({COLUMNS[kind]}) "
            "WITH (fastupdate = off)",
        )


def _drop_indexes(database: BaseDatabaseWrapper, kind: Means) -> None:
    for model in MODELS:
        _run(database, f"DROP INDEX CONCURRENTLY IF EXISTS {name(model, kind)}")


# SQLite


def _build_on_sqlite(database: BaseDatabaseWrapper) -> Means:
    remove(database)
    for kind in KINDS:
        try:
            with transaction.atomic(using=database.alias):
                for model in MODELS:
                    _make_table(database, model, kind)
        except OperationalError as failure:
            if "no such" not in str(failure):  # tokenizer, or module
                raise
        else:
            break
    else:
        kind = Means.NUMBERS
    if kind != Means.TRIGRAMS:
        log.warning("This SQLite knows no trigrams: the search finds %s alone.", kind)
    return kind


def _make_table(database: BaseDatabaseWrapper, model: type[Model], kind: Means) -> None:
    """Make it and its triggers, and fill it. It keeps no text: a row goes by naming what it held."""
    words, table = name(model, kind), model._meta.db_table
    old, new, held = spaced("old"), spaced("new"), spaced("held")
    into = f"INSERT INTO {words} (rowid, words)"
    note = f"{into} SELECT new.id, {new} WHERE new.search <> ''"
    forget = (
        f"INSERT INTO {words} ({words}, rowid, words) "
        f"SELECT 'delete', old.id, {old} WHERE old.search <> ''"
    )
    has_changed = "(old.id, old.search) <> (new.id, new.search)"
    changes = f"AFTER UPDATE OF id, search ON {table} WHEN {has_changed}"
    _run(
        database,
        f"CREATE VIRTUAL TABLE {words} USING fts5 (words, content='', {TOKENS[kind]})",
        f"CREATE TRIGGER {words}_insert AFTER INSERT ON {table} BEGIN {note}; END",
        f"CREATE TRIGGER {words}_delete AFTER DELETE ON {table} BEGIN {forget}; END",
        f"CREATE TRIGGER {words}_update {changes} BEGIN {forget}; {note}; END",
        f"{into} SELECT id, {held} FROM {table} AS held WHERE search <> ''",  # noqa: S608 - names of ours
    )


def _drop_tables(database: BaseDatabaseWrapper, kind: Means) -> None:
    for model in MODELS:
        words = name(model, kind)
        _run(database, *(f"DROP TRIGGER IF EXISTS {words}_{event}" for event in TRIGGERS))
        if words in _tables(database):
            _run(database, f"DROP TABLE {words}")


def spaced(row: str) -> str:
    """The row's words on SQLite, each with a blank before it."""
    return f"' ' || replace({row}.search, char(10), ' ')"


# What is there


def _found_in(database: BaseDatabaseWrapper, model: type[Model]) -> set[str]:
    """The names of what is there whole."""
    table = model._meta.db_table
    if database.vendor == "postgresql":
        return _names(
            database,
            "SELECT one.relname FROM pg_index AS it JOIN pg_class AS one ON one.oid = it.indexrelid "
            "WHERE it.indrelid = to_regclass(%s) AND it.indisvalid",
            table,
        )
    triggers = _names(
        database, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", table
    )
    return {
        words
        for words in _tables(database)
        if triggers.issuperset(f"{words}_{event}" for event in TRIGGERS)
    }


def _tables(database: BaseDatabaseWrapper) -> set[str]:
    return _names(database, "SELECT name FROM sqlite_master WHERE type = 'table'")


def _names(database: BaseDatabaseWrapper, query: str, *values: str) -> set[str]:
    with database.cursor() as cursor:
        cursor.execute(query, values or None)
        return {found for (found,) in cursor.fetchall()}


def _run(database: BaseDatabaseWrapper, *statements: str) -> None:
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
