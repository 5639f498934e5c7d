"""The brand's settings in a browser: tried, saved, and sorted by them before one's eyes"""

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Brand, BrandRules, IndexedBrand, Membership
from inbox.views import brand_settings
from tests.browser.conftest import Open
from tests.browser.inbox import focused, settle
from tests.browser.test_pages import assert_fits, listen
from tests.support.upstream import Upstream

SETTINGS = "/brands/3/settings/"
BAR = "#ranking .fresh-bar"


@pytest.fixture(autouse=True)
def _ranking(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    """New rules hold, and 4,000 of 21,000 conversations are sorted by them. It asks each second."""
    IndexedBrand.objects.create(brand=brand)
    BrandRules.objects.create(brand=brand, ranked_to=7, ranked=4_000, to_rank=21_000)
    monkeypatch.setattr(brand_settings, "SOON", 1)


def open_settings(open_page: Open, manager: Membership) -> Page:
    page = open_page(manager)
    page.goto(SETTINGS)
    return page


def test_the_sorting_is_told_while_it_goes_on_and_what_is_typed_stays(
    open_page: Open, manager: Membership
) -> None:
    page = open_settings(open_page, manager)
    heard = listen(page)
    expect(page.locator(BAR)).to_contain_text("4,000 of 21,000 conversations")
    page.get_by_label("Waits after").fill("2 h")
    BrandRules.objects.update(ranked=9_000)
    expect(page.locator(BAR)).to_contain_text("9,000 of 21,000 conversations")
    BrandRules.objects.update(ranked_to=None)
    expect(page.locator(BAR)).to_have_count(0)
    settle(page)
    expect(page.get_by_label("Waits after")).to_have_value("2 h")
    assert focused(page) == "id_waits_after"
    assert heard == []


def test_enter_tries_and_the_result_is_where_one_reads_on(
    open_page: Open, manager: Membership
) -> None:
    page = open_settings(open_page, manager)
    page.get_by_label("Waits after").fill("2 h")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing would change now.")).to_be_visible()
    expect(page.locator("#tried-title")).to_be_focused()
    assert BrandRules.objects.get().waits_after == 60
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rules are saved.")).to_be_visible()
    assert BrandRules.objects.get().waits_after == 120


def test_nothing_is_wider_than_the_window(
    open_page: Open, manager: Membership, api: Upstream
) -> None:
    page = open_settings(open_page, manager)
    page.get_by_label("Monday").fill("9-12, 14-18")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing would change now.")).to_be_visible()
    assert_fits(page)
