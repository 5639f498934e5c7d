"""What a request asks the database before its answer is there. Nobody waits for the rest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from inbox.process import afterwards


@contextmanager
def asked_before_the_answer() -> Iterator[list[str]]:
    """The statements, as they are asked."""
    told: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if getattr(afterwards._thread, "waiting", None) is not None:
            told.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        yield told
