"""What the demo says that the sandbox's codes mean. Popsell documents none of them.

Two are left without: topic 9, and moderation 0, which nearly all messages have.
"""

from collections.abc import Iterator
from typing import NamedTuple

from inbox.sandbox.words import Theme


class Meaning(NamedTuple):
    """A code, what to call it, and the words of messages that show it, parted by commas."""

    kind: str
    code: int
    name: str
    tone: str = "neutral"
    needs_attention: bool = False
    words: str = ""


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
WORDS = {
    0: "useless, thieves, incapables, vol",
    1: "my number, phone, mon numéro, m'appeler",
    2: "transfer, pay you directly, virement, payer directement",
    3: "eczema, bleeding, saigne",
    4: "nobody has answered, anyone there, m'a répondu",
    5: "cheaper, match it, concurrent, vous vous alignez",
    6: "promised, discount, promis, remise",
    7: "trading standards, complaint, répression des fraudes, réclamation",
    8: "card number, numéro de ma carte",
    9: "free products, clicking this link, produits gratuits",
}
"""Of each anomaly, in both languages."""
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
    yield from (one._replace(words=WORDS[one.code]) for one in ANOMALIES)
    yield from (*TOPICS, OF_THEMES[theme], *MODERATION)
