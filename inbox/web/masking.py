"""Keeps secrets out of logs and reports: one-time keys in our links, and values of the database.

PostgreSQL quotes values in its messages (`Key (email)=(…) already exists.`), in the first line too. So
a database's error is told by its class, its code and the names of its objects.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

import psycopg
from django.db import Error as DjangosError
from sentry_sdk.types import Event, Hint

KEYS = re.compile("/(invitations|key)/[^/?]+")
OF_DATABASE = (DjangosError, psycopg.Error, sqlite3.Error)
MODULES = ("django.db", "psycopg", "psycopg_pool", "sqlite3")
NAMES = ("constraint_name", "table_name", "column_name")
BROKEN = re.compile(r"constraint failed: ([\w., ']+)")  # as SQLite says it, with names alone
SHORTEST = 4  # letters of a line that is looked for in others

Thing = TypeVar("Thing")


def masked(address: str) -> str:
    """The address without the key that it may hold."""
    return KEYS.sub(r"/\1/-", address)


def described(error: BaseException) -> str:
    """A database's error without its message: `UniqueViolation 23505 one_name_per_code …`."""
    cause = error.__cause__ if isinstance(error.__cause__, OF_DATABASE) else error
    kinds = [type(cause).__name__]
    if isinstance(cause, psycopg.Error):
        names = (getattr(cause.diag, name) for name in NAMES)
        kinds += [cause.sqlstate or "", *(name or "" for name in names)]
    elif isinstance(cause, sqlite3.Error):
        broken = BROKEN.search(str(cause))
        kinds += [getattr(cause, "sqlite_errorname", ""), broken[1] if broken else ""]
    return " ".join(word for word in kinds if word)


def errors_in(*roots: object) -> list[BaseException]:
    """The exceptions among these, with all that they came from, hold or are made of, each once."""
    found: dict[int, BaseException] = {}
    left = [one for one in roots if isinstance(one, BaseException)]
    while left:
        error = left.pop()
        if id(error) in found:
            continue
        found[id(error)] = error
        near = (error.__cause__, error.__context__, *getattr(error, "exceptions", ()), *error.args)
        left += [one for one in near if isinstance(one, BaseException)]
    return list(found.values())


def hiding(errors: Iterable[BaseException]) -> Callable[[str], str] | None:
    """Takes what these say of the database out of a text; None where they say nothing of it."""
    said = {text: described(one) for one in errors if _is_of_database(one) for text in _texts(one)}
    if not said:
        return None
    longest_first = sorted(said, key=len, reverse=True)

    def hide(text: str) -> str:
        for words in longest_first:
            text = text.replace(words, said[words])
        return text

    return hide


def hidden_in(thing: Thing, hide: Callable[[str], str]) -> Thing:
    """The same with each text in it as `hide` leaves it; of an exception the text alone."""
    if isinstance(thing, str):
        return cast(Thing, hide(thing))
    if isinstance(thing, BaseException):
        return cast(Thing, described(thing) if _is_of_database(thing) else hide(_said(thing)))
    if isinstance(thing, dict):
        return cast(Thing, {key: hidden_in(value, hide) for key, value in thing.items()})
    if isinstance(thing, list | tuple):
        parts = [hidden_in(one, hide) for one in thing]
        return cast(Thing, parts if isinstance(thing, list) else tuple(parts))
    return thing


def without_values(error: BaseException) -> BaseException:
    """The error to be written, with its causes, and without values in messages of databases."""
    errors = errors_in(error)
    hide = hiding(errors)
    if hide is None:
        return error
    twins: dict[int, BaseException] = {}
    for one in errors:
        _twin(one, hide, twins)
    for one in errors:
        twin = twins[id(one)]
        twin.__traceback__, twin.__suppress_context__ = one.__traceback__, one.__suppress_context__
        twin.__cause__ = twins[id(one.__cause__)] if one.__cause__ else None
        twin.__context__ = twins[id(one.__context__)] if one.__context__ else None
        twin.__suppress_context__ = one.__suppress_context__  # the cause has just set it
        for note in getattr(one, "__notes__", ()):
            twin.add_note(hide(str(note)))
    return twins[id(error)]


def _twin(
    error: BaseException, hide: Callable[[str], str], known: dict[int, BaseException]
) -> BaseException:
    """An exception of the same name that says what may be said."""
    if id(error) in known:
        return known[id(error)]
    text = hidden_in(error, hide)
    kind: Any = type(error)
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    twin: BaseException
    if isinstance(error, BaseExceptionGroup):
        of_group = [_twin(one, hide, known) for one in error.exceptions]
        made = type(kind.__name__, (BaseExceptionGroup,), names)
        twin = made(hide(error.message), of_group)
    else:
        twin = type(kind.__name__, (Exception,), names)(text)
    known[id(error)] = twin
    return twin


def _is_of_database(error: BaseException) -> bool:
    return isinstance(error, OF_DATABASE)


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - anybody's, and nobody may fail while telling of a failure
        return ""


def _texts(error: BaseException) -> Iterator[str]:
    """What an error says, whole, as others quote it, and line by line."""
    said = _said(error)
    for text in (said, repr(said)[1:-1], *said.splitlines()):
        if len(text.strip()) >= SHORTEST:
            yield text


def masked_report(event: Event, hint: Hint) -> Event:
    """The report of a fault for Sentry, without the page's key and its reader's previous page."""
    event = _without_values(event, hint)
    request = event.get("request", {})
    if "url" in request:
        request["url"] = masked(str(request["url"]))
    for telling in ("query_string", "headers"):
        request.pop(telling, None)
    return event


def _without_values(event: Event, hint: Hint) -> Event:
    record, raised = hint.get("log_record"), hint.get("exc_info") or ()
    arguments = (record.args, vars(record).values()) if record else ()
    errors = errors_in(*raised, *(one for some in arguments for one in some or ()))
    if hide := hiding(errors):
        event = hidden_in(event, hide)
    for one in event.get("exception", {}).get("values", ()):
        if str(one.get("module")).startswith(MODULES):  # also where it is long, and so cut
            same = (error for error in errors if type(error).__name__ == one.get("type"))
            one["value"] = next((described(error) for error in same), "")
    return event
