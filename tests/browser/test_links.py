"""Where a browser goes by the addresses that are linked: to the host that is shown beside them"""

# ruff: noqa: RUF001 - letters of many scripts are what this is about

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from inbox.display.links import target_of
from tests.support.runs import many

HOSTS = [
    *("faß.de", "FASS.de", "FAẞ.de", "ΣΑΣ.example", "σας.example", "İstanbul.example"),
    *(
        "日本。jp",
        "ｅｘａｍｐｌｅ.com",
        "é.example",
        "e\u0301.example",
        "Å.example",
        "\u212b.example",
    ),
    *(
        "xn--fa-hia.de",
        "XN--FA-HIA.de",
        "xn--pple-43d.example",
        "xn--ass.de",
        "xn--.de",
        "xn--a.de",
    ),
    *(
        "аpple.example",
        "shop\u00ad.example",
        "shop\u200b.example",
        "a\u200d.example",
        "क्\u200dष.example",
    ),
    *(
        "נוח.example",
        "1a.נוח",
        "נוח1.example",
        "1נוח.example",
        "مثال.إختبار",
        "۱۲.example",
        "a.مثال",
    ),
    *(
        "my_shop.example",
        "-a.example",
        "a-.example",
        "ab--cd.example",
        "a..example",
        "shop.example.",
    ),
    *(
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "010.0.0.1",
        "1.2.3.4.",
        "2130706433",
        "１.2.3.4",
        "a.1",
        "a.0x",
    ),
    *("256.1.1.1", "1.2.3", "[::1]", "[::ffff:1.2.3.4]", "[1:2", "a.example:443", "a.example:8443"),
    *("a.example:", "a.example:0", "a.example:08", "a.example:x", "u:p@a.example", "a@b@c.example"),
    *(
        "a%2eexample",
        "a%C3%9F.example",
        "a*.example",
        "a^.example",
        "☕.example",
        "i❤.ws",
        "℀.example",
    ),
    *(
        "",
        "..",
        ".a.example",
        "localhost",
        f"{'a' * 64}.example",
        "Ⅷ.example",
        "ﬀ.example",
        "ǆ.example",
    ),
    *(
        "l·l.example",
        "·.example",
        "\u0301a.example",
        "ࡰ.example",
        "𐀀.example",
        "K.example",
        "ſ.example",
    ),
]
ADDRESSES = [
    *(
        "https://a.example?b",
        "https://a.example#b",
        "https://a.example/ß?é#ü",
        "http:///a.example/",
    ),
    *("HTTPS://A.example/B", "https://a.example/@b.example", "https://a.example?@b.example"),
    *(
        "https://a.example#@b.example",
        "https://a;b.example/",
        "https://a.example:80/",
        "http://a:80/",
    ),
]
LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "aß.-_1xn0ΣςſK·אم١。\u200d\u0301@:[]%"
)
ANY_HOST = st.text(LETTERS, min_size=1, max_size=12)
WHERE = """addresses => addresses.map(one => {
    try { return new URL(one).hostname } catch { return '' }
})"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Page:
    return chromium.new_page()


def assert_lead_there(page: Page, addresses: Iterable[str]) -> int:
    """All that we link leads to the host that we show; how many are linked."""
    found = [(address, *target_of(address)) for address in addresses]
    links = [(address, target, host) for address, target, host in found if host]
    reached = page.evaluate(WHERE, [target for _address, target, _host in links])
    told = [(address, host) for address, _target, host in links]
    assert told == [(address, there) for (address, *_), there in zip(links, reached, strict=True)]
    # As the person wrote it, unless that has letters which are too new for this browser.
    direct = page.evaluate(WHERE, [address for address, *_ in links])
    assert direct == [written and there for written, there in zip(direct, reached, strict=True)]
    return len(links)


def test_known_hosts(page: Page) -> None:
    addresses = [f"https://{host}/x" for host in HOSTS] + ADDRESSES
    assert assert_lead_there(page, addresses) > len(addresses) / 3


def test_every_letter_by_itself(page: Page) -> None:
    """Those of the first plane, which has nearly all that people write."""
    letters = [chr(code) for code in range(0x21, 0x10000) if not 0xD800 <= code < 0xE000]
    assert assert_lead_there(page, [f"https://a{one}.example/" for one in letters]) > 10_000


@settings(
    max_examples=many(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(hosts=st.lists(st.lists(ANY_HOST, min_size=1, max_size=3).map(".".join), max_size=40))
def test_any_host(page: Page, hosts: list[str]) -> None:
    assert_lead_there(page, [f"https://{host}/x" for host in hosts])
