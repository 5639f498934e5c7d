"""A slash asks at once for words, on the page where it is pressed, and loses none of them"""

from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, row
from tests.browser.keys import enter, help_, list_three, open_first, press, search
from tests.browser.test_axe import complaints
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

PEOPLE, SEARCH = "/brands/3/ambassadors/", "/brands/3/search/"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    return list_three(api)


def seek(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search")


def expect_found(page: Page, words: str) -> None:
    """On the page of the search, which has these words in its field."""
    expect_path(page, f"{SEARCH}?words={words.replace(' ', '+')}")
    expect(search(page)).to_have_value(words)


@pytest.mark.parametrize("path", [INBOX, PEOPLE])
def test_a_slash_leads_to_the_search(
    open_page: Open, moderator: Membership, api: Upstream, path: str
) -> None:
    page = enter(open_page, moderator, path)
    press(page, "/")
    expect(search(page)).to_be_focused()
    expect_path(page, path)
    press(page, "Enter")
    expect_path(page, f"{SEARCH}?words=")
    expect(search(page)).to_be_focused()
    page.get_by_role("link", name="Activity").focus()
    press(page, "/")
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("")
    expect(seek(page)).to_have_count(0)


def test_what_is_typed_without_a_pause_is_searched_for(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    page.keyboard.type("/Sofia Duarte")
    press(page, "Enter")
    expect_found(page, "Sofia Duarte")


@pytest.mark.parametrize("words", ["emma", "chloe", "m1/?gh"])
def test_on_a_slow_network_no_letter_acts_on_the_page_one_leaves(
    open_page: Open, moderator: Membership, three: Upstream, words: str
) -> None:
    page = open_first(open_page, moderator)
    held = Held(page, f"**{SEARCH}**")
    page.keyboard.type(f"/{words}")
    expect(search(page)).to_have_value(words)
    with page.expect_request(f"**{SEARCH}**"):
        press(page, "Enter")
    page.keyboard.type("emma")
    held.release()
    expect(search(page)).to_have_value(words)
    page.wait_for_load_state()
    assert not acts().filter(act=Act.REVIEW).exists()
    assert not three.calls("POST")


def test_escape_leaves_the_page_as_it_was(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j j j /")
    page.keyboard.type("emma")
    press(page, "Escape")
    expect(seek(page)).to_be_hidden()
    assert focused(page) == "open-3"
    expect_path(page, INBOX)
    press(page, "x")
    expect(row(page, 2).box).to_be_checked()
    press(page, "/")
    page.keyboard.type("chloe")
    expect(search(page)).to_have_value("chloe")


def test_beside_the_words_no_key_acts_either(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j / Tab")
    expect(seek(page).get_by_role("button", name="Search")).to_be_focused()
    press(page, "x m j")
    expect(row(page, 0).box).not_to_be_checked()
    expect(seek(page)).to_be_visible()
    press(page, "?")
    expect(seek(page)).to_be_hidden()
    expect(help_(page)).to_be_visible()
    assert not three.calls("POST")


def test_on_results_a_slash_replaces_the_words(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator, f"{SEARCH}?words=karim")
    press(page, "/")
    page.keyboard.type("sofia")
    expect(search(page)).to_have_value("sofia")
    press(page, "Enter")
    expect_found(page, "sofia")


def test_with_the_keys_switched_off_a_slash_does_nothing(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    moderator.user.shortcuts = False
    moderator.user.save()
    page = enter(open_page, moderator)
    press(page, "/")
    expect(seek(page)).to_be_hidden()
    page.get_by_role("link", name="Search", exact=True).click()
    expect_path(page, SEARCH)
    expect(search(page)).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_named_and_keeps_nobody_out(
    open_page: Open,
    moderator: Membership,
    three: Upstream,
    width: int,
    theme: Literal["light", "dark"],
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 844}, color_scheme=theme)
    page.goto(INBOX)
    press(page, "/")
    expect(seek(page)).to_be_visible()
    expect(search(page)).to_be_focused()
    page.evaluate(AXE_SCRIPT)
    assert complaints(page) == []
