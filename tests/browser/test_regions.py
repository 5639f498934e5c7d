"""Rail, list and conversation side by side: links, tabs, Back and Forward, small screens"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Brand, Membership, Role
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Held,
    expect_path,
    focused,
    markable,
    region,
    row,
    settle,
    status,
    toast,
)
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

PAGE_TWO = f"{INBOX}?page=2"
PHONE = {"viewport": {"width": 390, "height": 800}}


def complain(page: Page) -> list[str]:
    """What scripts of the page throw from now on."""
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    return thrown


def mark_list(page: Page) -> None:
    """Tells another list in its place apart from this one."""
    page.evaluate("document.getElementById('list').wasHere = true")


def expect_same_list(page: Page) -> None:
    assert page.evaluate("document.getElementById('list').wasHere === true")


def scroll(page: Page) -> int:
    found: int = page.evaluate("Math.round(scrollY)")
    return found


def test_a_row_opens_beside_a_list_that_stays_as_it_is(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(PAGE_TWO)
    mark_list(page)
    one = row(page, 15)
    one.here.scroll_into_view_if_needed()
    before, name, address = scroll(page), one.link.inner_text(), one.address
    assert before > 0
    one.link.click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text(name)
    expect_path(page, address)
    assert address.startswith(f"{INBOX}chatrooms/{one.id}/")
    assert address.endswith("?page=2")
    expect(one.link).to_have_attribute("aria-current", "true")
    expect(page.locator(".row [aria-current]")).to_have_count(1)
    expect(status(page)).to_have_text(f"The conversation with {name} is open.")
    expect(page).to_have_title(re.compile(re.escape(f"{name} · Léa Moreau")))
    assert (scroll(page), focused(page)) == (before, f"open-{one.id}")
    expect_same_list(page)
    assert not api.calls("POST")


def test_its_address_is_a_page_of_its_own(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(PAGE_TWO)
    one = row(page, 3)
    name = one.link.inner_text()
    with page.context.expect_page() as opened:
        one.link.click(modifiers=["ControlOrMeta"])
    tab = opened.value
    expect(tab.locator("#conversation h2")).to_have_text(name)
    expect_path(tab, one.address)
    expect(tab.locator(f"#open-{one.id}")).to_have_attribute("aria-current", "true")
    expect(tab.get_by_role("link", name="Page 2", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect_path(page, PAGE_TWO)
    expect(region(page)).to_contain_text("Choose a conversation")


def test_back_and_forward_change_the_conversation_alone(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(PAGE_TWO)
    mark_list(page)
    one, other = row(page, 12), row(page, 13)
    one.here.scroll_into_view_if_needed()
    before = scroll(page)
    first, second = one.link.inner_text(), other.link.inner_text()
    heading = region(page).get_by_role("heading", level=2)
    one.link.click()
    expect(heading).to_have_text(first)
    other.link.click()
    expect(heading).to_have_text(second)
    page.go_back()
    expect(heading).to_have_text(first)
    expect(page).to_have_title(re.compile(re.escape(first)))
    expect(one.link).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(region(page)).to_contain_text("Choose a conversation")
    expect(page.locator(".row [aria-current]")).to_have_count(0)
    expect_path(page, PAGE_TWO)
    page.go_forward()
    expect(heading).to_have_text(first)
    assert (scroll(page), focused(page)) == (before, f"open-{one.id}")
    expect_same_list(page)


def test_opening_the_open_row_again_leads_into_the_conversation(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = row(page, 1)
    one.link.press("Enter")
    expect(region(page).get_by_role("heading", level=2)).to_be_visible()
    assert focused(page) == f"open-{one.id}"
    settle(page)
    one.link.press("Enter")
    assert focused(page) == "conversation"


def test_of_two_rows_in_a_hurry_the_last_one_opens(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    thrown = complain(page)
    page.goto(INBOX)
    one, other = row(page, 1), row(page, 2)
    held = Held(page, f"**/chatrooms/{one.id}/**")
    one.link.click()
    other.link.click()
    expect(other.link).to_have_attribute("aria-current", "true")
    expect(region(page).locator("h2")).to_have_text(other.link.inner_text())
    held.release()
    page.wait_for_load_state("networkidle")
    expect_path(page, other.address)
    expect(region(page).locator("h2")).to_have_text(other.link.inner_text())
    expect(page.locator(".row [aria-current]")).to_have_count(1)
    assert thrown == []


@pytest.mark.parametrize("how", ["refused", "unreachable"])
def test_a_conversation_that_does_not_open_says_so_where_one_looks(
    open_page: Open, moderator: Membership, api: Upstream, how: str
) -> None:
    page = open_page(moderator)
    thrown = complain(page)
    page.goto(INBOX)
    one = row(page, 20)
    one.here.scroll_into_view_if_needed()
    if how == "refused":
        api.answer("GET", 404)
    else:
        page.route("**/chatrooms/**", lambda route: route.abort())
    one.link.click()
    alert = page.locator("[role=alert] .alert")
    expect(alert).to_be_visible()
    expect(alert).to_be_in_viewport()
    expect_path(page, INBOX)
    expect(page.locator(".row [aria-current]")).to_have_count(0)
    assert focused(page) == f"open-{one.id}"
    api.recover()
    page.unroute_all()
    settle(page)
    one.link.click()
    expect(region(page).locator("h2")).to_have_text(one.link.inner_text())
    expect(alert).to_have_count(0)
    assert thrown == []


# Small screens


def test_on_a_phone_a_conversation_is_a_page_with_a_way_back(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **PHONE)
    page.goto(PAGE_TWO)
    expect(region(page)).to_be_hidden()
    one = row(page, 10)
    address = one.address
    one.link.click()
    expect_path(page, address)
    expect(region(page).get_by_role("heading", level=2)).to_be_visible()
    for of_the_list in (one.here, page.locator("#refresh"), page.locator(".tabs")):
        expect(of_the_list).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    expect_path(page, f"{PAGE_TWO}#open-{one.id}")
    expect(one.here).to_be_in_viewport()


def test_on_a_phone_the_rail_is_a_menu(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **PHONE)
    page.goto(INBOX)
    account = page.get_by_role("link", name="Account")
    expect(account).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(account).to_be_visible()
    page.keyboard.press("Escape")
    expect(account).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


# The rail


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_rail_switches_brands(
    open_page: Open, moderator: Membership, other_brand: Brand, scripts: bool
) -> None:
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    page = open_page(moderator, java_script_enabled=scripts)
    page.goto(INBOX)
    page.get_by_role("button", name="Change brand").click()
    brands = page.get_by_role("navigation", name="Your brands")
    expect(brands.get_by_role("link", name="Maison Lumière")).to_have_attribute(
        "aria-current", "true"
    )
    brands.get_by_role("link", name="Nordsport").click()
    expect_path(page, "/brands/8/")


def test_the_rail_says_who_one_is(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    expect(page.locator(".rail-who")).to_contain_text("Nadia Benali · Moderator")
    expect(page.get_by_role("button", name="Change brand")).to_have_count(0)


def test_a_pin_is_counted_after_the_page_is_there(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100, 101]
    moderator.save()
    page = open_page(moderator)
    page.goto("/brands/3/ambassadors/")
    pin = page.get_by_role("navigation", name="Pinned ambassadors").get_by_role("listitem").first
    expect(pin).to_contain_text("9+")
    expect(pin.locator(".pin-count")).to_have_attribute(
        "title", re.compile("Unread on the first page, as of")
    )
    expect(pin.locator(".avatar.online")).to_have_count(1)
    asked = len(api.sent)
    page.reload()
    expect(pin).to_contain_text("9+")
    page.wait_for_load_state("networkidle")
    assert len(api.sent) == asked + 1  # the directory alone
    pin.get_by_role("link", name="Léa Moreau").click()
    expect_path(page, INBOX)


# Without scripts


def test_without_scripts_a_conversation_opens_and_leads_back(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(PAGE_TWO)
    one = markable(page)
    address = one.address
    one.link.click()
    expect_path(page, address)
    page.locator("#read-conversation").click()
    expect_path(page, f"{address}#chatroom-{one.id}")
    expect(toast(page)).to_contain_text("Marked read for Léa: ")
    expect(page.locator("#read-conversation")).to_have_text("Read")
    one.expect_read()
    assert len(api.calls("POST")) == 1


def test_without_scripts_on_a_phone_a_conversation_leads_back(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, java_script_enabled=False, **PHONE)
    page.goto(PAGE_TWO)
    one = row(page, 10)
    one.link.click()
    page.get_by_role("link", name="Back to the list").click()
    expect_path(page, f"{PAGE_TWO}#open-{one.id}")
    expect(one.here).to_be_in_viewport()


def test_without_scripts_one_pins_chooses_a_theme_and_searches(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(PAGE_TWO)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect_path(page, PAGE_TWO)
    pins = page.get_by_role("navigation", name="Pinned ambassadors")
    expect(pins.get_by_role("link")).to_have_text(re.compile("Léa Moreau"))
    page.get_by_role("button", name="Dark").click()
    expect_path(page, PAGE_TWO)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("color-scheme", "dark")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search the brand").fill("Moreau")
    page.get_by_role("button", name="Search").click()
    expect_path(page, "/brands/3/search/?words=Moreau")
    page.get_by_role("link", name="Ambassadors", exact=True).click()
    page.get_by_label("Search ambassadors by name").fill("Moreau")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(".person")).to_contain_text("Léa Moreau")
