"""Acting on a session that ended: nothing is done or lost, and the same press works later"""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from inbox.models import Membership, User
from inbox.web.requests import POST_ONLY
from tests.conftest import ClientOf
from tests.support.markup import every, forms, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.signing_in import (
    CODE,
    LOGIN,
    code_now,
    confirm,
    enter,
    is_signed_in,
    set_up_app,
    with_app,
)
from tests.support.upstream import Upstream
from tests.test_access import TABLE
from tests.web.test_browser_rules import _addresses

HERE = "http://testserver"
TALK = f"{INBOX}chatrooms/8/"
READ = f"{TALK}read/"
PAGE = {"HX-Current-URL": f"{HERE}{INBOX}?page=2"}
ORIGIN = {"Origin": HERE}
NEWS = {"Inbox-Mark": "x", "Inbox-Shown": "none"}
TO_SIGN_IN = f"{LOGIN}?{urlencode({'next': f'{INBOX}?page=2'})}"
PREFERENCES = "/preferences/"
ASKED: dict[str, tuple[str, str, dict[str, str]]] = {
    "an inbox": ("get", INBOX, {}),
    "its news": ("get", INBOX, NEWS),
    "a conversation": ("get", TALK, {}),
    "its news too": ("get", TALK, NEWS),
    "older messages": ("get", f"{TALK}?messages=2", {}),
    "what the index answers": ("get", f"{INBOX}?unread=1", {}),
    "ambassadors": ("get", "/brands/3/ambassadors/?name=x", {}),
    "a pin": ("get", f"{INBOX}pin/", {"HX-Trigger": "pin-100"}),
    "pinning": ("post", f"{INBOX}pin/", {}),
    "a theme": ("post", PREFERENCES, {"Inbox-Person": "7"}),
    **{
        name: ("post", f"{TALK}{name}/", {})
        for name in ("read", "archive", "block", "flag", "reveal", "review", "no-answer")
    },
}


def shown_to(membership: Membership) -> dict[str, str]:
    return {**HTMX, "Inbox-Person": str(membership.user_id)}


def strict(user: User) -> Client:
    """Signed in, with a cookie for forms, as a browser has it."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/accounts/")
    return client


def fields(page: str, action: str) -> dict[str, str]:
    return next(one.fields for one in forms(page) if one.attributes.get("action") == action)


def marking(page: str) -> str:
    """Where the first row's Mark read leads."""
    return next(one.action for one in forms(page) if "act" in one.fields)


# What htmx asks


@pytest.mark.parametrize("asked", ASKED)
def test_a_fragment_says_so_and_leads_nowhere(
    client: Client, api: Upstream, db: None, asked: str
) -> None:
    method, path, headers = ASKED[asked]
    response: Any = getattr(client, method)(path, headers={**HTMX, **PAGE, **headers})
    assert response.status_code == 401
    assert not {"Location", "HX-Redirect", "HX-Refresh"} & set(response.headers)
    told = words(text(response))
    assert "You were signed out." in told
    assert ("Nothing was done." in told) == (method == "post")
    link = f'href="{TO_SIGN_IN}" target="_blank" rel="noopener"'
    assert link in text(response)
    assert "<html" not in text(response)
    assert api.sent == []


@pytest.mark.parametrize(("place", "alert"), [("", "8"), ("conversation", "conversation")])
def test_it_is_said_beside_what_was_pressed(
    client: Client, db: None, place: str, alert: str
) -> None:
    response: Any = client.post(READ, {"place": place}, headers=HTMX)
    assert response["HX-Retarget"] == f"#alert-{alert}"
    assert response["HX-Reswap"] == "innerHTML"


def test_a_language_can_be_chosen_by_who_never_signed_in(client: Client, db: None) -> None:
    response = client.post(PREFERENCES, {"language": "fr"}, headers=HTMX)
    assert response["HX-Refresh"] == "true"


def test_a_page_tells_whom_it_was_made_for(client_of: ClientOf, moderator: Membership) -> None:
    told = f"""hx-headers='{{"Inbox-Person": "{moderator.user_id}"}}'"""
    assert told in text(client_of(moderator).get("/accounts/"))
    assert "Inbox-Person" not in text(Client().get(LOGIN))


@pytest.mark.parametrize("asked", [name for name in ASKED if name != "a theme"])
def test_who_signed_in_instead_does_nothing_by_the_page_of_another(
    client_of: ClientOf, moderator: Membership, manager: Membership, api: Upstream, asked: str
) -> None:
    method, path, headers = ASKED[asked]
    client = client_of(manager)
    asks = {**headers, **shown_to(moderator)}
    response: Any = getattr(client, method)(path, {"theme": "dark"}, headers=asks)
    assert response.status_code == 409
    assert "Somebody else is signed in here now" in text(response)
    assert api.sent == []


