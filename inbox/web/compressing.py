"""Compresses what is sent. Django's middleware decides what; zlib-ng does it in half the time."""

from django.utils import text
from zlib_ng import gzip_ng


def compress_faster() -> None:
    text.gzip_compress = gzip_ng.compress  # type: ignore[attr-defined]  # as Python's own
