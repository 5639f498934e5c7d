"""Compresses what is sent. Django's middleware decides what; zlib-ng does it in half the time."""

from django.utils import text
from zlib_ng import gzip_ng

# The least that keeps 25 rows within 10 kB, each file named by itself, however many random bytes
# Django's middleware adds.
LEVEL = 7


def compress_faster() -> None:
    text.gzip_compress = _compress  # type: ignore[attr-defined]  # as Python's own


def _compress(data: bytes, **_as_theirs: object) -> bytes:
    return bytes(gzip_ng.compress(data, LEVEL, mtime=0))  # type: ignore[no-untyped-call]