def test_nor_chooses_a_theme(
    client_of: ClientOf, moderator: Membership, manager: Membership
) -> None:
    response = client_of(manager).post(PREFERENCES, {"theme": "dark"}, headers=shown_to(moderator))
    assert response.status_code == 409
    manager.user.refresh_from_db()
    assert manager.user.theme == ""


# The token of forms, which another sign-in renewed


def test_a_form_that_is_older_than_the_sign_in_gets_its_token_anew(
    moderator: Membership, api: Upstream
) -> None:
    client = strict(moderator.user)
    page = text(client.get(INBOX))
    action = marking(page)
    sent = fields(page, action) | {"csrfmiddlewaretoken": "a" * 64}
    refused = client.post(action, sent, headers={**shown_to(moderator), **ORIGIN})
    assert refused.status_code == 403
    assert api.calls("POST") == []
    sent["csrfmiddlewaretoken"] = refused["Inbox-Token"]
    assert client.post(action, sent, headers={**shown_to(moderator), **ORIGIN}).status_code == 200
    assert len(api.calls("POST")) == 1


@pytest.mark.parametrize(
    "headers",
    [ORIGIN, {**HTMX, "Origin": "https://evil.example"}],
    ids=["without htmx", "from another site"],
)
def test_no_other_answer_tells_it(moderator: Membership, headers: dict[str, str]) -> None:
    response = strict(moderator.user).post(READ, headers=headers)
    assert response.status_code == 403
    assert "Inbox-Token" not in response


def test_nor_does_one_to_who_is_not_signed_in(client: Client, db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(PREFERENCES, {"language": "fr"}, headers={**HTMX, **ORIGIN})
    assert response.status_code == 403
    assert "Inbox-Token" not in response


def test_a_form_without_scripts_can_be_sent_again(moderator: Membership, api: Upstream) -> None:
    client = strict(moderator.user)
    page = text(client.get(INBOX))
    action = marking(page)
    sent = fields(page, action) | {"csrfmiddlewaretoken": "a" * 64}
    expired = client.post(action, {**sent, "note": "<b>kept & safe"}, headers=ORIGIN)
    assert expired.status_code == 403
    assert "Nothing was changed." in text(expired)
    again = fields(text(expired), action)
    assert again["note"] == "<b>kept & safe"
    assert client.post(action, again, headers=ORIGIN).status_code == 302
    assert len(api.calls("POST")) == 1


def test_names_of_codes_can_be_sent_again(manager: Membership, api: Upstream) -> None:
    client = strict(manager.user)
    path = "/brands/3/codes/"
    expired = client.post(path, {"a": ["1", "2"], "b": "x"}, headers=ORIGIN)
    page = text(expired)
    for field in ('name="a" value="1"', 'name="a" value="2"', 'name="b" value="x"'):
        assert field in page
    token = "[name=csrfmiddlewaretoken]"
    assert len(every(page, token)) == len(every(text(client.get("/accounts/")), token)) + 1


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}], ids=["none", "evil"])
def test_but_nothing_that_another_site_may_have_made(
    moderator: Membership, headers: dict[str, str]
) -> None:
    response = strict(moderator.user).post(READ, {"act": "forged"}, headers=headers)
    assert response.status_code == 403
    assert "forged" not in text(response)


# Forms without scripts, and the sign-in page


def test_a_form_leads_to_sign_in_which_says_that_nothing_was_done(
    client: Client, moderator: Membership
) -> None:
    response: Any = client.post(READ, headers={"Referer": f"{HERE}{INBOX}?page=2"})
    page = words(text(client.get(response["Location"])))
    assert "You were signed out. Nothing was done." in page
    asked = parse_qs(urlsplit(response["Location"]).query)
    assert asked["next"] == [f"{INBOX}?page=2"]


def test_a_theme_chosen_without_scripts_is_not_silently_dropped(
    client: Client, moderator: Membership
) -> None:
    came = {"Referer": f"{HERE}{INBOX}?page=2"}
    response: Any = client.post(PREFERENCES, {"theme": "dark"}, headers=came)
    page = words(text(client.get(response["Location"])))
    assert "You were signed out. Nothing was done." in page


def test_who_opens_a_page_is_asked_to_sign_in_to_go_on(client: Client, db: None) -> None:
    response: Any = client.get(INBOX)
    page = words(text(client.get(response["Location"])))
    assert "Sign in to go on." in page
    assert "Nothing was done." not in page
    assert "to go on" not in words(text(client.get(LOGIN)))
    assert "to go on" not in words(text(client.get(f"{LOGIN}?next=https://evil.example/")))


# As the table of addresses has them: a GET is refused to all who may send a form.
TAKE_FORMS_ALONE = [
    address.replace("<viewer>", "1").replace("<open>", "1").replace("<view>", "1")
    for address, get, post, _other in TABLE
    if "405" in get.split() and "405" not in post.split()
]


