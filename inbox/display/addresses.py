"""Addresses of our own pages, each looked up once a process: Django tries all of them every time."""

from collections.abc import Hashable

from django.urls import reverse

from inbox.caches.memories import Memory

_PATHS = Memory[str](4_096)


def path_to(name: str, *arguments: Hashable) -> str:
    """As Django's `reverse`. Raises NoReverseMatch where no page has such an address."""
    return _PATHS.keep((name, arguments), lambda: reverse(name, args=arguments))
