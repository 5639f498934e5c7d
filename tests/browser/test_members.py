"""Members and invitations in a browser, by keyboard and without scripts"""

import re
from typing import Literal

import pytest
from django.core import mail
from playwright.sync_api import Dialog, Page, expect

from inbox.models import Membership, Role, User
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.browser.test_pages import CONTRAST, assert_fits
from tests.support.cast import PASSWORD, invite
from tests.support.hostile import HOSTILE
from tests.support.pages import INBOX

MEMBERS = "/brands/3/members/"
INES = "ines@example.com"


def to_members(page: Page) -> None:
    """From the inbox, by its link."""
    page.goto(INBOX)
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("heading", name="Members", level=1)).to_be_visible()


def sent_to() -> str:
    found = re.search(r"/invitations/[\w-]+/", str(mail.outbox[-1].body))
    assert found
    return found[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_is_invited_joins_and_gets_another_role(
    open_page: Open, manager: Membership, scripts: bool
) -> None:
    page = open_page(manager, java_script_enabled=scripts)
    if scripts:
        to_members(page)
    else:
        page.goto(MEMBERS)
    page.get_by_label("E-mail").focus()
    page.keyboard.type(INES)
    page.keyboard.press("Tab")
    page.keyboard.type("mod")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"An invitation is on its way to {INES}.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Withdraw the invitation to {INES}")).to_be_visible()
    guest = open_page(java_script_enabled=scripts)
    guest.goto(sent_to())
    guest.get_by_label("Your name").fill("Inès Faure")
    guest.get_by_label("Choose a password").fill("rosier-du-matin")
    guest.keyboard.press("Enter")
    expect(guest.get_by_text("You are now a member of Maison Lumière.")).to_be_visible()
    page.reload()
    page.get_by_label("Role of Inès Faure").select_option("viewer")
    change = page.get_by_role("button", name="Change the role of Inès Faure")
    change.click()
    expect(page.get_by_text("Before you change a role, confirm that it is you.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are confirmed. Nothing was done yet")).to_be_visible()
    expect(page.get_by_label("Role of Inès Faure")).to_have_value("viewer")
    expect(change).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Inès Faure now has this role: Viewer.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_deactivating_asks_by_name_first_and_can_be_undone(
    open_page: Open, manager: Membership, moderator: Membership, scripts: bool
) -> None:
    page = open_page(manager, java_script_enabled=scripts)
    page.goto(MEMBERS)
    sure = page.get_by_role("button", name="Yes, deactivate Nadia Benali")
    expect(sure).to_be_hidden()
    page.locator("summary", has_text="Nadia Benali").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Deactivate Nadia Benali? They are signed out")).to_be_visible()
    page.keyboard.press("Tab")
    expect(sure).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nadia Benali is no longer a member")).to_be_visible()
    moderator.refresh_from_db()
    assert not moderator.is_active
    page.get_by_text("1 deactivated").click()
    page.get_by_role("button", name="Reactivate Nadia Benali").click()
    expect(page.get_by_text("Nadia Benali is a member again.")).to_be_visible()


def test_what_is_wrong_has_the_focus(
    open_page: Open, manager: Membership, moderator: Membership
) -> None:
    page = open_page(manager, java_script_enabled=False)
    page.goto(MEMBERS)
    page.get_by_label("E-mail").fill(moderator.user.email)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("They are a member already")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value(moderator.user.email)


def test_the_last_manager_is_told_why_they_stay(open_page: Open, manager: Membership) -> None:
    page = open_page(manager)
    page.goto(MEMBERS)
    role = page.get_by_label("Role of Camille Roy")
    expect(role).to_have_accessible_description(re.compile("make somebody else a manager first"))
    role.select_option("viewer")
    page.get_by_role("button", name="Change the role of Camille Roy").click()
    expect(page.get_by_role("alert").get_by_text("is the last manager")).to_be_visible()
    expect(role).to_have_value("manager")


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_stay_within_the_page(
    open_page: Open, manager: Membership, moderator: Membership, words: str
) -> None:
    invite(manager, f"{'i' * 64}@{'long.' * 30}example.com", Role.VIEWER)
    User.objects.filter(pk=moderator.user.pk).update(name=words[:150])
    page = open_page(manager)
    page.goto(MEMBERS)
    page.locator(".member-leave summary").last.click()
    assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_both_schemes(
    open_page: Open, manager: Membership, scheme: Literal["light", "dark"]
) -> None:
    invite(manager, INES, Role.VIEWER)
    invite(manager, "omar@example.com", Role.VIEWER, days=-1)
    page = open_page(manager, color_scheme=scheme)
    page.goto(MEMBERS)
    page.locator(".member-leave summary").click()
    seen = page.evaluate(CONTRAST)
    assert seen["looked"] >= 10
    assert seen["poor"] == []


@pytest.mark.parametrize("half", ["members", "note"])
@pytest.mark.parametrize("choice", ["[name=theme][value=dark]", "[name=language][value=fr]"])
def test_a_choice_that_would_leave_what_is_half_filled_asks_before_it_is_sent(
    open_page: Open, manager: Membership, half: str, choice: str
) -> None:
    page = open_page(manager)
    sent: list[str] = []
    answers = ["stay", "leave"]

    def on_dialog(dialog: Dialog) -> None:
        assert sent == []
        (dialog.dismiss if answers.pop(0) == "stay" else dialog.accept)()

    page.on("dialog", on_dialog)
    page.on("request", lambda one: sent.append(one.url) if "/preferences/" in one.url else None)
    if half == "members":
        page.goto(MEMBERS)
        page.get_by_label("E-mail").press_sequentially(INES)
    else:
        page.goto(f"{INBOX}chatrooms/30670/")
        page.route("**/draft/", lambda route: route.abort())
        page.locator("#note").press_sequentially("Half a note")
        expect(page.get_by_text("Not saved: the dashboard can't be reached.")).to_be_visible()
    settle(page)
    page.locator(f".rail {choice}").click(no_wait_after=True)
    settle(page)
    assert answers == ["leave"]
    assert sent == []
    page.locator(f".rail {choice}").click(no_wait_after=True)
    lang, theme = ("fr", None) if "fr" in choice else ("en", "dark")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    if theme:
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert answers == []
