"""What signs in once signs in once: codes, passkeys' answers, links; also at the same moment"""

import json
import re
import time
import tracemalloc
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.models import Membership, Role, User
from inbox.settings import PASSWORD_HASHERS
from tests.conftest import Later
from tests.support.at_once import at_once
from tests.support.cast import invite
from tests.support.pages import text
from tests.support.passkey import LOGIN as BY_PASSKEY
from tests.support.passkey import Passkey, challenge
from tests.support.runs import many
from tests.support.signing_in import (
    APP,
    CODE,
    CODES,
    FACTOR,
    FORGOTTEN,
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

CONFIRM_CODE = f"{FACTOR}confirm/"
CONFIRM_PASSKEY = f"{FACTOR}passkeys/confirm/"
ADD_PASSKEY = f"{FACTOR}passkeys/add/"


def waits_for_code(user: User) -> Client:
    """A browser that has typed the password."""
    client = Client()
    enter(client, user.email)
    return client


def tried(client: Client, code: str) -> bool:
    """Whether this code signs in."""
    client.post(CODE, {"code": code})
    return is_signed_in(client)


# An app's codes


@pytest.fixture(autouse=True)
def begins(later: Later) -> float:
    """Sets our clock ahead to the start of a period, so that no code changes during a test."""
    ahead = 30 - time.time() % 30 + 1
    later(ahead)
    return ahead


def test_the_code_that_turned_the_app_on_signs_nobody_in(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    secret = app_key(client)
    code = code_now(secret)
    assert client.post(APP, {"code": code}).status_code == 302
    assert not tried(waits_for_code(moderator.user), code)


def test_the_next_code_of_a_new_app_does(
    moderator: Membership, later: Later, begins: float
) -> None:
    client = signed_in(moderator.user)
    secret = app_key(client)
    client.post(APP, {"code": code_now(secret)})
    later(begins + 30)
    assert tried(waits_for_code(moderator.user), code_now(secret))


def test_the_code_that_confirmed_somebody_signs_nobody_in(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    with_app(moderator.user)
    code = code_now()
    assert client.post(f"{CONFIRM_CODE}?next=/", {"code": code}).status_code == 302
    assert not tried(waits_for_code(moderator.user), code)


def test_a_code_that_signed_in_confirms_nothing(moderator: Membership) -> None:
    with_app(moderator.user)
    client = waits_for_code(moderator.user)
    code = code_now()
    assert tried(client, code)
    again = client.post(f"{CONFIRM_CODE}?next=/", {"code": code})
    assert "This code is wrong, or was used already" in text(again)
    assert client.get(f"{APP}remove/")["Location"].startswith("/accounts/confirm/")


def test_a_used_code_stays_so_where_the_cache_is_lost(moderator: Membership) -> None:
    with_app(moderator.user)
    code = code_now()
    assert tried(waits_for_code(moderator.user), code)
    cache.clear()
    assert not tried(waits_for_code(moderator.user), code)


def test_an_earlier_code_is_refused_after_a_later_one(
    moderator: Membership, later: Later, begins: float
) -> None:
    with_app(moderator.user)
    earlier = code_now()
    later(begins + 30)
    assert tried(waits_for_code(moderator.user), code_now())
    later(begins)  # as on a machine with a clock that is behind
    assert code_now() == earlier
    assert not tried(waits_for_code(moderator.user), earlier)


@pytest.mark.django_db(transaction=True)
def test_of_five_browsers_with_one_code_one_gets_in(moderator: Membership) -> None:
    with_app(moderator.user)
    code = code_now()
    browsers = [waits_for_code(moderator.user) for _ in range(5)]
    assert sorted(at_once(range(5), lambda one: tried(browsers[one], code))) == [False] * 4 + [True]


@pytest.mark.django_db(transaction=True)
def test_an_app_turned_on_twice_at_once_is_on_once(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    secret = app_key(client)
    form = {"code": code_now(secret)}
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.cookies = client.cookies
    answers = at_once(range(4), lambda one: browsers[one].post(APP, form).status_code)
    assert set(answers) == {302}
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1


# Recovery codes


@pytest.mark.django_db(transaction=True)
def test_of_five_browsers_with_one_recovery_code_one_gets_in(moderator: Membership) -> None:
    with_app(moderator.user)
    code = RecoveryCodes.activate(moderator.user).get_unused_codes()[0]
    browsers = [waits_for_code(moderator.user) for _ in range(5)]
    assert sorted(at_once(range(5), lambda one: tried(browsers[one], code))) == [False] * 4 + [True]
    kept = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    assert len(kept.wrap().get_unused_codes()) == 9


@pytest.mark.django_db(transaction=True)
def test_codes_that_are_replaced_meanwhile_are_wrong_and_no_fault(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    set_up_app(client)
    browser = waits_for_code(moderator.user)

    def act(number: int) -> int:
        if number:
            return client.post(f"{CODES}new/").status_code
        return browser.post(CODE, {"code": "00000000"}).status_code

    assert at_once(range(2), act) == [200, 302]


@pytest.mark.django_db(transaction=True)
def test_codes_are_shown_to_one_of_two_who_look_at_once(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    with_app(moderator.user)
    RecoveryCodes.activate(moderator.user)
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.cookies = client.cookies
    shown = at_once(range(4), lambda one: len(recovery_codes(text(browsers[one].get(CODES)))))
    assert sorted(shown) == [0, 0, 0, 10]


# Passkeys


def test_a_tab_that_is_late_leads_to_the_list_and_not_to_turning_it_off(
    moderator: Membership,
) -> None:
    client = signed_in(moderator.user)
    assert client.get(APP).status_code == 200
    with_app(moderator.user)
    for answer in (client.get(APP), client.post(APP, {"code": code_now()})):
        assert answer["Location"] == "/accounts/2fa/"


def test_a_passkeys_answer_works_once(moderator: Membership) -> None:
    passkey, client = Passkey(moderator.user), Client()
    passkey.keep()
    answer = passkey.answer(challenge(client))
    state = dict(client.session["mfa.webauthn.state"])
    client.post(BY_PASSKEY, {"credential": answer})
    assert is_signed_in(client)
    again = Client()
    planted = again.session
    planted["mfa.webauthn.state"] = state  # as a request that was under way may write it back
    planted.save()
    again.cookies["session"] = str(planted.session_key)
    page = again.post(BY_PASSKEY, {"credential": answer}, follow=True)
    assert "This passkey does not fit" in text(page)
    assert not is_signed_in(again)


@pytest.mark.django_db(transaction=True)
def test_a_passkeys_answer_works_once_at_the_same_moment(moderator: Membership) -> None:
    passkey, client = Passkey(moderator.user), Client()
    passkey.keep()
    answer = passkey.answer(challenge(client))
    browsers = [Client() for _ in range(5)]
    for browser in browsers:
        browser.cookies["session"] = client.cookies["session"].value

    def act(number: int) -> bool:
        browsers[number].post(BY_PASSKEY, {"credential": answer})
        return is_signed_in(browsers[number])

    assert sorted(at_once(range(5), act)) == [False] * 4 + [True]


def test_the_answer_that_confirmed_somebody_signs_nobody_in(moderator: Membership) -> None:
    passkey = Passkey(moderator.user)
    client = signed_in(moderator.user)
    passkey.keep()
    answer = passkey.answer(challenge(client, CONFIRM_PASSKEY))
    state = client.session["mfa.webauthn.state"]
    assert (
        client.post(f"{CONFIRM_PASSKEY}?next={FACTOR}", {"credential": answer})["Location"]
        == FACTOR
    )
    again = Client()
    planted = again.session
    planted["mfa.webauthn.state"] = state
    planted.save()
    again.cookies["session"] = str(planted.session_key)
    again.post(BY_PASSKEY, {"credential": answer})
    assert not is_signed_in(again)


def test_a_passkey_is_the_second_step(moderator: Membership) -> None:
    passkey = Passkey(moderator.user)
    passkey.keep()
    client = waits_for_code(moderator.user)
    client.post(CODE, {"credential": passkey.answer(challenge(client, CODE))})
    assert is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_a_passkey_added_twice_at_once_is_there_once(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    made = json.dumps(Passkey(moderator.user).made(challenge(client, ADD_PASSKEY)))
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.cookies = client.cookies
    fields = {"name": "Phone", "passwordless": "on", "credential": made}
    answers = at_once(range(4), lambda one: browsers[one].post(ADD_PASSKEY, fields).status_code)
    assert sorted(answers) == [200, 200, 200, 302]
    kinds = sorted(Authenticator.objects.values_list("type", flat=True))
    assert kinds == ["recovery_codes", "webauthn"]


@pytest.mark.django_db(transaction=True)
def test_two_passkeys_added_at_once_have_their_codes_once(moderator: Membership) -> None:
    browsers = [signed_in(moderator.user) for _ in range(3)]
    forms = [
        json.dumps(
            Passkey(moderator.user, id=b"%d" % number * 32).made(challenge(browser, ADD_PASSKEY))
        )
        for number, browser in enumerate(browsers)
    ]
    fields = {"name": "Phone", "passwordless": "on"}
    answers = at_once(
        range(3), lambda one: browsers[one].post(ADD_PASSKEY, {**fields, "credential": forms[one]})
    )
    assert [answer.status_code for answer in answers] == [302] * 3
    kinds = sorted(Authenticator.objects.values_list("type", flat=True))
    assert kinds == ["recovery_codes", *["webauthn"] * 3]


# Answers that are none

UNREADABLE = {
    "nested without end": "[" * 100_000,
    "nested objects": '{"a":' * 100_000,
    "a huge number": "9" * 100_000,
    "a huge exponent": "1e400",
    "not a number": "NaN",
    "infinity": '{"id": -Infinity}',
    "no JSON": "{",
    "text": '"text"',
    "a list": "[]",
    "nothing": "{}",
    "null inside": '{"id": null, "rawId": null, "response": null}',
    "wrong inside": '{"id": 1, "rawId": [2], "type": {}, "response": {"signature": 3}}',
    "a surrogate": '{"id": "\\ud800", "rawId": "\\ud800"}',
}


def assert_refused(client: Client, path: str, credential: str) -> None:
    answer = client.post(path, {"credential": credential})
    assert answer.status_code == 400, credential[:200]
    assert "This request is not valid" in text(answer)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_no_browser_sends_is_a_bad_request_everywhere(
    moderator: Membership, settings: Settings, kind: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    client = signed_in(moderator.user)
    Passkey(moderator.user).keep()
    assert_refused(Client(), BY_PASSKEY, UNREADABLE[kind])
    assert_refused(waits_for_code(moderator.user), CODE, UNREADABLE[kind])
    for path in (CONFIRM_PASSKEY, ADD_PASSKEY):
        challenge(client, path)
        assert_refused(client, path, UNREADABLE[kind])


@pytest.mark.parametrize("field", ["rawId", "signature", "clientDataJSON"])
def test_a_number_is_no_length_of_what_is_made_of_it(db: None, field: str) -> None:
    response: dict[str, Any] = {"authenticatorData": "YQ", "clientDataJSON": "e30"}
    told: dict[str, Any] = {"rawId": "YQ", "response": response}
    (told if field in told else response)[field] = 100_000_000
    client = Client()
    client.get(BY_PASSKEY)
    tracemalloc.start()
    assert_refused(client, BY_PASSKEY, json.dumps(told))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["public-key", "b3c", "YQ"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "response", "type", "userHandle", "clientDataJSON", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
PARTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            *("authenticatorData", "clientDataJSON", "signature", "userHandle"),
            *("attestationObject", "transports"),
        ),
        JSON,
    ),
)
CREDENTIALS = st.fixed_dictionaries(
    {"id": st.just("YQ"), "rawId": st.just("YQ"), "response": PARTS | JSON},
    optional={"type": JSON, "clientExtensionResults": JSON, "authenticatorAttachment": JSON},
)


@pytest.fixture
def asked(moderator: Membership, settings: Settings) -> dict[str, Client]:
    """A browser that is asked for a passkey, by where."""
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    stranger, client = Client(), signed_in(moderator.user)
    Passkey(moderator.user).keep()
    half = waits_for_code(moderator.user)
    challenge(stranger)
    half.get(CODE)
    return {BY_PASSKEY: stranger, CODE: half, CONFIRM_PASSKEY: client, ADD_PASSKEY: client}


@pytest.mark.parametrize("path", [BY_PASSKEY, CODE, CONFIRM_PASSKEY, ADD_PASSKEY])
@given(credential=JSON | CREDENTIALS)
@how(
    max_examples=many(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_json_at_all_signs_nobody_in_and_is_no_fault(
    asked: dict[str, Client], path: str, credential: Any
) -> None:
    client = asked[path]
    if path in {CONFIRM_PASSKEY, ADD_PASSKEY}:
        challenge(client, path)
    answer = client.post(path, {"credential": json.dumps(credential)})
    assert answer.status_code in {200, 302, 400}
    assert Authenticator.objects.count() == 1
    if path in {BY_PASSKEY, CODE}:
        assert not is_signed_in(client)


# Links


def link_of_mail() -> str:
    (link,) = re.findall(r"http://localhost(\S+/key/\S+)", str(letter().body))
    return str(link)


@pytest.mark.django_db(transaction=True)
def test_a_password_link_posted_twice_at_once_sets_one_password(
    moderator: Membership, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS  # which take their time
    Client().post(FORGOTTEN, {"email": moderator.user.email})
    link = link_of_mail()
    browsers = [Client() for _ in range(4)]
    forms = [str(one.get(link)["Location"]) for one in browsers]
    passwords = [f"rosier-du-matin-{number}" for number in range(4)]

    def act(number: int) -> str:
        fields = {"password1": passwords[number], "password2": passwords[number]}
        return text(browsers[number].post(forms[number], fields, follow=True))

    pages = at_once(range(4), act)
    assert sum("Your password is set" in page for page in pages) == 1
    assert sum("This link no longer works" in page for page in pages) == 3
    moderator.user.refresh_from_db()
    (won,) = [n for n, page in enumerate(pages) if "Your password is set" in page]
    assert moderator.user.check_password(passwords[won])


@pytest.mark.django_db(transaction=True)
def test_an_invitation_taken_up_twice_at_once_makes_one_account(manager: Membership) -> None:
    invite(manager, "ines@example.com", Role.VIEWER)
    form = {"name": "Inès", "password": "rosier-du-matin"}
    path = "/invitations/ines@example.com/"
    answers = at_once(range(4), lambda _one: Client().post(path, form).status_code)
    assert answers.count(302) == 1
    assert set(answers) <= {302, 404, 409}
    assert User.objects.filter(email="ines@example.com").count() == 1
