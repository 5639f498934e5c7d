"""Acts in a conversation: by keyboard, undone, failed"""

import json
import re

import pytest
from playwright.sync_api import expect

from inbox.models import Membership, Outcome, Review
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.browser.test_pages import listen
from tests.browser.test_transcript import LONG, NARROW, WIDE, go
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

# Acts


def test_e_reviews_and_moves_to_the_next_row(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    heard = listen(page)
    go(page, INBOX)
    page.locator("#open-30494").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#message-316470")).to_be_visible()
    settle(page)
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    expect(page.locator("#message-316460")).to_be_in_viewport()
    expect(page.locator("#open-30670")).to_be_focused()
    expect(page.locator("#open-30670")).to_have_attribute("aria-current", "true")
    expect(page.locator("#chatroom-30494")).to_contain_text("Reviewed by Nadia Benali")
    settle(page)
    page.keyboard.press("e")
    expect(page.locator("#chatroom-30670")).to_contain_text("Reviewed by Nadia Benali")
    assert Review.objects.count() == 2
    assert heard == []


def test_a_review_with_a_note_is_typed_sent_and_undone(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=NARROW)
    go(page, LONG)
    page.get_by_label("Note for the team").fill("Seen; e is a letter here")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(f"{LONG}$"))  # on to the next one
    go(page, LONG)
    foot = page.locator("#conversation-review")
    expect(foot).to_contain_text("Seen; e is a letter here")
    page.get_by_role("button", name="Undo the review").click()
    expect(foot).not_to_contain_text("Seen; e is a letter here")
    assert Review.objects.get().undone


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_archive_block_and_flag_by_keyboard_and_undone(
    open_page: Open, moderator: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts, viewport=WIDE)
    go(page, LONG)
    for name, after in [("Archive", "Unarchive"), ("Block", "Unblock")]:
        page.get_by_role("button", name=name, exact=True).press("Enter")
        expect(page.get_by_role("button", name=after, exact=True)).to_be_visible()
        settle(page)
        page.get_by_role("button", name=after, exact=True).press("Enter")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
        settle(page)
    for name, said in [
        ("To do", "as Nadia Benali set it here"),
        ("Done", "as Nadia Benali set it here"),
        ("No flag", "Nadia Benali took it off here"),
    ]:
        page.get_by_role("button", name=name, exact=True).press("Enter")
        chosen = page.get_by_role("button", name=name, exact=True)
        expect(chosen).to_have_attribute("aria-current", "true")
        expect(page.locator(".changes-flag")).to_contain_text(said)
        settle(page)
    bodies = [json.loads(one.body) for one in api.calls("PATCH")]
    assert bodies == [
        *({"archive": True}, {"archive": False}, {"is_blocked": True}, {"is_blocked": False}),
        *({"flag": 1}, {"flag": 2}, {"flag": None}),
    ]
    assert {one.outcome for one in acts()} == {Outcome.DONE}


def test_focus_stays_on_what_was_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    for id_ in ("archive-button", "flag-1"):
        button = page.locator(f"button#{id_}")
        button.focus()
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.keyboard.press("Enter")
        settle(page)
        expect(button).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_change_pressed_twice_is_one(
    open_page: Open, moderator: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts, viewport=WIDE)
    go(page, LONG)
    page.locator("#flag-1").dblclick(no_wait_after=True)
    expect(page.locator("#flag-1")).to_have_attribute("aria-current", "true")
    page.wait_for_load_state("networkidle")
    assert len(api.calls("PATCH")) == 1


# When it fails


@pytest.mark.parametrize(
    ("button", "body"),
    [("#archive-button", {"archive": True}), ("#flag-2", {"flag": 2})],
    ids=["archive", "flag"],
)
def test_a_failed_change_is_said_beside_the_conversation_and_retried(
    open_page: Open, moderator: Membership, api: Upstream, button: str, body: object
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    api.answer("PATCH", 500)
    page.locator(button).press("Enter")
    alert = page.locator("#alert-conversation")
    expect(alert).to_contain_text("Popsell gave an answer we can't use")
    expect(alert).to_contain_text("Nothing was changed")
    api.recover()
    api.sent.clear()
    alert.get_by_role("button", name="Retry").click()
    expect(page.locator("#status")).to_contain_text("for Léa: ")
    assert [json.loads(one.body) for one in api.calls("PATCH")] == [body]
    expect(alert).to_have_text("")


def test_a_failed_change_without_scripts_is_a_page_that_retries(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False, viewport=WIDE)
    go(page, LONG)
    api.answer("PATCH", 500)
    page.locator("#flag-2").click()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    api.recover()
    page.get_by_role("button", name="Retry").click()
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    expect(page.locator("#flag-2")).to_have_attribute("aria-current", "true")


def test_an_unreachable_dashboard_is_said_beside_the_conversation(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    page.route("**/archive/", lambda route: route.abort())
    page.locator("#archive-button").press("Enter")
    alert = page.locator("#alert-conversation")
    expect(alert).to_contain_text("The dashboard can't be reached.")
    assert api.calls("PATCH") == []
