"""A list is narrowed by a form, gets a name, and is found again in the rail"""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inbox.models import Brand, Hold, IndexedAmbassador, IndexedBrand, Membership, SavedView
from inbox.models.holds import LASTS
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, settle
from tests.browser.test_attention import HOME, PHONE, WIDE, room
from tests.browser.test_live import TURN, wait, watch
from tests.browser.test_pages import assert_fits
from tests.support.indexed import keep, listed
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _three(api: Upstream, brand: Brand) -> None:
    keep()
    now = timezone.now()
    IndexedBrand.objects.update(directory_read=now)
    IndexedAmbassador.objects.update(name="Léa Moreau", status="6", read_at=now, walked=now)
    rooms = [room(1), room(2), room(3)]
    listed(*rooms, at=now)
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, one["last_message"])


def rows(page: Page) -> list[str | None]:
    return [one.get_attribute("data-room") for one in page.locator(".queued").all()]


def views(page: Page) -> list[str]:
    return page.locator(".views a").all_inner_texts()


def test_a_list_is_narrowed_named_and_found_again(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    page.locator(".more summary").click()
    page.get_by_label("Who has it").select_option("nobody")
    page.get_by_label("Words in names").fill("person 2")
    page.get_by_role("button", name="Apply").click()
    expect_path(page, f"{HOME}?held=nobody&q=person+2")
    assert rows(page) == ["2"]
    page.get_by_role("link", name="Keep as a view").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("The second")
    name.press("Enter")
    expect(page.locator("#title")).to_have_text("The second")
    expect(page.locator(".views a[aria-current]")).to_have_text("The second 1")
    page.locator("#open-2").click()
    expect(page.locator("#conversation")).to_be_visible()
    expect_path(page, f"{HOME}ambassadors/100/chatrooms/2/?reason=all&held=nobody&q=person+2")
    page.go_back()
    expect(page.locator("#title")).to_have_text("The second")
    page.locator(".chosen .chip", has_text="Words").click()
    expect_path(page, f"{HOME}?held=nobody")
    assert rows(page) == ["1", "2", "3"]


def test_what_a_colleague_takes_waits_behind_news(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    watch(page, f"{HOME}?held=nobody")
    facts = {"brand_id": 3, "ambassador": 100, "member": manager, "member_name": "Camille"}
    Hold.objects.create(chatroom=2, until=timezone.now() + LASTS, **facts)
    wait(page, TURN)
    expect(page.locator("#news")).to_contain_text("The list changed")
    assert rows(page) == ["1", "2", "3"]
    page.keyboard.press("r")
    expect(page.locator(".queued")).to_have_count(2)
    assert rows(page) == ["1", "3"]


def test_a_view_is_deleted(open_page: Open, moderator: Membership) -> None:
    view = SavedView.objects.create(brand_id=3, member=moderator, name="Mine", query="waits=1")
    page = open_page(moderator, **WIDE)
    page.goto(f"{HOME}views/")
    page.get_by_role("link", name="Change Mine").click()
    expect_path(page, f"{HOME}views/{view.pk}/")
    settle(page)
    page.get_by_text("Delete this view").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The view Mine is deleted.")).to_be_visible()
    assert not SavedView.objects.filter(pk=view.pk)


@pytest.mark.parametrize("path", ["?held=nobody&waits=1&named=payment", "views/", "views/new/"])
def test_it_fits_on_a_phone(open_page: Open, moderator: Membership, path: str) -> None:
    page = open_page(moderator, **PHONE)
    page.goto(f"{HOME}{path}")
    assert_fits(page)
