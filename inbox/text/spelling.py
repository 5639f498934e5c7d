"""Finds a name in a text, in any spelling of either.

A person judges the finds, so too many are better than too few. Ignored: case, accents, invisible marks,
how words are joined, and the e of a German ä, ö or ü.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import regex

SHORT = 5  # letters: a shorter name is looked for as a word of its own
PART = 3  # letters: a shorter word of a name counts with the others alone
APART = {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u0131": "i", "ŋ": "n", "ə": "e"}
"""Letters that Unicode takes for none with a mark; \u0131 is the i without a dot."""
UNSEEN = set("\u0640\u115f\u1160\u2800\u3164\uffa0")
"""Beside marks and formats: what stretches Arabic words, fillers of Hangul, a blank of Braille."""
IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
HEAP = regex.compile(r"(\p{M}{30})\p{M}+")  # no language has so many on a letter
DROPPED = {"Mn", "Me", "Cf", "Cc"}  # accents, what is not seen, what moves a cursor
SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
VISIBLE = regex.compile(
    r"[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}"
    r"\p{Noncharacter_Code_Point}\u2800\U0001d159]"
)
"""All but what moves, joins and parts other characters, and two signs that are blank. Characters of
private use and of a Unicode to come are seen, if only as boxes."""
PARTICLES = {
    *("and", "abu", "bin", "das", "dem", "den", "der", "des", "del"),
    *("dos", "ibn", "las", "los", "the", "van", "von"),
}
"""Of many names, and of many texts: no name by themselves."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A folded text. `words`: with a blank before, between and behind.

    `joined`: parted by blanks only, so O'Connor is one. `run`: all letters without anything between.
    """

    words: str
    joined: str
    run: str


def has_visible(text: str) -> bool:
    """Whether anything of it can be seen."""
    return VISIBLE.search(text) is not None


def ways(name: str) -> frozenset[str]:
    """How the name is looked for, folded: whole, in the other order, and each longer word of it."""
    words = fold(name).split()
    whole = {" ".join(words), " ".join(reversed(words))}
    parts = set() if "@" in name else {word for word in words if _counts_alone(word)}
    return frozenset(way for way in whole | parts if _says_something(way))


def is_any_in(ways: Iterable[str], text: str) -> bool:
    """Whether the text holds any of these folded names."""
    plain = _read(text)
    marked = _Text(*map(_without_e, (plain.words, plain.joined, plain.run)))
    return any(_holds(plain, way) or _holds_without_e(marked, way) for way in ways)


def fold(text: str) -> str:
    """Its words in plain letters, with a blank between; digits are words of their own."""
    return _read(text).words.strip()


def letters(text: str) -> str:
    """Without case, accents and what is not seen; marks and blanks stay."""
    return _plain(text)


def without_heaps(text: str) -> str:
    """Drop excess marks: sorting them takes the square of their number."""
    return HEAP.sub(r"\1", text)


def _read(text: str) -> _Text:
    plain = _plain(text)
    words = " ".join(_parted(plain).split())
    joined = " ".join("".join(filter(str.isalnum, word)) for word in plain.split())
    return _Text(f" {words} ", f" {' '.join(joined.split())} ", words.replace(" ", ""))


def _plain(text: str) -> str:
    """Without case, accents and what is not seen."""
    seen = without_heaps(IGNORABLE.sub("", text))
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
    letters = "".join(_letter(one) for one in apart)
    return unicodedata.normalize("NFC", letters)  # or Hangul would be in pieces


def _letter(one: str) -> str:
    if one.isascii():
        return one if one.isprintable() else _seen(one)
    if one in UNSEEN or unicodedata.category(one) in DROPPED:
        return _seen(one)
    if "\u02b0" <= one <= "\u02ff":  # apostrophes that count as letters
        return "'"
    return APART.get(one) or _without_stroke(one)


def _seen(one: str) -> str:
    return " " if one.isspace() else ""


def _without_stroke(one: str) -> str:
    """An o for an ø: Unicode tells by its name alone that it is one with a stroke."""
    name, _with, stroke = unicodedata.name(one, "").partition(" WITH ")
    if not stroke or not one.isalpha():
        return one
    try:
        return APART.get(base := unicodedata.lookup(name), base)
    except KeyError:
        return one


def _parted(plain: str) -> str:
    """The text with a blank for all but letters and digits, and between a letter and a digit."""
    parted, before = [], ""
    for one in plain:
        if one.isalnum():
            if before and one.isalpha() != before.isalpha():
                parted.append(" ")
            parted.append(one)
            before = one
        else:
            parted.append(" ")
            before = ""
    return "".join(parted)


def _without_e(folded: str) -> str:
    """An ä is typed as a or ae, an å as a or aa: all are an a."""
    left, before = [], ""
    for one in folded:
        if (one == "e" and before in {"a", "o", "u"}) or (one == before == "a"):
            continue
        left.append(one)
        before = one
    return "".join(left)


def _holds_without_e(text: _Text, way: str) -> bool:
    """Whether it holds the name without e, if enough is left of it: a Mae is no "ma"."""
    left = _without_e(way)
    return len(left) >= PART and _holds(text, left)


def _holds(text: _Text, way: str) -> bool:
    """A short name counts only where it stands by itself, unless nothing does so in its script."""
    run = way.replace(" ", "")
    if len(run) >= SHORT or is_spaceless(run) or (len(run) >= PART and not run.isascii()):
        return run in text.run
    alone = f" {run} "
    return f" {way} " in text.words or alone in text.words or alone in text.joined


def _counts_alone(word: str) -> bool:
    return (len(word) >= PART and word not in PARTICLES) or is_spaceless(word)


def _says_something(way: str) -> bool:
    return len(way.replace(" ", "")) > 1


def is_spaceless(word: str) -> bool:
    """Two letters or more of a script that puts no blanks between words."""
    return len(word) > 1 and unicodedata.name(word[0], "").startswith(SPACELESS)
