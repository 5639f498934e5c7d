"""Search in a conversation, and jumps within it, in a browser"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from inbox.views import find
from tests.browser.conftest import Open
from tests.browser.inbox import Held, settle
from tests.browser.test_pages import assert_fits, listen
from tests.browser.test_transcript import LONG, NARROW, WIDE, go
from tests.support.upstream import Upstream


def search(page: Page, typed: str) -> None:
    go(page, LONG)
    page.get_by_role("button", name="Go to…").click()
    page.get_by_label("Words").fill(typed)
    page.get_by_role("button", name="Search").click()
    page.wait_for_load_state()


def matches(page: Page) -> int:
    return page.locator("#rows > li").count()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_search_goes_through_all_and_leads_to_the_message(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    page = open_page(moderator, viewport=size)
    heard = listen(page)
    search(page, "MERCI")
    expect(page.locator("#scan")).to_contain_text("80 of 80 pages")
    settle(page)
    assert matches(page) > 20
    assert_fits(page)
    last = page.locator("#rows > li").last
    expect(last.locator("mark").first).to_have_text(re.compile("merci", re.IGNORECASE))
    last.get_by_role("link").click()
    page.wait_for_load_state()
    chosen = page.locator(".message[aria-current]")
    expect(chosen).to_be_in_viewport()
    expect(chosen).to_contain_text(re.compile("merci", re.IGNORECASE))
    page.go_back()
    expect(page.get_by_label("Words")).to_have_value("MERCI")
    assert heard == []


def test_a_search_is_stopped_and_goes_on(
    open_page: Open, moderator: Membership, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(moderator, viewport=WIDE)
    held = Held(page, "**/find/*at=*")
    search(page, "merci")
    expect(page.locator("#scan-progress")).to_have_attribute("value", "1")
    expect(page.locator("#scan")).to_contain_text("1 of 80 pages")
    before = matches(page)
    page.get_by_role("button", name="Stop").click()
    held.release()
    settle(page)
    assert matches(page) == before
    go_on = page.get_by_role("button", name="Continue (1 of 80 pages)")
    expect(go_on).to_be_focused()
    monkeypatch.setattr(find, "PAGES", 200)
    go_on.press("Enter")
    expect(page.locator("#scan")).to_contain_text("80 of 80 pages")
    assert matches(page) > before
    expect(page.locator("#status")).to_contain_text("found")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_day_and_the_beginning_are_a_press_away(
    open_page: Open, moderator: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts, viewport=WIDE)
    go(page, LONG)
    page.get_by_role("button", name="Go to…").click()
    page.get_by_label("Day").fill("2020-01-01")
    api.sent.clear()
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    expect(page.get_by_text("No message on 1 Jan 2020")).to_be_visible()
    chosen = page.locator(".message[aria-current]")
    expect(chosen).to_have_count(1)
    asked = LONG.rstrip("/").rpartition("/")[2]
    assert len([one for one in api.sent if one.path.endswith(f"/{asked}/messages")]) <= 8
    if scripts:
        expect(chosen).to_be_in_viewport()
        expect(page.get_by_text("No message on 1 Jan 2020")).to_be_in_viewport()
    page.get_by_role("button", name="Go to…").click()
    page.get_by_role("link", name="The beginning").click()
    page.wait_for_load_state()
    expect(page.get_by_role("link", name="Older messages")).to_have_count(0)
    expect(page.get_by_role("link", name="Newer messages")).to_be_attached()
    assert page.url.endswith("messages/?at=beginning")
