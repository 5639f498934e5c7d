"""Identifying data beyond the name: masked until somebody with the right reveals it by an act."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inbox.models import Membership
from inbox.popsell.resources import SIGN, Ambassador
from inbox.popsell.values import TELLING
from inbox.text.isolates import CONTROLS
from inbox.text.spelling import has_visible

# Some write "(at)", to be read by people and not by machines.
AT = (
    rf"\s{{0,3}}[(\[{{](?:\s?(?:[aA][tT]|[aA][rR][oO][bB][aA][sS][eE]|[{SIGN}])\s?)[)\]}}]\s{{0,3}}"
)
DOT = r"(?:\.|\s?[(\[{]\s?(?:[dD][oO][tT]|[pP][oO][iI][nN][tT]|\.)\s?[)\]}]\s?)"
WORD = rf"[^\s{SIGN}<>()\"',;:]"
LABEL = rf"[^\s{SIGN}<>()\"',;:.\[\]{{}}]+"
NAMED = rf"{LABEL}(?:{DOT}{LABEL})+"  # with a dot: what follows "(at)" may be anything else
QUOTED = r'"(?:[^"\\\r\n]|\\.){1,64}"'
# It begins where a word does: tried at each letter, a long word would take the square of its time.
NAMING = rf"[^\s{SIGN}<>()\",;:]"  # before the @ also an apostrophe, as in o'brien
NAME = rf"{QUOTED}|(?<!{NAMING}){NAMING}+[\")>]{{0,2}}"
ADDRESS = re.compile(
    rf"({NAME})(?:[{SIGN}]({WORD}+(?:[{SIGN}]{WORD}+)*)"
    rf"|(?:\s{{0,3}}[{SIGN}]\s{{1,3}}|{AT})({NAMED}))"
)
DOTS = ".\u3002\uff0e\uff61"  # as mail programs and browsers take them
HOST = re.compile(rf"[{DOTS}][^{DOTS}]|[\[(]|…$")
"""What hosts have, or numbers in their place, or an address that was cut: `M@rie` has none of it."""
DOTTED = re.compile(DOT)
WITHOUT_CONTROLS = dict.fromkeys(CONTROLS)
SHORT = 3  # of a name before or after the @: its first letter would say too much
SHORT_NUMBER = 5  # of a customer id after its prefix: so would its last two
PREFIX = re.compile(r"[A-Za-z]{1,3}[-_]")
TOP_LEVEL = re.compile(r"\.[A-Za-z]{2,6}")
HIDDEN = "…"
NUMBER = re.compile(r"(?<!\d)\d(?:[ \u00a0\u202f.()/-]{0,2}\d){6,}")
"""Seven digits or more, as of a phone, a card, an account."""
DIGIT = re.compile(r"\d")
DIGITS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """One of them: what it is called, what it is, and as much as is shown unasked."""

    label: str | Promise
    value: str
    masked: str


def facts(person: Ambassador) -> tuple[Fact, ...]:
    """The facts that can be revealed of a person; none of an anonymized one."""
    if person.anonymized:
        return ()
    addresses = dict.fromkeys(
        value.strip() for value in (person.email, person.email_tmp) if value and has_visible(value)
    )
    number = (person.customer_id or "").strip()
    number = number if has_visible(number) else ""
    return (
        *(Fact(_("E-mail"), value, mask_address(value)) for value in addresses),
        *([Fact(_("Customer id"), number, mask_number(number))] if number else []),
    )


def mask_address(address: str) -> str:
    """`l…@e….com`; of short parts not even the first letter."""
    name, at, host = address.rpartition("@")
    return _mask(name, host) if at else HIDDEN


def _mask(name: str, host: str) -> str:
    label, dot, ending = host.rpartition(".")
    top = f".{ending}" if dot and TOP_LEVEL.fullmatch(f".{ending}") else ""
    return f"{_first(name)}{HIDDEN}@{_first(label if dot else host)}{HIDDEN}{top}"


def mask_number(number: str) -> str:
    """`C-…42`; of a short one nothing but its prefix."""
    prefix = PREFIX.match(number)
    before = prefix[0] if prefix else ""
    rest = number[len(before) :]
    last = rest[-2:]
    tells_little = len(rest) >= SHORT_NUMBER and last.isascii() and last.isalnum()
    return f"{before}{HIDDEN}{last if tells_little else ''}"


def mask_addresses(words: str) -> str:
    """The words with every e-mail address in them masked."""
    if not TELLING.search(words):
        return words
    return ADDRESS.sub(_masked, words)


def mask_numbers(words: str) -> str:
    """The words with long numbers masked but for their first digits: `06 •• •• •• ••`."""
    return NUMBER.sub(_mask_digits, words)


def _mask_digits(found: re.Match[str]) -> str:
    before = 0

    def mask(digit: re.Match[str]) -> str:
        nonlocal before
        before += 1
        return digit[0] if before <= DIGITS_SHOWN else "•"

    return DIGIT.sub(mask, found[0])


def holds_address(words: str | None) -> bool:
    """Whether the words hold an address, also one with invisible controls inside."""
    if not words or not TELLING.search(words):
        return False
    return any(True for one in (words, words.translate(WITHOUT_CONTROLS)) for _ in addresses(one))


def addresses(words: str) -> Iterator[re.Match[str]]:
    """Each address in the words, from where its name begins."""
    return filter(_is_address, ADDRESS.finditer(words))


def _masked(found: re.Match[str]) -> str:
    return _mask(found[1], found[2] or found[3]) if _is_address(found) else found[0]


def _is_address(found: re.Match[str]) -> bool:
    """Whether a host follows the @. Of a single word, as localhost, none can tell it from a name."""
    if found[3]:
        return True
    return bool(HOST.search(found[2]) or DOTTED.match(found.string, found.end()))


def _first(part: str) -> str:
    return part[0] if len(part) >= SHORT and part[0].isalnum() else ""


def for_reader(words: str, reader: Membership) -> str:
    """Words of the trail; only the brand's managers see addresses in them."""
    return words if reader.may_manage else mask_addresses(words)
