"""Looks up each translated text once a process.

Django asks the catalogue of each app for it every time, one after the other: half a millisecond a page.
"""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

MOST = 4_096
"""More than all texts of the product have."""


def remember() -> None:
    for language, _name in settings.LANGUAGES:
        found: Any = trans_real.translation(language)
        found.gettext = lru_cache(MOST)(found.gettext)
