"""The ambassadors as the index knows them, in a browser: a table, and on a phone lines without zeros"""

from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from inbox.models import Brand, IndexedAmbassador, Membership
from tests.browser.conftest import Open
from tests.browser.test_axe import LOOKS, complaints
from tests.browser.test_live import TURN, wait, watch
from tests.browser.test_pages import assert_fits, listen
from tests.support.hostile import LONG, MARKUP
from tests.support.runs import Some
from tests.support.upstream import Upstream
from tests.support.waiting import DAY, HOUR, has_index, knows, rooms, waits

PEOPLE = "/brands/3/ambassadors/"
ASKED = f"{PEOPLE}101/"


@pytest.fixture(autouse=True)
def _people(brand: Brand) -> None:
    """One of each: waited for, with more than can be told, refused, never read, and none of it."""
    now = timezone.now()
    has_index(brand)
    knows(101, "Ada Ash", seen=now - HOUR)
    knows(102, LONG[:200])
    knows(103, MARKUP[:200], walked=None)
    knows(104, "Dee Dogwood", failed_since=now - 3 * DAY, failed_with=403)
    knows(105, "Eli Elm", read_at=None, walked=None)
    knows(106, "Fay Fir")
    knows(107, anonymized=True)
    waits(101, 9 * HOUR + timedelta(minutes=40), 40 * DAY, unread=True)
    rooms(101, 1, is_anomalous=True)
    waits(102, 13 * DAY, *[20 * DAY] * 12, waits_longer=True)
    rooms(102, 1001, unread=True, is_anomalous=True)


@pytest.fixture
def page(open_page: Open, viewer: Membership, api: Upstream) -> Page:
    page = open_page(viewer)
    page.goto(PEOPLE)
    return page


def row(page: Page, number: int) -> Locator:
    return page.locator(f'.person[data-item="{number}"]')


def edges(cells: Locator) -> list[float]:
    """Where these end, on the right."""
    found: list[float] = cells.evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().right)"
    )
    return found


def order(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-item]").evaluate_all(
        "all => all.map((one) => one.dataset.item)"
    )
    return found


def test_it_fits_and_is_quiet(page: Page) -> None:
    heard = listen(page)
    page.reload()
    assert_fits(page)
    assert heard == []


def test_axe_finds_nothing(page: Page, some: Some) -> None:
    page.evaluate(AXE_SCRIPT)
    for look in some(LOOKS):
        look.put_on(page)
        assert complaints(page) == []


def test_screen_readers_hear_a_table_at_any_width(page: Page) -> None:
    for width, columns in ((1440, 8), (1024, 8), (390, 6)):
        page.set_viewport_size({"width": width, "height": 800})
        table = page.get_by_role("table", name="Ambassadors")
        expect(table.get_by_role("columnheader")).to_have_count(columns)
        expect(table.get_by_role("rowheader")).to_have_count(7)
        assert row(page, 101).get_by_role("link", name="2 unread", exact=True).count() == 1


