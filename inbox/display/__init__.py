"""Popsell's values as people read them: icons, digits, and the words of a code."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from inbox.display import privacy
from inbox.text.isolates import plain
from inbox.text.spelling import has_visible


def icon(name: str) -> SafeString:
    """A picture from the sprite, for the eye only: the words beside it say the same."""
    return _icon(name, settings.STORAGES["staticfiles"]["BACKEND"])


@cache
def _icon(name: str, _storage: str) -> SafeString:
    """Made once a process: where the sprite lies changes with a deployment only."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


def colleague(words: str) -> str:
    """A member's name for their colleagues; without one, their masked address."""
    return privacy.mask_addresses(plain(visible(words))) or "–"


def visible(words: str | None) -> str:
    """The words; nothing where none of them can be seen."""
    return words if words and has_visible(words) else ""


def digits(number: object) -> str:
    """A number as its plain digits, in every language: a code, an id, a rating."""
    return str(int(number)) if isinstance(number, int) else str(number)


GROUPED = 1000
"""From this number on, languages group digits. Asking them takes longer than all else of a number."""


def known(number: int | None) -> str:
    """A number as the language groups it, or a dash for one that is not known."""
    if number is None:
        return "–"
    return str(number) if 0 <= number < GROUPED else number_format(number, force_grouping=True)


def tenths(number: int | None) -> str:
    """Tenths as the language writes them, "4.1" for 41, or a dash for what is not known."""
    return "–" if number is None else number_format(Decimal(number) / 10, 1)


def label_of(value: object, labels: Mapping[Any, object], what: object) -> str:
    """The documented word; the number of a code that has none; a dash for the unknown."""
    if value is None:
        return "–"
    return str(labels[value]) if value in labels else f"{what} {plain(str(value))}"


def yes_or_no(value: bool | None) -> str:
    return "–" if value is None else (gettext("yes") if value else gettext("no"))
