"""Looks for words in messages: each must occur, in any case and with any accents."""

from unicodedata import normalize

import regex
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inbox.popsell.resources import Message
from inbox.text import characters
from inbox.text.spelling import letters, without_heaps

AROUND = 80  # characters that are shown before and after the first word that was found
UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}]|(?=\S)\p{Cc}")


def typed(words: str, most: int) -> str:
    """What somebody looks for, as it is sent and shown: what is seen of it, with single blanks."""
    return " ".join(UNSEEN.sub("", words).split())[:most].rstrip()


def words_of(typed: str) -> tuple[str, ...]:
    """The words to look for, each once; none where nothing that can be seen was typed."""
    return tuple(dict.fromkeys(letters(typed).split()))


def is_in(message: Message, words: tuple[str, ...]) -> bool:
    plain = letters(_text(message))
    return bool(words) and all(word in plain for word in words)


def excerpt(message: Message, words: tuple[str, ...]) -> SafeString:
    """The part of the message where the first of the words is, with each of them marked."""
    text = normalize("NFC", without_heaps(" ".join(_text(message).split())))
    found = _places(text, words)
    begin, end = _around(text, found[0] if found else (0, 0))
    parts: list[tuple[SafeString | str]] = [("…" if begin else "",)]
    at = begin
    for first, after in found:
        if at <= first and after <= end:
            parts += [(text[at:first],), (format_html("<mark>{}</mark>", text[first:after]),)]
            at = after
    parts += [(text[at:end],), ("…" if end < len(text) else "",)]
    return format_html_join("", "{}", parts)


def _text(message: Message) -> str:
    """All that the message says in words."""
    rating = message.rating.content if message.rating else None
    products = [product.name or product.sku for product in message.products]
    said = [message.content, None if rating == message.content else rating, *products]
    return " ".join(one for one in said if one)


def _places(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the words are, in order, without overlap: from the first character to after the last."""
    plain, origin = "", []
    for place, one in enumerate(text):
        folded = letters(one)
        plain += folded
        origin += [place] * len(folded)
    found: list[tuple[int, int]] = []
    for word in words:
        at = plain.find(word)
        while at >= 0:
            found.append((origin[at], origin[at + len(word) - 1] + 1))
            at = plain.find(word, at + len(word))
    apart: list[tuple[int, int]] = []
    for first, after in sorted(found, key=lambda one: (one[0], -one[1])):
        if not apart or first >= apart[-1][1]:
            apart.append((first, _with_marks(text, after)))
    return apart


def _with_marks(text: str, end: int) -> int:
    """The end of the character that ends there, with the accents that follow it."""
    while end < len(text) and not text[end].isspace() and not letters(text[end]):
        end += 1
    return end


def _around(text: str, found: tuple[int, int]) -> tuple[int, int]:
    """From a word's beginning to a word's end, where they are near."""
    begin, end = max(found[0] - AROUND, 0), min(found[1] + AROUND, len(text))
    blank = text.find(" ", begin, found[0]) if begin else -1
    begin = blank + 1 if blank >= 0 else begin
    blank = text.rfind(" ", found[1], end) if end < len(text) else -1
    end = blank if blank >= 0 else max(characters.end_within(text, end), found[1])
    return min(characters.next_from(text, begin), found[0]), end
