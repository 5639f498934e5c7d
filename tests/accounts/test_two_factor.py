"""The second factor: an app's codes, recovery codes, and who must have one"""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from pytest_django import (
    DjangoAssertNumQueries,
    DjangoCaptureOnCommitCallbacks,
    Settings,
)

from inbox.models import Membership, User
from tests.conftest import ClientOf, Later, SignIn
from tests.support.cast import PASSWORD
from tests.support.markup import every, has, one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.signing_in import (
    APP,
    CODE,
    CODES,
    CONFIRM,
    FACTOR,
    SECRET,
    app_key,
    code_now,
    enter,
    is_signed_in,
    letter,
    recovery_codes,
    set_up_app,
    signed_in,
    with_app,
)
from tests.support.upstream import Upstream

AMBASSADORS = "/brands/3/ambassadors/"


# Setting up an app


def test_what_guards_the_account_asks_for_the_password_once_more(
    client: Client, moderator: Membership
) -> None:
    enter(client, "nadia@example.com")
    for path in (APP, f"{FACTOR}passkeys/add/"):
        assert client.get(path)["Location"] == f"{CONFIRM}?next={path.replace('/', '%2F')}"
    wrong = client.post(f"{CONFIRM}?next={APP}", {"password": "wrong"})
    assert "Incorrect password" in text(wrong)
    assert client.post(f"{CONFIRM}?next={APP}", {"password": PASSWORD})["Location"] == APP


def test_the_picture_is_part_of_the_page_and_needs_no_other_policy(moderator: Membership) -> None:
    page = text(signed_in(moderator.user).get(APP))
    picture = one(page, "div[role=img][aria-label^='The key']")
    assert has(picture, "svg")
    assert not re.search(r"\?xml|style=|data:|<img", picture.html or "")