def test_on_a_phone_what_is_nothing_is_left_out_and_the_rest_has_words(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(row(page, 101).locator("td:visible")).to_have_text(
        ["1 waits 1 over 14 days", "9 h 40", "2 unread", "1 anomaly"]
    )
    expect(row(page, 106).locator("td:visible")).to_have_count(0)
    expect(row(page, 105).locator("td:visible")).to_have_count(0)
    expect(row(page, 105)).to_contain_text("not read yet")


@pytest.mark.parametrize(("width", "count"), [(1440, 6), (390, 5)])
def test_each_number_has_a_target_of_its_own(page: Page, width: int, count: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    boxes = (
        row(page, 101)
        .locator("td a:visible")
        .evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect())"
            ".map(({ width, height }) => Math.min(width, height))"
        )
    )
    assert len(boxes) == count
    assert min(boxes) >= 24
    row(page, 101).get_by_role("link", name="2 unread", exact=True).click()
    page.wait_for_url(f"**{ASKED}?unread=1")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_the_name_opens_the_inbox(
    open_page: Open, viewer: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(viewer, java_script_enabled=scripts)
    page.goto(PEOPLE)
    row(page, 101).locator(".person-role").click(position={"x": 2, "y": 2}, force=True)
    page.wait_for_url(f"**{ASKED}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_heading_sorts_and_turns_round(
    open_page: Open, viewer: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(viewer, java_script_enabled=scripts)
    page.goto(PEOPLE)
    for direction in ("descending", "ascending"):
        page.get_by_role("link", name="Unread", exact=True).click()
        heading = page.get_by_role("columnheader", name="Unread", exact=True)
        expect(heading).to_have_attribute("aria-sort", direction)
    assert page.url.endswith("?sort=unread")


def test_the_focus_stays_on_what_sorts_and_narrows(page: Page) -> None:
    for place in ("thead a:text('Unread')", ".tabs a[href*='tab=waiting']"):
        page.locator(place).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator(place)).to_be_focused()


def test_on_a_phone_a_heading_is_there_once_it_has_the_focus(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    heading = page.get_by_role("link", name="Unread", exact=True)
    heading.focus()
    box = heading.bounding_box()
    assert box
    assert box["width"] > 24
    assert_fits(page)


def test_a_column_left_out_on_a_phone_is_there_while_it_sorts(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    rooms_of = row(page, 101).locator("[data-of=conversations]")
    expect(rooms_of).to_be_hidden()
    page.goto(f"{PEOPLE}?sort=-conversations")
    expect(rooms_of).to_have_text("3 conversations")


def test_digits_choose_a_tab(page: Page) -> None:
    page.keyboard.press("2")
    page.wait_for_url("**?tab=waiting")
    assert set(order(page)) == {"101", "102"}


def test_keys_go_from_row_to_row(page: Page) -> None:
    first, second = order(page)[:2]
    page.keyboard.press("j")
    expect(row(page, int(first)).locator(".person-name a")).to_be_focused()
    page.keyboard.press("j")
    expect(row(page, int(second)).locator(".person-name a")).to_be_focused()


def test_a_new_order_waits_behind_the_button(
    open_page: Open, viewer: Membership, api: Upstream
) -> None:
    api.changed = True
    who = api.sandbox.brands[3].people[101]
    who.busy, who.last_action = False, timezone.now() - HOUR
    page = watch(open_page(viewer), PEOPLE)
    before = order(page)
    assert before[:2] == ["102", "101"]
    waits(106, 13 * DAY + 2 * HOUR)
    IndexedAmbassador.objects.filter(ambassador=101).update(seen=timezone.now())
    wait(page, TURN)
    button = page.locator("#news button")
    expect(button).to_have_text("1 changed")
    expect(page.locator("#presence-101")).to_have_text("seen just now")
    assert order(page) == before
    button.click()
    expect(page.locator("[data-item]").first).to_have_attribute("data-item", "106")


@pytest.mark.parametrize("width", [673, 794, 1001, 1123])
def test_on_paper_it_is_a_table_of_all_columns(page: Page, width: int) -> None:
    """On paper held upright and across, with and without its margins."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="print")
    columns = edges(page.locator(".people thead th"))
    assert len(columns) == 8
    assert columns == sorted(set(columns))
    assert columns[-1] <= width
    for number in (101, 102, 106):
        assert edges(row(page, number).locator("> *")) == columns


def test_its_filters_stand_beside_the_search_in_french_too(
    open_page: Open, viewer: Membership, api: Upstream
) -> None:
    page = open_page(viewer, locale="fr-FR", viewport={"width": 1024, "height": 768})
    page.goto(PEOPLE)
    search = page.locator("main .search").bounding_box()
    more = page.locator(".more").bounding_box()
    assert search
    assert more
    assert search["x"] + search["width"] <= more["x"]
    assert abs(search["y"] - more["y"]) < search["height"]
