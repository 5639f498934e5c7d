"""The lines that the sandbox knows, to recognize them in what it tells."""

import re
from functools import cache

from inbox.sandbox.words import Language, lines

LANGUAGES: tuple[Language, ...] = ("fr", "en")


@cache
def as_written(text: str) -> "re.Pattern[str]":
    """Recognizes a line with any words in its holes."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)))


def exchanges(language: Language) -> list[tuple[str, str]]:
    """Everything that a customer may say, with its answer."""
    spoken = lines(language)
    scenes = [one for group in (*spoken.scenes.values(), spoken.anomalies) for one in group]
    groups = (*spoken.followups.values(), spoken.anomaly_followups, *spoken.links.values())
    more = [one for group in groups for one in group]
    return [(one.customer, one.reply) for one in scenes] + [
        (one.customer, one.reply) for one in more
    ]


@cache
def _known(language: Language) -> list[str]:
    spoken = lines(language)
    single = [*spoken.asides.values(), *spoken.ratings.values(), *spoken.products.values()]
    return [text for pair in exchanges(language) for text in pair] + [
        text for group in single for text in group
    ]


def tongue(content: str) -> Language:
    """A line's language; exactly one."""
    (found,) = [
        one for one in LANGUAGES if any(as_written(text).fullmatch(content) for text in _known(one))
    ]
    return found
