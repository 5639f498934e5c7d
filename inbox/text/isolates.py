"""Names within sentences of ours: each by itself, so that it turns no word beside it around.

In HTML by <bdi>. In plain text (titles, labels, mails) by two characters that are not seen, for names
that need them: both of our languages are written from left to right. A sentence that Python makes is
plain text; on a page `marked` gives it its <bdi>.
"""

import regex
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

FIRST, LAST = "\u2068", "\u2069"
FROM_THE_RIGHT = regex.compile(r"[\p{bc=R}\p{bc=AL}\p{bc=AN}]")
TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Characters that turn the direction of writing would also turn the text that follows."""
CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
BLANKS = dict.fromkeys(CONTROLS, " ")
NOT_IN_NAMES = {**BLANKS, **dict.fromkeys(TURNS)}


def one_line(words: str) -> str:
    """The words with one blank between them."""
    return " ".join(words.translate(BLANKS).split())


def plain(words: str) -> str:
    """Words on one line, that leave what stands beside them as it is."""
    if words.isascii() and words.isprintable() and "  " not in words:
        return words.strip()
    return " ".join(words.translate(NOT_IN_NAMES).split())


def alone(name: object) -> str:
    """The name as a sentence of plain text holds it."""
    words = plain(str(name))
    return f"{FIRST}{words}{LAST}" if FROM_THE_RIGHT.search(words) else words


def bdi(name: object) -> SafeString:
    """The name as a sentence of a page holds it."""
    words = plain(str(name))
    return format_html("<bdi>{}</bdi>", words) if words else SafeString()


def marked(sentence: object) -> SafeString:
    """A sentence of plain text for a page, with a <bdi> for each name that needs one."""
    html = conditional_escape(str(sentence))
    return mark_safe(html.replace(FIRST, "<bdi>").replace(LAST, "</bdi>"))  # noqa: S308 - escaped