@pytest.mark.parametrize("path", TAKE_FORMS_ALONE)
def test_no_way_back_leads_to_an_address_that_takes_forms_alone(
    client_of: ClientOf, moderator: Membership, path: str
) -> None:
    assert client_of(moderator).get(path).status_code == 405
    came = {"Referer": f"{HERE}{path}?page=2"}
    response: Any = Client().post(f"{INBOX}pin/", headers=came)
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [INBOX]


def test_all_such_addresses_are_known(
    client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    client = client_of(manager)
    paths = [one for one in _addresses() if not one.startswith("/admin")]
    refused = {resolve(path).url_name for path in paths if client.get(path).status_code == 405}
    known = {resolve(path).url_name for path in TAKE_FORMS_ALONE}
    assert refused <= known == POST_ONLY


# A sign-in form that went stale


@pytest.mark.parametrize("path", [LOGIN, "/accounts/2fa/passkeys/login/"])
@pytest.mark.parametrize("where", ["in the address", "in the form"])
def test_who_is_signed_in_by_now_is_led_on(moderator: Membership, path: str, where: str) -> None:
    client = strict(moderator.user)
    stale = {"login": "nadia@example.com", "password": "x", "csrfmiddlewaretoken": "a" * 64}
    if where == "in the form":
        response: Any = client.post(path, {**stale, "next": INBOX}, headers=ORIGIN)
    else:
        response = client.post(f"{path}?{urlencode({'next': INBOX})}", stale, headers=ORIGIN)
    assert (response.status_code, response["Location"]) == (302, INBOX)


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", ""])
def test_but_to_no_other_site(moderator: Membership, next_: str) -> None:
    client = strict(moderator.user)
    response: Any = client.post(LOGIN, {"login": "x", "next": next_}, headers=ORIGIN)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_who_is_not_gets_the_form_again_and_signs_in(moderator: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    stale = {"login": 'nadia"@example.com', "password": "a secret", "next": INBOX}
    again = client.post(LOGIN, stale, headers=ORIGIN)
    assert again.status_code == 403
    assert "This page was too old" in text(again)
    assert "nadia&#34;@example.com" in text(again) or "nadia&quot;@example.com" in text(again)
    assert "a secret" not in text(again)
    sent = next(
        one for one in _forms(text(again)) if "login" in one and "csrfmiddlewaretoken" in one
    )
    assert sent["next"] == INBOX
    entered = {**sent, "login": "nadia@example.com", "password": "lumiere-et-parfum"}
    response: Any = client.post(LOGIN, entered, headers=ORIGIN)
    assert response["Location"] == INBOX
    assert is_signed_in(client)


def test_a_forgotten_password_is_asked_for_again(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    again = client.post("/accounts/password/reset/", {"email": "x@example.com"}, headers=ORIGIN)
    assert again.status_code == 403
    assert "This page was too old" in text(again)
    assert 'value="x@example.com"' in text(again)


def _forms(page: str) -> list[dict[str, str]]:
    return [one.fields for one in forms(page)]


# Where one wanted to go is kept


def test_as_somebody_else(moderator: Membership) -> None:
    with_app(moderator.user)
    client = Client()
    enter(client, moderator.user.email, next=f"{INBOX}?page=2")
    form = fields(text(client.get(CODE)), "/accounts/logout/")
    response: Any = client.post("/accounts/logout/", form)
    assert response["Location"] == TO_SIGN_IN


def test_after_setting_up_a_second_factor(moderator: Membership, settings: Settings) -> None:
    settings.REQUIRE_MFA = "everyone"
    client = Client()
    enter(client, moderator.user.email, next=f"{INBOX}?page=2")
    client.get(f"{INBOX}?page=2")
    confirm(client)
    page = text(set_up_app(client))
    assert "Recovery codes" in page
    assert f'href="{INBOX}?page=2"' in page
    assert f'href="{INBOX}?page=2"' in text(client.get("/accounts/2fa/"))


def test_an_account_that_is_not_active_leads_on(client: Client, db: None) -> None:
    assert f'href="{LOGIN}"' in text(client.get("/accounts/inactive/"))


def test_a_code_from_a_page_that_is_too_old_is_asked_for_again(moderator: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    page = text(client.get(f"{LOGIN}?next={INBOX}"))
    sent = next(one for one in _forms(page) if "login" in one and "csrfmiddlewaretoken" in one)
    with_app(moderator.user)
    entered = {**sent, "login": "nadia@example.com", "password": "lumiere-et-parfum"}
    assert client.post(LOGIN, entered, headers=ORIGIN)["Location"].startswith(CODE)
    stale: Any = client.post(
        CODE, {"code": "000000", "csrfmiddlewaretoken": "a" * 64}, headers=ORIGIN
    )
    assert (stale.status_code, stale["Location"]) == (302, CODE)
    page = text(client.get(CODE))
    assert "That page was too old: nothing was sent." in page
    fields = next(one for one in _forms(page) if "code" in one)
    response: Any = client.post(CODE, {**fields, "code": code_now()}, headers=ORIGIN)
    assert response["Location"] == INBOX
