"""What is linked of the words of a message, and where it leads"""

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from inbox.popsell.values import clean
from inbox.text.spelling import has_visible
from tests.popsell.values import ANY_TEXT
from tests.support.chatrooms import message
from tests.support.conversations import links, said
from tests.support.markup import every
from tests.support.transcripts import MANY, told
from tests.support.upstream import Upstream


def linked(client: Client, api: Upstream, content: str) -> str:
    return said(told(client, api, message(16, content=content)), 16)


def test_a_link_is_its_text_with_its_real_host(client: Client, api: Upstream) -> None:
    html = linked(client, api, "See https://shop.example/a?b=c&d=e#f.")
    assert 'href="https://shop.example/a?b=c&amp;d=e#f"' in html
    assert 'rel="noopener nofollow' in html
    assert ">https://shop.example/a?b=c&amp;d=e#f</a>" in html
    assert "(shop.example)</small>." in html


@pytest.mark.parametrize(
    ("content", "href", "host"),
    [
        ("https://shop.example@evil.example/x", "https://evil.example/x", "evil.example"),
        ("https://shop.example:pw@evil.example", "https://evil.example", "evil.example"),
        # A browser takes a backslash for a slash: what follows is no host.
        ("https://evil.example\\@shop.example/", "https://evil.example", "evil.example"),
        # A Cyrillic letter in place of a Latin one.
        ("https://\u0430pple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example"),
        ("https://shop\u3002example/", "https://shop.example/", "shop.example"),
        # By UTS 46, as browsers do, and not by the rules of 2003 that Python has.
        ("https://faß.de/", "https://xn--fa-hia.de/", "xn--fa-hia.de"),
        ("https://FASS.de/", "https://fass.de/", "fass.de"),
        ("https://XN--FA-HIA.de/", "https://xn--fa-hia.de/", "xn--fa-hia.de"),
        # A sigma is the same at the end of a word.
        ("https://ΣΑΣ.example/", "https://xn--mxa9ab.example/", "xn--mxa9ab.example"),
        ("https://my_shop.example/", "https://my_shop.example/", "my_shop.example"),
        ("https://shop.example./a", "https://shop.example./a", "shop.example."),
        ("https://127.0.0.1:8000/", "https://127.0.0.1:8000/", "127.0.0.1"),
        ("https://\uff11\uff12\uff17.0.0.1/", "https://127.0.0.1/", "127.0.0.1"),
        ("https://shop.example:/a", "https://shop.example/a", "shop.example"),
        ("https://shop.example:0/a", "https://shop.example:0/a", "shop.example"),
        ("https://shop.example?a", "https://shop.example?a", "shop.example"),
        ("https://shop.example#@b", "https://shop.example#@b", "shop.example"),
        ("HTTPS://SHOP.example:8443/x", "https://shop.example:8443/x", "shop.example"),
        # Marks that turn the direction of writing end an address.
        ("https://shop.example/\u202egpj.live", "https://shop.example/", "shop.example"),
        ("https://shop.example/\u061cx", "https://shop.example/", "shop.example"),
        ("https://shop.example\u200f.evil.example/", "https://shop.example", "shop.example"),
        ("(https://shop.example/a).", "https://shop.example/a", "shop.example"),
        ("« https://shop.example/a ».", "https://shop.example/a", "shop.example"),
        ("https://shop.example/a?!", "https://shop.example/a", "shop.example"),
        ('"https://shop.example/a",', "https://shop.example/a", "shop.example"),
        ("<https://shop.example/a>", "https://shop.example/a", "shop.example"),
    ],
)
def test_a_link_leads_where_it_says(
    client: Client, api: Upstream, content: str, href: str, host: str
) -> None:
    html = linked(client, api, content)
    assert links(html) == [href]
    assert f"({host})</small>" in html


@pytest.mark.parametrize(
    "content",
    [
        "javascript:alert(1)",
        "data:text/html,<b>x</b>",
        "ftp://shop.example/a",
        "//shop.example/a",
        "shop.example",
        "https://",
        "https://...",
        "https://[::1",
        "https://shop%2eexample/",
        "https://shop.example:99999999/",
        "https://a\x00b.example/",
        f"https://{'a' * 64}.example/",
        "https://①②.℀example/",
        # Browsers read other numbers than four as an address as well, or refuse them.
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://010.0.0.1/",
        "https://256.1.1.1/",
        "https://shop.1/",
        "https://[::1]/",
        "https://xn--a.example/",
        "https://xn--ass.de/",
        "https://1a.\u05e0\u05d5\u05d7/",  # left to right beside right to left: browsers refuse it
        "https://☕.example/",
    ],
)
def test_what_is_no_safe_address_is_text(client: Client, api: Upstream, content: str) -> None:
    assert links(linked(client, api, content)) == []


@MANY
@given(
    content=st.lists(
        ANY_TEXT | st.sampled_from(["https://", "http://a.example", "@", "\\", "\u202e", "/", ":"])
    ).map("".join)
)
def test_any_text_is_shown_whole_and_links_are_web_addresses(
    client: Client, api: Upstream, content: str
) -> None:
    cache.clear()
    html = linked(client, api, content)
    assert all(link.startswith(("http://", "https://")) for link in links(html))
    (written,) = every(html, ".message-words")
    assert {inner.tag for inner in every(written, "*")} <= {"a", "small", "i"}
    if has_visible(content):
        for host in written.css("small"):
            assert host.prev
            assert host.prev.text() == " "
            host.prev.decompose()
            host.decompose()
        # As browsers read it: one kind of line end, and no zero characters.
        as_shown = clean(content).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        assert written.text().strip("\n ") == as_shown.strip("\n ")
    else:
        assert "<i>Empty message</i>" in html
