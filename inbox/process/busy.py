"""Too many requests at once: nobody's fault, and answered in words as a 429."""

from typing import ClassVar

from django.utils.functional import Promise


class Busy(Exception):  # noqa: N818 - it says what the house is, not what went wrong
    """Raised before any of it is done. A subclass says what there is too much of.

    `message`: what happened, and when to come back. `retry_after`: seconds.
    """

    title: ClassVar[str | Promise]
    message: ClassVar[str | Promise]
    retry_after: ClassVar[int]
