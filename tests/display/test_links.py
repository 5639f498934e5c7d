"""Where an address ends in what people wrote, in any script"""

# ruff: noqa: RUF001 - letters and marks of many scripts are what this is about

from html import unescape

import pytest
from django.utils.html import strip_tags

from inbox.display.links import linked
from tests.support.conversations import links

WIKI = "https://fr.wikipedia.org/wiki/Rose"


@pytest.mark.parametrize(
    ("content", "address"),
    [
        (f"{WIKI}_(parfum)", f"{WIKI}_(parfum)"),
        (f"({WIKI}_(parfum))", f"{WIKI}_(parfum)"),
        (f"({WIKI}_(parfum).)", f"{WIKI}_(parfum)"),
        (f"(voir {WIKI})", WIKI),
        (f"(voir {WIKI}).", WIKI),
        (f"(voir {WIKI}))", WIKI),
        (f"[{WIKI}]", WIKI),
        (f"{WIKI}[1]", f"{WIKI}[1]"),
        (f"{{{WIKI}}}", WIKI),
        (f"{WIKI}{{1}}", f"{WIKI}{{1}}"),
        (f"「{WIKI}」。", WIKI),
        (f"{WIKI}「1」", f"{WIKI}「1」"),
        (f"（{WIKI}）", WIKI),
        (f"【{WIKI}】", WIKI),
        *((f"{WIKI}{mark}", WIKI) for mark in "。！？、，；：．｡؟،؛۔।॥…‥‽¿¡։׃።፧៖།»«”“„’‘‹›'"),
        (f"{WIKI}?!…", WIKI),
        (f"{WIKI}。次は", WIKI),  # no blank after the mark
        (f"{WIKI}，谢谢", WIKI),
        (f"見て：{WIKI}、ok", WIKI),
        (f"{WIKI}\u200b.", WIKI),  # what nobody sees
        (f"{WIKI}/", f"{WIKI}/"),
        (f"{WIKI}?a=", f"{WIKI}?a="),
        (f"{WIKI}-é", f"{WIKI}-é"),
    ],
)
def test_a_link_ends_where_the_sentence_goes_on(content: str, address: str) -> None:
    html = linked(content)
    assert links(html) == [address]
    shown = html.replace(' <small class="link-host" dir="ltr">(fr.wikipedia.org)</small>', "")
    assert unescape(strip_tags(shown)) == content