def test_an_app_is_set_up_and_recovery_codes_are_shown_once(
    moderator: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = signed_in(moderator.user)
    with django_capture_on_commit_callbacks(execute=True):
        page = text(set_up_app(client))
    codes = recovery_codes(page)
    assert len(set(codes)) == 10
    assert "data:text/plain" in page
    assert all(f"{code}%0D%0A" in page for code in codes)
    again = text(client.get(CODES))
    assert recovery_codes(again) == []
    assert not any(code in again for code in codes)
    told = letter()
    assert (told.subject, told.to) == ("Codes from an app are on", ["nadia@example.com"])


def test_a_wrong_code_sets_nothing_up(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    client.get(APP)
    assert "This code is wrong, or was used already" in text(client.post(APP, {"code": "000000"}))
    assert not Authenticator.objects.exists()


def test_an_app_is_turned_off_and_the_owner_is_told(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    set_up_app(client)
    mail.outbox.clear()
    page: Any = client.post(f"{APP}remove/", follow=True)
    assert page.request["PATH_INFO"] == FACTOR
    assert "Codes from an app are off" in text(page)
    assert not Authenticator.objects.exists()
    assert letter().subject == "Codes from an app are off"


def test_new_codes_replace_the_old(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    old = recovery_codes(text(set_up_app(client)))
    new = recovery_codes(text(client.post(f"{CODES}new/", follow=True)))
    assert len(new) == 10
    assert not set(new) & set(old)
    other = Client()
    enter(other, "nadia@example.com")
    other.post(CODE, {"code": old[0]})
    assert not is_signed_in(other)
    other.post(CODE, {"code": new[0]})
    assert is_signed_in(other)


# Signing in with one


def test_the_password_alone_no_longer_signs_in(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    with_app(moderator.user)
    assert enter(client, "nadia@example.com", next=INBOX)["Location"] == CODE
    assert not is_signed_in(client)
    assert client.get(INBOX).status_code == 302
    assert "One more step" in text(client.get(CODE))
    assert client.post(CODE, {"code": code_now()})["Location"] == INBOX
    assert is_signed_in(client)


def test_one_can_begin_again_as_somebody_else(
    client: Client, moderator: Membership, viewer: Membership
) -> None:
    with_app(moderator.user)
    enter(client, "nadia@example.com")
    assert client.get("/accounts/login/")["Location"] == CODE
    client.post("/accounts/logout/")
    enter(client, "hugo@example.com")
    assert int(client.session["_auth_user_id"]) == viewer.user.pk


def test_a_code_works_once(client: Client, moderator: Membership) -> None:
    with_app(moderator.user)
    code = code_now()
    for browser, expected in ((client, True), (Client(), False)):
        enter(browser, "nadia@example.com")
        browser.post(CODE, {"code": code})
        assert is_signed_in(browser) is expected


def test_a_recovery_code_works_once(moderator: Membership) -> None:
    code = recovery_codes(text(set_up_app(signed_in(moderator.user))))[0]
    for expected in (True, False):
        browser = Client()
        enter(browser, "nadia@example.com")
        browser.post(CODE, {"code": code})
        assert is_signed_in(browser) is expected


def test_guessing_codes_is_stopped_for_the_account(
    moderator: Membership, settings: Settings, later: Later
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    with_app(moderator.user)
    for number in range(6):
        browser = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})  # each from elsewhere
        enter(browser, "nadia@example.com")
        page = text(browser.post(CODE, {"code": "000000"}))
    assert "Too many failed tries. Try again in five minutes." in page
    browser.post(CODE, {"code": code_now()})
    assert not is_signed_in(browser)
    later(301)
    browser.post(CODE, {"code": code_now()})
    assert is_signed_in(browser)


def test_the_session_is_another_after_each_step(client: Client, moderator: Membership) -> None:
    with_app(moderator.user)
    client.get("/accounts/login/")
    enter(client, "nadia@example.com")
    before = client.session.session_key
    client.post(CODE, {"code": code_now()})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


# Its secrets at rest


def test_no_secret_is_kept_as_it_is(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    secret = app_key(client)
    codes = recovery_codes(text(client.post(APP, {"code": code_now(secret)}, follow=True)))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert "gAAAA" in kept
    assert not any(word in kept for word in (secret, *codes))


def test_they_outlive_a_change_of_the_key_that_names_its_predecessor(
    client: Client, moderator: Membership, settings: Settings
) -> None:
    with_app(moderator.user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    enter(client, "nadia@example.com")
    client.post(CODE, {"code": code_now()})
    assert is_signed_in(client)


def test_under_a_key_that_is_gone_no_code_gets_in(
    client: Client, moderator: Membership, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with_app(moderator.user)
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    enter(client, "nadia@example.com")
    for code in (code_now(), code_now("")):
        assert "This code is wrong, or was used already" in text(client.post(CODE, {"code": code}))
    assert not is_signed_in(client)
    assert "SECRET_KEY_FALLBACKS" in caplog.text


# Who must have one


@pytest.mark.parametrize(
    ("required", "led"),
    [
        ("none", set[str]()),
        ("managers", {"manager", "watcher", "operator"}),
        (
            "everyone",
            {"manager", "moderator", "viewer", "operator", "stranger", "sso", "eager"}
            | {"watcher", "onlooker"},
        ),
    ],
)
def test_who_must_have_one_sets_it_up_first(
    people: dict[str, User],
    operator: User,
    sign_in: SignIn,
    settings: Settings,
    api: Upstream,
    required: str,
    led: set[str],
) -> None:
    settings.REQUIRE_MFA = required
    people["operator"] = operator
    for name, user in people.items():
        client = sign_in(user)
        for path in ("/", AMBASSADORS, "/admin/", "/accounts/sessions/", "/accounts/"):
            answer = client.get(path)
            assert (answer.get("Location") == FACTOR) is (name in led), (name, path)


def test_the_page_says_why_and_leaves_the_ways_out_open(
    client_of: ClientOf, manager: Membership, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "managers"
    client = client_of(manager)
    page = words(text(client.get(FACTOR)))
    assert "One step before you go on." in page
    assert "Sign out" in page
    assert client.post("/preferences/", {"language": "fr"})["Location"] != FACTOR
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_once_set_up_the_way_is_free_and_once_removed_it_is_shut(
    manager: Membership, settings: Settings, api: Upstream
) -> None:
    settings.REQUIRE_MFA = "managers"
    client = signed_in(manager.user)
    assert client.get(AMBASSADORS)["Location"] == FACTOR
    set_up_app(client)
    assert "One step before" not in text(client.get(FACTOR))
    assert client.get(AMBASSADORS).status_code == 200
    client.post(f"{APP}remove/", follow=True)
    assert client.get(AMBASSADORS)["Location"] == FACTOR


def test_recovery_codes_alone_do_not_count(
    client_of: ClientOf, manager: Membership, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "managers"
    kind = Authenticator.Type.RECOVERY_CODES
    Authenticator.objects.create(user=manager.user, type=kind, data={"seed": "", "used_mask": 0})
    assert client_of(manager).get(AMBASSADORS)["Location"] == FACTOR


def test_htmx_is_told_and_leads_there_in_another_tab(
    client_of: ClientOf, manager: Membership, settings: Settings, api: Upstream
) -> None:
    settings.REQUIRE_MFA = "managers"
    answer = client_of(manager).post(f"{INBOX}chatrooms/8/read/", headers=HTMX)
    assert answer.status_code == 403
    assert not {"Location", "HX-Redirect"} & set(answer.headers)
    assert "Your role asks for a second factor" in text(answer)
    assert "Nothing was done." in text(answer)
    assert f'href="{FACTOR}" target="_blank" rel="noopener"' in text(answer)
    assert api.sent == []


def test_a_page_asks_nothing_for_it_within_a_minute(
    client_of: ClientOf,
    moderator: Membership,
    settings: Settings,
    api: Upstream,
    later: Later,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.REQUIRE_MFA = "managers"
    client = client_of(moderator)
    for _first in "ab":  # which note the codes that they see, and read their names
        client.get(INBOX)
    with django_assert_num_queries(3):
        client.get(INBOX)
    Membership.objects.update(role="manager")
    assert client.get(INBOX).status_code == 200
    later(61)
    assert client.get(INBOX)["Location"] == FACTOR


def test_another_brands_manager_who_was_deactivated_need_not(
    client_of: ClientOf, manager: Membership, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "managers"
    Membership.objects.update(is_active=False)
    assert client_of(manager).get("/").status_code == 200


def test_the_apps_key_can_be_typed(moderator: Membership) -> None:
    page = text(signed_in(moderator.user).get(APP))
    key = one(page, "code").text()
    assert re.fullmatch(r"[A-Z2-7]{32}", key)
    assert f"Key: {key}" in words(page)
    assert SECRET not in page


def test_codes_that_are_shown_once_are_not_lost_by_another_language(
    moderator: Membership,
) -> None:
    client = signed_in(moderator.user)
    set_up_app(client)
    again = text(client.post(f"{CODES}new/", follow=True))
    assert len(every(again, "li > code")) == 10
    assert 'name="language"' not in again
    assert 'name="language"' in text(client.get(CODES))


def test_days_are_told_in_the_language_of_the_page(moderator: Membership) -> None:
    moderator.user.language = "fr"
    moderator.user.save()
    client = signed_in(with_app(moderator.user))
    client.post(CODE, {"code": code_now()})
    moment = Authenticator.objects.get(type="totp").created_at
    with translation.override("fr"):
        day = date_format(moment, "j N Y")
    assert f">{day}</time>" in text(client.get(FACTOR))
