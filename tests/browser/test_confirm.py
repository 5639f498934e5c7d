"""Confirming oneself in a browser: where the focus is, and that one comes back to where one was"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.activity.recording import record
from inbox.chatrooms.revealing import MOST
from inbox.models import Act, Membership, Role, User
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.conftest import Later
from tests.support.cast import PASSWORD, member
from tests.support.passkey import Passkey
from tests.support.runs import few
from tests.support.states import ACTIVITY, CONVERSATION, MEMBERS, TALK
from tests.support.trail import acts

IS_ON_TOP = """(id) => {
  const one = document.getElementById(id);
  const { left, top, width, height } = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


@pytest.fixture
def eager(moderator: Membership) -> Membership:
    """Somebody who has revealed as many people as one may."""
    for number in range(MOST):
        about = {"ambassador": 7, "chatroom": 1, "participant": 900 + number}
        record(moderator, Act.REVEAL, **about)
    return moderator


def confirm(page: Page, why: str) -> None:
    """With the password, on the page that says why."""
    expect(page.get_by_text(f"Before you {why}, confirm that it is you.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_reveals_much_confirms_and_is_back_at_the_button(
    open_page: Open, eager: Membership, scripts: bool
) -> None:
    page = open_page(eager, java_script_enabled=scripts)
    page.goto(TALK)
    page.locator(".details summary").click()
    button = page.get_by_role("button", name="Reveal what identifies").first
    id_ = button.get_attribute("id")
    button.press("Enter")
    expect(page.get_by_text("You have revealed 20 people within an hour.")).to_be_visible()
    link = page.get_by_role("link", name="Confirm that it is you")
    if scripts:
        expect(link).to_be_focused()
        expect(page.locator("#status")).to_contain_text("is not shown: confirm that it is you")
    assert acts().count() == MOST
    settle(page)
    link.press("Enter")
    confirm(page, "reveal more people")
    page.wait_for_url(re.compile(rf"{re.escape(TALK)}#{id_}$"))
    again = page.locator(f"#{id_}")
    expect(again).to_be_focused()
    expect(again).to_be_in_viewport()
    page.keyboard.press("Enter")
    if scripts:
        expect(page.locator("#status")).to_contain_text("Shown what identifies")
    else:
        expect(page.get_by_text("This is shown once")).to_be_visible()
    assert acts().count() == MOST + 1


@pytest.mark.parametrize("width", few([1440, 1024, 390, 320]))
@pytest.mark.parametrize("path", [TALK, CONVERSATION], ids=["short", "long"])
def test_the_button_is_in_sight_below_the_head(
    open_page: Open, eager: Membership, width: int, path: str
) -> None:
    page = open_page(eager, viewport={"width": width, "height": 900})
    page.goto(path)
    page.locator(".details summary").click()
    button = page.get_by_role("button", name="Reveal what identifies").last
    id_ = button.get_attribute("id")
    button.click()
    page.get_by_role("link", name="Confirm that it is you").click()
    confirm(page, "reveal more people")
    page.wait_for_url(re.compile(rf"#{id_}$"))
    expect(page.locator(f"#{id_}")).to_be_focused()
    assert page.evaluate(IS_ON_TOP, id_)


def test_who_thinks_better_of_it_is_back_too(open_page: Open, eager: Membership) -> None:
    page = open_page(eager)
    page.goto(TALK)
    page.locator(".details summary").click()
    page.get_by_role("button", name="Reveal what identifies").first.click()
    page.get_by_role("link", name="Confirm that it is you").click()
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**{TALK}")
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    page.locator(".details summary").click()
    expect(page.get_by_role("button", name="Reveal what identifies").first).to_be_visible()
    assert acts().count() == MOST


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_download_leads_back_to_its_link(
    open_page: Open, moderator: Membership, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts)
    page.goto(f"{ACTIVITY}?act=read")
    link = page.get_by_role("link", name="Download CSV")
    link.press("Enter")
    confirm(page, "download the activity")
    expect(page.get_by_text("The file can be downloaded now.")).to_be_visible()
    expect(link).to_be_focused()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("activity-3-")
    expect(page.get_by_text("The file can be downloaded now.")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "height", "others"), [(1440, 568, 12), (390, 568, 12), (320, 568, 12), (320, 760, 0)]
)
def test_what_to_do_is_in_sight_where_the_focus_is(
    open_page: Open,
    manager: Membership,
    moderator: Membership,
    width: int,
    height: int,
    others: int,
) -> None:
    page = open_page(manager, viewport={"width": width, "height": height})
    for number in range(others):
        member(f"{number}@example.com", manager.brand, Role.VIEWER, f"Anna {number}")
    page.goto(MEMBERS)
    page.get_by_label("Role of Nadia Benali").select_option("manager")
    button = page.get_by_role("button", name="Change the role of Nadia Benali")
    button.click()
    confirm(page, "change a role")
    expect(button).to_be_focused()
    expect(button).to_have_accessible_description(re.compile("^You are confirmed"))
    expect(page.get_by_text("You are confirmed.")).to_be_in_viewport(ratio=1)
    expect(button).to_be_in_viewport(ratio=1)
    page.goto(f"{ACTIVITY}?act=read")
    page.goto(f"{ACTIVITY}?act=read&ready=1#download")
    link = page.get_by_role("link", name="Download CSV")
    expect(link).to_have_accessible_description("The file can be downloaded now.")
    expect(link).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("The file can be downloaded now.")).to_be_in_viewport(ratio=1)


def test_back_does_not_ask_again(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(f"{ACTIVITY}?act=read")
    page.get_by_role("link", name="Download CSV").click()
    confirm(page, "download the activity")
    expect(page.get_by_role("link", name="Download CSV")).to_be_focused()
    page.go_back()
    expect(page.get_by_text("The file can be downloaded now.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()


def test_one_types_at_once_also_after_a_refusal(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(f"{ACTIVITY}?act=read")
    page.get_by_role("link", name="Download CSV").click()
    field = page.get_by_label("Password")
    expect(field).to_be_focused()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(field).to_have_accessible_description(re.compile("Incorrect password"))
    expect(field).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Download CSV")).to_be_focused()


def test_the_passkey_has_the_focus(open_page: Open, moderator: Membership) -> None:
    Passkey(moderator.user).keep()
    page = open_page(moderator)
    page.goto("/accounts/2fa/passkeys/confirm/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()


def test_what_an_operator_typed_too_late_is_two_steps_back(
    open_page: Open, moderator: Membership, later: Later
) -> None:
    User.objects.filter(pk=moderator.user.pk).update(is_staff=True, is_superuser=True)
    page = open_page(moderator)
    page.goto("/admin/inbox/brand/add/")
    confirm(page, "change anything as an operator")
    page.get_by_label("Name").fill("Nordsport")
    later(901)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("then go back twice in the browser")).to_be_visible()
    confirm(page, "change anything as an operator")
    expect(page.get_by_label("Name")).to_have_value("")
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Name")).to_have_value("Nordsport")
