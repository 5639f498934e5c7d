"""Pages are compressed by zlib-ng, for a browser that takes it, and come out as they were"""

import gzip
from typing import Any, cast

from django.test import Client
from django.utils import text
from zlib_ng import gzip_ng

from inbox.web import compressing
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

PAGE = b"".join(b"<li id='chatroom-%d'>%d</li>" % (one, one * one) for one in range(2_000))


def test_a_compressed_page_is_the_page(client: Client, api: Upstream) -> None:
    packed = client.get(INBOX, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    page = gzip.decompress(packed.content)
    assert page.startswith(b"<!doctype html>")
    assert page.rstrip().endswith(b"</html>")
    assert int(packed["Content-Length"]) == len(packed.content) < len(page) / 3


def test_its_length_varies() -> None:
    """Django adds some random bytes, so that nobody learns a secret of a page from its length."""
    packed = [text.compress_string(PAGE, max_random_bytes=100) for _ in range(20)]
    assert len({len(one) for one in packed}) > 1
    assert {gzip.decompress(one) for one in packed} == {PAGE}


def test_zlib_ng_does_it() -> None:
    packed, compress = text.compress_string(PAGE), cast(Any, gzip_ng).compress
    assert packed == compress(PAGE, compresslevel=compressing.LEVEL, mtime=0)
    assert packed != gzip.compress(PAGE, compresslevel=compressing.LEVEL, mtime=0)
