"""Give the database back while waiting for something else.

The pool has fewer connections than there are threads. A connection is taken again, unasked, by the
next query.
"""

from typing import Any

from django.db import connections


def lend_database() -> None:
    """Give back this thread's pooled connections, save where a transaction is open."""
    for connection in connections.all(initialized_only=True):
        pooled = connection.settings_dict.get("OPTIONS", {}).get("pool")
        if pooled and not connection.in_atomic_block:
            connection.close()


def after_request(**_signal: Any) -> None:
    """Give back what was taken after the answer, when Django had given back the request's own."""
    lend_database()
