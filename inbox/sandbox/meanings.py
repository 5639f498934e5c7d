"""What the demo says that the sandbox's codes mean. Popsell documents none of them.

Two are left without: topic 9, and moderation 0, which nearly all messages have.
"""

from collections.abc import Iterator
from typing import NamedTuple

from inbox.sandbox.words import Theme


class Meaning(NamedTuple):
    """A code, and what to call it."""

    kind: str
    code: int
    name: str
    tone: str = "neutral"
    needs_attention: bool = False


ANOMALIES = (
    Meaning("anomaly", 0, "Aggressive words", "bad"),
    Meaning("anomaly", 1, "Phone number shared", "waiting"),
    Meaning("anomaly", 2, "Payment outside the shop", "bad", needs_attention=True),
    Meaning("anomaly", 3, "Medical question", "waiting", needs_attention=True),
    Meaning("anomaly", 4, "Waits for an answer", "waiting", needs_attention=True),
    Meaning("anomaly", 5, "Competitor's price"),
    Meaning("anomaly", 6, "Promise not kept", "waiting"),
    Meaning("anomaly", 7, "Threat of a complaint", "bad", needs_attention=True),
    Meaning("anomaly", 8, "Card number shared", "bad", needs_attention=True),
    Meaning("anomaly", 9, "Suspicious link", "bad"),
)
TOPICS = (
    Meaning("topic", 0, "Advice"),
    Meaning("topic", 1, "Product"),
    Meaning("topic", 2, "Order and payment"),
    Meaning("topic", 3, "Delivery"),
    Meaning("topic", 4, "Returns"),
    Meaning("topic", 5, "Loyalty"),
    Meaning("topic", 6, "In the shop"),
    Meaning("topic", 7, "Gifts"),
)
OF_THEMES: dict[Theme, Meaning] = {
    "cosmetics": Meaning("topic", 8, "Ingredients"),
    "sport": Meaning("topic", 8, "Sizes"),
}
MODERATION = (
    Meaning("moderation", 1, "Held back", "waiting"),
    Meaning("moderation", 2, "Approved", "good"),
    Meaning("moderation", 3, "Rejected", "bad"),
)


def of_codes(theme: Theme) -> Iterator[Meaning]:
    """All that a brand of this theme has named."""
    yield from (*ANOMALIES, *TOPICS, OF_THEMES[theme], *MODERATION)
