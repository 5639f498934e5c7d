"""Finds web addresses in what people wrote, and links each to where a browser would go.

Browsers and we may read an address differently, so links contain our reading. Where we are stricter
than browsers, an address stays plain text.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from unicodedata import bidirectional
from urllib.parse import urlsplit, urlunsplit

import idna
import regex
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inbox.popsell import bounds

SEARCHED = 20_000  # characters of a text that are searched for links
LINKS = 40  # of a text: the rest of one that is nothing else is shown as it is
LONGEST_HOST = 253  # characters, as DNS has them
LONGEST_LABEL = 63
# A backslash ends an address, since browsers take it for a slash. Marks of writing direction end it
# too, as do those of Chinese and Japanese sentences, which have no blank between them. Their full stop
# is a dot to browsers, but only within a host.
NEVER = r"\s<>\"\\\p{Bidi_Control}\u3001\uff0c\uff01\uff1a\uff1b\uff1f\uff64"
ADDRESS = regex.compile(
    rf"https?://[^{NEVER}/?#]+(?:[/?#][^{NEVER}\u3002\uff61]*)?", regex.IGNORECASE
)
# Ends a sentence or a quotation, stands for words left out, or can't be seen.
NOT_AT_THE_END = regex.compile(
    r"[\p{Terminal_Punctuation}\p{Sentence_Terminal}\p{Quotation_Mark}\p{Pi}\p{Pf}"
    r"\p{Line_Break=Inseparable}\p{Default_Ignorable_Code_Point}\xbf\xa1]"
)
OPENING, CLOSING = regex.compile(r"\p{Ps}"), regex.compile(r"\p{Pe}")
HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label like this makes the host an IPv4 address
RIGHT_TO_LEFT = {"R", "AL", "AN"}


def linked(text: str | None) -> SafeString:
    """The text with its http addresses as links, each followed by its real host.

    They are sought at its beginning only: the rest of an endless text is shown as it is.
    """
    return format_html_join("", "{}", ((part,) for part in _parts(text or "")))


def _parts(text: str) -> Iterator[SafeString | str]:
    """The text in pieces: links, and what stands between them."""
    end = 0
    for found in islice(ADDRESS.finditer(text, 0, SEARCHED + 1), LINKS):
        if found.end() > SEARCHED:  # it may go on, and lead elsewhere
            break
        yield text[end : found.start()]
        yield _linked(found[0])
        end = found.end()
    yield text[end:]


def _linked(found: str) -> SafeString | str:
    """An address as a link; as text where it has no host, or one that can't be, or is endless."""
    if len(found) > bounds.ADDRESS:
        return found
    address = _without_end(found)
    target, host = target_of(address)
    if not host:
        return found
    return format_html(
        '<a class="link" href="{}" target="_blank" rel="noopener nofollow noreferrer">{}</a>'
        ' <small class="link-host" dir="ltr">({})</small>{}',
        target,
        address,
        host,
        found[len(address) :],
    )


def _without_end(found: str) -> str:
    """Strip the marks of the sentence around it, and a bracket that it did not open."""
    count = Counter(found)
    end = len(found)
    while end and _is_of_the_sentence(found[end - 1], count):
        end -= 1
        count[found[end]] -= 1
    return found[:end]


def _is_of_the_sentence(last: str, count: Counter[str]) -> bool:
    if CLOSING.match(last):
        return count[last] > count[_opening(last)]
    return NOT_AT_THE_END.match(last) is not None


def _opening(closing: str) -> str:
    """The bracket that this one closes: Unicode has them one or two places apart."""
    before = (chr(ord(closing) - 1), chr(ord(closing) - 2))
    return next((one for one in before if OPENING.match(one)), "")


def target_of(address: str) -> tuple[str, str]:
    """The address with nothing before its host, and that host, as machines write it; else nothing.

    A user's name and password before the host would only make it look like another one.
    """
    try:
        parts = urlsplit(address)
        written = parts.netloc.rpartition("@")[2].partition(":")[0]
        host = _host(written)
        port = "" if parts.port is None else f":{parts.port}"
    except (ValueError, idna.IDNAError):
        return "", ""
    return (urlunsplit(parts._replace(netloc=host + port)), host) if host else ("", "")


def _host(written: str) -> str:
    """The host by UTS 46, as browsers do it; nothing for one that we would not trust to be read so.

    Addresses of IPv6, and those of IPv4 in other forms than four numbers, are not linked.
    """
    if len(written) > LONGEST_HOST:  # to write it for machines takes its square
        return ""
    host = idna.uts46_remap(written, std3_rules=False, transitional=False)
    labels = host.removesuffix(".").split(".")
    if not host.isascii() or any(label.startswith("xn--") for label in labels):
        host = idna.encode(host).decode("ascii")
        _check_directions(labels)
    if not HOST.fullmatch(host) or len(host) > LONGEST_HOST:
        return ""
    if NUMBER.fullmatch(labels[-1]):
        return host if host == str(ipaddress.IPv4Address(host)) else ""
    return host if all(len(label) <= LONGEST_LABEL for label in host.split(".")) else ""


def _check_directions(labels: list[str]) -> None:
    """Raise where one label is written from right to left, and another breaks the rules of that."""
    shown = [idna.ulabel(label) for label in labels]
    if any(_is_right_to_left(label) for label in shown):
        for label in shown:
            idna.check_bidi(label, check_ltr=True)


def _is_right_to_left(label: str) -> bool:
    return any(bidirectional(one) in RIGHT_TO_LEFT for one in label)
