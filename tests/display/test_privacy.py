"""Which words hold an e-mail address, however it is written, and which do not"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.display import privacy

ADDRESSES = {
    "sofia@example.com": "s…@e….com",
    "Sofia <sofia@example.com>": "Sofia <s…@e….com>",
    "sofia\uff20example.com": "s…@e….com",
    "sofia\ufe6bexample.com": "s…@e….com",
    "sofia(at)example.com": "s…@e….com",
    "sofia [at] example.com": "s…@e….com",
    "write to sofia { AT } example.com, please": "write to s…@e….com, please",
    "sofia(arobase)example.com": "s…@e….com",
    "sofia[at]example[dot]com": "s…@e…",
    "sofia (at) mail (point) example (dot) com": "s…@m…",
    "sofia @ example.com": "s…@e….com",
    "sofia@ example.com": "s…@e….com",
    '"sofia"@example.com': "…@e….com",
    '"sofia duarte"@example.com': "…@e….com",
    "'sofia'@example.com": "…@e….com",
    "sofia.o'fiaco@example.com": "s…@e….com",
    "By sofia.d'ofia@example.com, today": "By s…@e….com, today",
    "(sofia)@example.com": "(s…@e….com",
    "sofia@example.com@example.org": "s…@e….org",
    "sofia@[192.0.2.1]": "s…@…",
    "The email sofia@example.com has been taken.": "The email s…@e….com has been taken.",
}
NAMES = [
    *(
        "Léa Moreau",
        "@lea.moreau",
        "Léa @lea.moreau",
        "Chloé (at) work",
        "Jean [VIP]",
        "Anne-Marie",
    ),
    *("D'Arcy (Paris)", 'Sofia "la belle" @sofia', "J. @ Paris", "at", "(at)", "@", "12 (at) noon"),
    *("Dot (dot) com", "Nadia Benali, Maison Lumière", "a.b.c", "O’Neil [at]", "…@"),
]


@pytest.mark.parametrize("words", ADDRESSES)
def test_an_address_is_masked_however_it_is_written(words: str) -> None:
    told = privacy.mask_addresses(words)
    assert told == ADDRESSES[words]
    assert privacy.holds_address(words)
    assert "ofia" not in told.removeprefix("Sofia")
    assert "xample" not in told


@pytest.mark.parametrize("words", NAMES)
def test_a_name_is_left_as_it_is(words: str) -> None:
    assert privacy.mask_addresses(words) == words
    assert not privacy.holds_address(words)


PART = st.text("abcdefghijklmnopqrstuvwxyzé0123456789.+-_", min_size=4, max_size=30).filter(
    lambda part: part.strip(".") == part and ".." not in part
)
SIGNS = ["@", "\uff20", "\ufe6b", "(at)", " [at] ", " (AT) ", "{at}", " @ ", "@ "]


@given(
    PART,
    PART,
    st.sampled_from(SIGNS),
    st.sampled_from(["", '"', "'"]),
    st.sampled_from(["", "le "]),
)
def test_no_more_than_a_letter_of_each_part_is_left(
    name: str, host: str, sign: str, quote: str, before: str
) -> None:
    told = privacy.mask_addresses(f"{before}{quote}{name}{quote}{sign}{host}.example")
    assert name[1:] not in told
    assert f"{host[1:]}." not in told
