"""How many queries a page asks, which differs between the databases."""

from django.db import connection


def with_rail(number: int) -> int:
    """So many of a page with a rail: PostgreSQL needs one less, since the views are remembered."""
    return number - (connection.vendor == "postgresql")
