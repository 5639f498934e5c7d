"""What a reader takes for one character: a flag, a family, a letter with all of its accents."""

import regex

ONE = regex.compile(r"\X")
REASONABLE = 4  # code points of a letter with its accents


def first(word: str) -> str:
    """The first one, without accents that are beyond reason."""
    found = ONE.match(word)
    return found[0] if found and found.end() <= REASONABLE else word[:1]


def next_from(text: str, place: int) -> int:
    """Where a character begins: at the place, or after it."""
    if place <= 0 or text.isascii():
        return place
    before = max(text.rfind(" ", 0, place), 0)
    begins = (found.start() for found in ONE.finditer(text, before))
    return next((begin for begin in begins if begin >= place), len(text))


def end_within(text: str, most: int) -> int:
    """Where a character ends: at `most`, or before it. One that is longer itself is cut."""
    if most >= len(text) or text.isascii():
        return min(most, len(text))
    end = max(text.rfind(" ", 0, most), 0)
    for found in ONE.finditer(text, end):
        if found.end() > most:
            break
        end = found.end()
    return end or most
