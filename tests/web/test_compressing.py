"""Pages are compressed by zlib-ng, for a browser that takes it, and come out as they were"""

import gzip

from django.test import Client
from django.utils import text
from zlib_ng import gzip_ng

from tests.support.pages import INBOX
from tests.support.upstream import Upstream


def test_a_compressed_page_is_the_page(client: Client, api: Upstream) -> None:
    packed = client.get(INBOX, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    page = gzip.decompress(packed.content)
    assert page.startswith(b"<!doctype html>")
    assert page.rstrip().endswith(b"</html>")
    assert int(packed["Content-Length"]) == len(packed.content) < len(page) / 3


def test_its_length_varies(client: Client, api: Upstream) -> None:
    """Django adds some random bytes, so that nobody learns a secret of a page from its length."""
    asked = {"Accept-Encoding": "gzip"}
    assert len({len(client.get(INBOX, headers=asked).content) for _ in range(12)}) > 1


def test_zlib_ng_does_it() -> None:
    assert vars(text)["gzip_compress"] is gzip_ng.compress
