"""What answers a customer, and what they say that needs no answer."""

from collections.abc import Container, Sequence

from inbox.display import digits
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Message
from inbox.text import spelling

_IS_ANSWER = {
    TypeMessage.TEXT: True,
    TypeMessage.PICTURE: True,
    TypeMessage.RATING: False,
    TypeMessage.PRODUCT: True,
    TypeMessage.CONNECTION: False,
    TypeMessage.REQUEST: False,
    TypeMessage.UNAVAILABLE: False,
    TypeMessage.VIDEO: True,
    TypeMessage.MISSED: False,
}
"""An e-mail is neither: what stands in it is documented nowhere."""
ANSWERS = {str(kind.value): is_one for kind, is_one in _IS_ANSWER.items()}

SHORT = 40  # characters
THANKS = {
    "en": ("thank you", "thankyou", "thank u", "thanks", "many thanks", "thx", "cheers"),
    "fr": (
        *("merci", "grand merci", "un grand merci", "mille mercis", "mille merci"),
        *("je vous remercie", "je te remercie"),
    ),
}
"""How a thank-you begins in each language, folded."""
ASKS = {"advance", "but", "please", "pls", "avance", "mais", "svp", "stp", "plait"}
"""Words by which a thank-you asks or objects: "Thanks in advance", "Merci mais non"."""
ASKS_NEXT = ("de", "d")
"""The same right behind it, as in "Merci de me rappeler"."""

GIVEN = frozenset(way for ways in THANKS.values() for way in ways)
"""What counts where a brand has no words of its own."""


RATING = str(TypeMessage.RATING.value)


def is_answer(type_message: str) -> bool | None:
    """Whether such a message of the ambassador's side is an answer; None where nobody can tell."""
    return ANSWERS.get(type_message)


def waits(type_message: str) -> bool:
    """Whether somebody waits for an answer to such a message of the counterpart's side."""
    return type_message != RATING


def find_asked(said: Sequence[Message], own_ids: Container[int]) -> Message | None:
    """The counterpart's newest words that nobody answered, among messages from old to new."""
    for one in reversed(said):
        kind = "" if one.type_message is None else digits(one.type_message)
        if one.author and one.author.id in own_ids:
            if is_answer(kind):
                return None
        elif one.author and waits(kind):
            return one
    return None


def is_thanks(text: str, ways: frozenset[str] = GIVEN) -> bool:
    """Whether the text is but a short thank-you. When in doubt it is none, and the wait stays one.

    `ways`: how one begins, folded.
    """
    short = text.strip()
    if len(short) > SHORT or any(mark in spelling.letters(short) for mark in "?\u061f"):
        return False
    words = spelling.fold(short).split()
    ends = [end for end in range(1, len(words) + 1) if " ".join(words[:end]) in ways]
    asks = any(words[end : end + 1] == [one] for end in ends for one in ASKS_NEXT)
    return bool(ends) and not asks and ASKS.isdisjoint(words)
