"""Two quick presses are one: the second is meant for what stood there before the first was answered"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from playwright.sync_api import Locator, Page, Request, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, Row, expect_path, markable, region, settle, status
from tests.browser.test_several import mark_all, question
from tests.support.cast import PASSWORD
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

TALK = f"{INBOX}chatrooms/30670/"
MEMBERS = "/brands/3/members/"
MOMENT = 500


def stop_time(page: Page) -> None:
    """From now on no moment passes by itself, however slow the machine."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=1))


def posts(page: Page) -> list[str]:
    """What the page sends from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", note)
    return found


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


CONTROLS = {
    "Archive": "#archive-button",
    "Block": "#block-button",
    "Flag": "#flag-1",
    "Mark read": "button#read-conversation",
    "Reveal": "button[id^=reveal]",
    "Reviewed": "#review-button",
    "Undo the review": "#undo-button",
    "Pin": "#pin-button",
}


def enter(open_page: Open, moderator: Membership, control: str) -> tuple[Page, list[str]]:
    page = open_page(moderator, viewport={"width": 1440, "height": 1400})
    page.goto(f"{INBOX}?page=2")
    address = TALK if control != "Mark read" else markable(page).address
    if control == "Undo the review":
        page.goto(address)
        page.locator("#review-button").click()
        expect(status(page)).to_contain_text("Reviewed for")
        settle(page)  # the next one may have opened by now
    stop_time(page)
    page.goto(address)
    if control == "Reveal":
        page.locator(".details summary").click()
    page.locator(CONTROLS[control]).first.scroll_into_view_if_needed()
    return page, posts(page)


@pytest.mark.parametrize("control", CONTROLS)
def test_two_clicks_on_a_control_are_one_act(
    open_page: Open, moderator: Membership, api: Upstream, control: str
) -> None:
    """The second press comes before the answer; the third and fourth hit what replaced it."""
    page, sent = enter(open_page, moderator, control)
    before = acts().count()
    held = Held(page, "**/ambassadors/100/**")
    x, y = middle(page.locator(CONTROLS[control]).first)
    page.mouse.click(x, y)
    page.mouse.click(x, y)
    with page.expect_response(lambda response: response.request.method == "POST"):
        held.release()
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.mouse.click(x, y)
    page.mouse.dblclick(x, y)
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    assert acts().count() == before + (control != "Pin")


def test_after_a_moment_the_opposite_act_is_a_press_away(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page, _ = enter(open_page, moderator, "Archive")
    page.mouse.click(*middle(page.locator("#archive-button")))
    expect(page.locator("#archive-button")).to_have_text("Unarchive")
    page.mouse.click(*middle(page.locator("#archive-button")))
    page.locator("#archive-button").press("Enter")
    page.clock.run_for(MOMENT)
    page.mouse.click(*middle(page.locator("#archive-button")))
    expect(page.locator("#archive-button")).to_have_text("Archive")
    assert len(api.calls("PATCH")) == 2


def test_two_quick_clicks_as_a_hand_makes_them(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """With the clock as it goes: what holds a slow machine's second click is that time stands still."""
    page = open_page(moderator)
    page.goto(TALK)
    page.locator("#archive-button").click(click_count=2, delay=30)
    expect(page.locator("#archive-button")).to_have_text("Unarchive")
    settle(page)
    assert len(api.calls("PATCH")) == 1


def test_what_was_not_changed_and_what_one_types_is_free_at_once(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page, _ = enter(open_page, moderator, "Archive")
    page.mouse.click(*middle(page.locator("#archive-button")))
    expect(page.locator("#archive-button")).to_have_text("Unarchive")
    note = page.get_by_label("Note for the team")
    page.mouse.click(*middle(note))
    page.keyboard.type("Seen")
    expect(note).to_have_value("Seen")
    page.mouse.click(*middle(page.get_by_role("button", name="Keyboard")))
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_keys_wait_for_what_came_in_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    stop_time(page)
    page.goto(INBOX)
    one = markable(page)
    one.link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("button#read-conversation")).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_load_state("networkidle")
    assert not acts().exists()
    page.clock.run_for(MOMENT)
    page.keyboard.press("e")
    expect(one.here).to_contain_text("Reviewed by Nadia Benali")


