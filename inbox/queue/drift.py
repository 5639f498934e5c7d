"""Walks a list page by page while it moves: what is new or changed goes to its beginning.

What moves to later pages is met twice, which does no harm. What moves to earlier ones, since something
before it was taken away, would be missed: the list is shorter then, so the walk goes back as far. What
moved to the beginning is found there at the end.
"""

from math import ceil
from typing import Any

from inbox.popsell.resources import Page

USUAL = 25  # items of a page, where it does not tell


def following(number: int, page: Page[Any], before: int | None) -> int | None:
    """The page to read after this one, None after the last. `before`: the list's length until now."""
    gone = before - page.total if before is not None and page.total is not None else 0
    if gone > 0 and number > 1:
        return max(number - ceil(gone / (page.per_page or len(page.data) or USUAL)), 1)
    is_last = number >= page.last_page or not page.data or page.current_page != number
    return None if is_last else number + 1
