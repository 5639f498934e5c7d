"""The index page in a browser: up to date by itself, and by keyboard"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, Membership, WorkerBeat
from inbox.views import index
from tests.browser.conftest import Open
from tests.browser.inbox import focused, settle
from tests.browser.test_pages import assert_fits, listen
from tests.support.hostile import LONG
from tests.support.upstream import Upstream

INDEX = "/brands/3/index/"


@pytest.fixture(autouse=True)
def _index(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two ambassadors, one refused, asked for again each second."""
    now = timezone.now()
    WorkerBeat.objects.create(name="a" * 32, began=now, beat_at=now)
    IndexedBrand.objects.create(brand=brand, directory_read=now)
    told = {"brand": brand, "status": "1", "read_at": now, "walked": now}
    IndexedAmbassador.objects.create(**told, ambassador=100, name="Léa Moreau")
    IndexedAmbassador.objects.create(
        **told,
        ambassador=101,
        name=LONG[:200],
        failed_since=now - timedelta(days=2),
        failed_with=403,
        retry_at=now + timedelta(days=1),
    )
    monkeypatch.setattr(index, "SOON", 1)
    monkeypatch.setattr(index, "LATER", 1)


def open_index(open_page: Open, manager: Membership) -> Page:
    page = open_page(manager)
    page.goto(INDEX)
    return page


def test_it_follows_the_reading_by_itself_and_keeps_the_focus(
    open_page: Open, manager: Membership
) -> None:
    page = open_index(open_page, manager)
    heard = listen(page)
    page.locator("#retry-101").focus()
    IndexedAmbassador.objects.filter(ambassador=100).update(walked=None)
    expect(page.get_by_text("0 of 2 ambassadors read as a whole")).to_be_visible()
    assert focused(page) == "retry-101"
    IndexedAmbassador.objects.filter(ambassador=100).update(walked=timezone.now())
    expect(page.locator(".fresh-bar")).to_have_count(0)
    assert focused(page) == "retry-101"
    settle(page)
    assert heard == []


def test_one_who_can_not_be_read_is_tried_again_by_keyboard(
    open_page: Open, manager: Membership
) -> None:
    page = open_index(open_page, manager)
    page.locator("#retry-101").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("next try soon")).to_be_visible()
    assert focused(page) == "retry-101"
    assert IndexedAmbassador.objects.get(ambassador=101).retry_at is None
    assert page.url.endswith(INDEX)
    one = IndexedAmbassador.objects.filter(ambassador=101)
    one.update(failed_since=None, recovered_at=timezone.now())
    expect(page.get_by_text("Everybody can be read again")).to_be_visible()
    assert focused(page) == "retry-101"
    expect(page.locator("#retry-101")).to_contain_text("Read again")


def test_nothing_is_read_out_that_did_not_change(open_page: Open, manager: Membership) -> None:
    later = timezone.now() + timedelta(minutes=4)
    IndexedBrand.objects.update(failing_since=timezone.now(), failure="outage", retry_at=later)
    page = open_index(open_page, manager)
    page.locator("#fresh-bar [role=status]").evaluate("one => { one.dataset.first = 'yes' }")
    for _time in range(2):
        with page.expect_response(lambda told: "/fresh/" in told.url) as heard:
            pass
        assert heard.value.status == 204
    expect(page.locator("#fresh-bar [data-first]")).to_have_count(1)


def test_no_list_says_updated_once_it_stands_still(
    open_page: Open, manager: Membership, api: Upstream
) -> None:
    page = open_page(manager)
    page.goto("/brands/3/ambassadors/")
    expect(page.locator("#updated")).to_be_visible()
    IndexedBrand.objects.update(failing_since=timezone.now(), failure="outage")
    page.evaluate("htmx.trigger(document.body, 'fresh')")
    expect(page.get_by_text("Popsell has not answered")).to_be_visible()
    expect(page.locator("#updated")).to_be_hidden()
    IndexedBrand.objects.update(failing_since=None, failure="")
    page.evaluate("htmx.trigger(document.body, 'fresh')")
    expect(page.locator("#updated")).to_be_visible()


def test_everything_is_asked_for_again_without_scripts(
    open_page: Open, manager: Membership
) -> None:
    page = open_page(manager, java_script_enabled=False)
    page.goto(INDEX)
    page.get_by_role("button", name="Read everything again").click()
    expect(page.get_by_text("0 of 2 ambassadors read again")).to_be_visible()
    assert page.url.endswith(INDEX)
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("It is under way.")).to_be_visible()


def test_where_it_is_not_answered_that_is_said_once_until_it_is_again(
    open_page: Open, manager: Membership
) -> None:
    page = open_index(open_page, manager)
    asked: list[str] = []
    page.on("requestfailed", lambda request: asked.append(request.url))
    alert = page.locator("#alerts .alert")
    page.route(f"**{INDEX}", lambda route: route.abort())
    expect(alert).to_be_visible()
    alert.evaluate("one => { one.dataset.first = 'yes' }")
    before = len(asked)
    page.wait_for_event("requestfailed")
    page.wait_for_event("requestfailed")
    assert len(asked) > before
    expect(page.locator("#alerts [data-first]")).to_be_visible()
    page.unroute(f"**{INDEX}")
    expect(alert).to_have_count(0)


def test_a_try_keeps_the_focus_and_tells_its_turn(open_page: Open, manager: Membership) -> None:
    later = timezone.now() + timedelta(minutes=4)
    IndexedBrand.objects.update(failing_since=timezone.now(), failure="outage", retry_at=later)
    page = open_page(manager)
    page.goto("/brands/3/codes/")
    page.locator("#try-outage").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The next try comes within seconds")).to_be_visible()
    assert focused(page) == "try-outage"
    assert page.url.endswith("/codes/")


def test_it_fits_all_widths(open_page: Open, manager: Membership) -> None:
    IndexedBrand.objects.update(
        failing_since=timezone.now(), failure="outage", failed_with=502, retry_at=timezone.now()
    )
    IndexedAmbassador.objects.update(missing=3)
    assert_fits(open_index(open_page, manager))
