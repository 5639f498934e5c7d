"""Which brand of a world is measured, and how large it is."""

MEASURED = 3
"""The largest brand."""
DESK = "the admin's list"
"""What the question is called that others are compared with."""


def largest(rooms: int) -> int:
    """How many of a site's rooms the measured brand has.

    A fifth, but never so few that its queue has no page 40.
    """
    return max(rooms // 5, min(rooms * 9 // 10, 9_000))