def test_two_clicks_beside_a_row_mark_it_alone(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    stop_time(page)
    page.goto(INBOX)
    one = markable(page)
    x, y = middle(one.button)
    page.mouse.click(x, y)
    one.expect_read()
    page.mouse.dblclick(x, y)
    page.wait_for_load_state("networkidle")
    assert len(api.calls("POST")) == 1
    expect(region(page)).to_contain_text("Choose a conversation")
    page.mouse.click(*middle(Row(page, one.id).here))
    expect(region(page)).to_contain_text("Choose a conversation")
    page.clock.run_for(MOMENT)
    page.mouse.click(*middle(Row(page, one.id).here))
    expect(region(page).locator("h2")).to_be_visible()


def test_what_stops_and_goes_on_takes_one_press(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    stop_time(page)
    page.goto(INBOX)
    pause = page.locator("#pause")
    x, y = middle(pause)
    page.mouse.dblclick(x, y)
    expect(pause).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(MOMENT)
    page.mouse.click(x, y)
    expect(pause).to_have_attribute("aria-pressed", "false")


def test_a_question_that_opens_under_the_pointer_is_not_answered_by_a_second_click(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    stop_time(page)
    page.goto(INBOX)
    mark_all(page).click()
    answer = question(page).get_by_role("button", name="Mark read")
    page.mouse.click(*middle(answer))
    expect(answer).to_be_visible()
    page.clock.run_for(MOMENT)
    page.mouse.click(*middle(answer))
    expect(answer).to_be_hidden()
    expect(status(page)).to_contain_text("marked read for Léa.")


def test_what_comes_by_itself_holds_nobody_up(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100]
    moderator.save()
    page = open_page(moderator)
    stop_time(page)
    page.goto("/brands/3/ambassadors/")
    pin = page.locator("#pin-100 a")
    expect(pin).to_contain_text("9+")
    page.mouse.click(*middle(pin))
    expect_path(page, INBOX)


@pytest.mark.parametrize("name", ["Dark", "Français"])
def test_two_clicks_on_a_preference_are_sent_once(
    open_page: Open, moderator: Membership, name: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    sent = posts(page)
    held = Held(page, "**/preferences/")
    button = page.get_by_role("button", name=name)
    button.click()
    settled = page.locator("[data-fresh]")
    expect(settled).to_have_count(0)
    button.click(force=True)
    with page.expect_navigation():
        held.release()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


# Forms that lead to another page


def press_on(page: Page, button: Locator, address: str) -> Held:
    """Press it, and again a good while later, with what is sent there still under way."""
    x, y = middle(button)
    button.focus()
    held = Held(page, address)
    for _ in range(3):
        page.mouse.click(x, y)
        page.wait_for_timeout(MOMENT)
        page.keyboard.press("Enter")
    return held


def invite(page: Page) -> None:
    page.goto(MEMBERS)
    page.get_by_label("E-mail").fill("ines@example.com")
    page.get_by_label("Role", exact=True).select_option("moderator")


def test_an_invitation_is_sent_once_however_often_one_presses(
    open_page: Open, manager: Membership
) -> None:
    page = open_page(manager)
    invite(page)
    sent = posts(page)
    button = page.get_by_role("button", name="Invite")
    press_on(page, button, f"**{MEMBERS}").release()
    expect(page.get_by_text("An invitation is on its way to ines@example.com.")).to_be_visible()
    assert len(sent) == 1
    assert len(mail.outbox) == 1


def test_who_signs_in_does_so_once(open_page: Open, moderator: Membership) -> None:
    page = open_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(moderator.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    sent = posts(page)
    button = page.get_by_role("button", name="Sign in", exact=True)
    press_on(page, button, "**/accounts/login/").release()
    expect(page.get_by_role("heading", name="Needs attention", level=1)).to_be_visible()
    assert len(sent) == 1


def test_a_form_that_was_stopped_can_be_sent_again(open_page: Open, manager: Membership) -> None:
    page = open_page(manager)
    page.clock.install()
    invite(page)
    page.route(f"**{MEMBERS}", lambda route: route.fulfill(status=204), times=1)
    button = page.get_by_role("button", name="Invite")
    with page.expect_response(lambda response: response.status == 204):
        button.click(no_wait_after=True)
    page.clock.run_for(11_000)
    button.click()
    expect(page.get_by_text("An invitation is on its way to ines@example.com.")).to_be_visible()
    assert len(mail.outbox) == 1


def test_a_page_that_one_comes_back_to_has_forms_that_work(
    open_page: Open, manager: Membership
) -> None:
    """As a browser does that keeps a page as it was left."""
    page = open_page(manager)
    invite(page)
    page.route(f"**{MEMBERS}", lambda route: route.fulfill(status=204), times=1)
    button = page.get_by_role("button", name="Invite")
    with page.expect_response(lambda response: response.status == 204):
        button.click(no_wait_after=True)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    button.click()
    expect(page.get_by_text("An invitation is on its way to ines@example.com.")).to_be_visible()
