"""Refused and blocked sign-ins stand in the trail of the person's brands, and tell nothing more"""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore, Event
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db.utils import OperationalError
from django.test import Client
from pytest_django import Settings

from inbox.accounts import sign_ins
from inbox.activity import recording
from inbox.models import Activity, Brand, Membership, Role, User
from tests.accounts.test_confirm import AT_ISSUER as CONFIRM_AT_ISSUER
from tests.accounts.test_confirm import BY_CODE as CONFIRM_CODE
from tests.accounts.test_confirm import BY_KEY as CONFIRM_PASSKEY
from tests.accounts.test_confirm import CHANGE, NEW
from tests.accounts.test_single_sign_on import CALLBACK, _issuer, issuer, through
from tests.accounts.test_single_sign_on import sign_in as by_issuer
from tests.conftest import Later
from tests.stack.issuer import MISSING, Issuer
from tests.support.at_once import at_once
from tests.support.cast import PASSWORD
from tests.support.jobs import settle
from tests.support.passkey import LOGIN as PASSKEY_LOGIN
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import CODE, CONFIRM, code_now, enter, signed_in, with_app

__all__ = ["_issuer", "issuer"]

pytestmark = pytest.mark.django_db(transaction=True)

FAILED, BLOCKED = "failed_sign_in", "blocked_sign_in"


@pytest.fixture(autouse=True)
def _router(settings: Settings) -> None:
    """Tries come from other addresses, so that only accounts are counted."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def nadia(moderator: Membership, other_brand: Brand) -> User:
    """A member of two brands, who has left a third."""
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    left = Brand.objects.create(id=9, name="Left")
    Membership.objects.create(user=moderator.user, brand=left, role=Role.VIEWER, is_active=False)
    return moderator.user


def noted() -> list[tuple[int, str, str]]:
    """Brand, act and state of all that stands there, once the jobs are done."""
    settle()
    for one in Activity.objects.all():
        by = (one.member_id, one.member_name, one.member_role)
        assert by == (None, "", "")
        assert (one.outcome, one.about) == ("done", "Nadia Benali")
    kept = Activity.objects.order_by("pk")
    return [(one.brand_id, one.act, one.state) for one in kept]


def in_both(act: str, state: str = "") -> list[tuple[int, str, str]]:
    return [(3, act, state), (8, act, state)]


WRONG = "wrong"


def guess(
    email: str = "nadia@example.com", password: str = WRONG, number: int = 1, **options: Any
) -> Any:
    client = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}, **options)
    return enter(client, email, password)


def wrong_password(_user: User) -> None:
    guess()


def wrong_in_other_letters(_user: User) -> None:
    guess(" NADIA@Example.com")


def wrong_code(user: User) -> None:
    client = Client()
    enter(client, with_app(user).email)
    client.post(CODE, {"code": "000000"})


def used_code(user: User) -> None:
    for _ in range(2):
        client = Client()
        enter(
            client,
            user.email
            if Authenticator.objects.filter(user=user).exists()
            else with_app(user).email,
        )
        client.post(CODE, {"code": code_now()})


def wrong_passkey(user: User) -> None:
    by_passkey(Client(), Passkey(user))


def wrong_passkey_after_password(user: User) -> None:
    Passkey(user).keep()
    client = Client()
    enter(client, user.email)
    client.post(CODE, {"credential": Passkey(user).answer(challenge(client, CODE))})


def locked_with_password(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    guess(password=PASSWORD)


def locked_without(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    guess()


def locked_with_passkey(user: User) -> None:
    passkey = Passkey(user)
    passkey.keep()
    User.objects.filter(pk=user.pk).update(is_active=False)
    by_passkey(Client(), passkey)


@pytest.mark.parametrize(
    ("happens", "stands"),
    [
        (wrong_password, in_both(FAILED)),
        (wrong_in_other_letters, in_both(FAILED)),
        (wrong_code, in_both(FAILED, "code")),
        (used_code, in_both(FAILED, "code")),
        (wrong_passkey, in_both(FAILED, "passkey")),
        (wrong_passkey_after_password, in_both(FAILED, "passkey")),
        (locked_with_password, in_both(BLOCKED, "inactive")),
        (locked_without, in_both(FAILED)),
        (locked_with_passkey, in_both(BLOCKED, "inactive")),
    ],
)
def test_it_stands_in_each_brand_of_the_person_by_nobody(
    nadia: User,
    neighbour: Membership,
    happens: Callable[[User], None],
    stands: list[tuple[int, str, str]],
) -> None:
    happens(nadia)
    assert noted() == stands


@pytest.mark.parametrize(
    ("vouched", "stands"),
    [
        ({"email_verified": False}, []),
        ({"email_verified": MISSING}, []),
        ({}, in_both(BLOCKED, "inactive")),
        ({"email": "other@example.com"}, []),
    ],
)
def test_the_issuer_vouches_for_nobody_whom_we_let_in(
    nadia: User, issuer: Issuer, vouched: dict[str, Any], stands: list[tuple[int, str, str]]
) -> None:
    if not vouched:
        User.objects.filter(pk=nadia.pk).update(is_active=False)
    issuer.person = {**issuer.person, "email": nadia.email, **vouched}
    by_issuer(Client())
    assert noted() == stands


@pytest.mark.parametrize("said", [{"email": "other@example.com"}, {"email_verified": False}])
def test_a_known_identity_that_does_not_fit_is_its_owners_and_fills_no_trail(
    nadia: User, issuer: Issuer, later: Later, said: dict[str, Any]
) -> None:
    SocialAccount.objects.create(user=nadia, provider="sso", uid=issuer.person["sub"])
    issuer.person = {**issuer.person, **said}
    for _ in range(3):
        by_issuer(Client())
    assert noted() == in_both(FAILED, "sso")
    wrong_passkey(nadia)  # hides none, and none hides it
    later(15 * 60 + 1)
    by_issuer(Client())
    assert noted() == [
        *in_both(FAILED, "sso"),
        *in_both(FAILED, "passkey"),
        *in_both(FAILED, "sso"),
    ]


def test_an_address_has_so_many_calls_a_minute_of_what_the_issuer_answers(
    nadia: User, issuer: Issuer, settings: Settings, later: Later
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "sso_callback": "3/m/ip"}
    here, elsewhere = ({"X-Forwarded-For": f"192.0.2.{number}"} for number in (1, 2))
    asked = [Client().get(CALLBACK, headers=here).status_code for _ in range(5)]
    assert 429 not in asked[:3]
    assert asked[3:] == [429, 429]
    assert Client().get(CALLBACK, headers=elsewhere).status_code != 429
    later(61)
    assert Client().get(CALLBACK, headers=here).status_code != 429


@pytest.mark.parametrize("email", ["unknown@example.com", "stranger@example.com", "no address"])
def test_unknown_addresses_and_people_of_no_brand_leave_nothing(
    nadia: User, stranger: User, email: str
) -> None:
    guess(email)
    assert noted() == []


# Who is in, and does not confirm that it is them


def wrong_password_again(client: Client, _user: User) -> Any:
    return client.post(CONFIRM, {"password": WRONG})


def wrong_code_again(client: Client, user: User) -> Any:
    with_app(user)
    return client.post(CONFIRM_CODE, {"code": "000000"})


def wrong_passkey_again(client: Client, user: User) -> Any:
    Passkey(user).keep()
    foreign = Passkey(user).answer(challenge(client, CONFIRM_PASSKEY))
    return client.post(CONFIRM_PASSKEY, {"credential": foreign})


def wrong_old_password(client: Client, _user: User) -> Any:
    return client.post(CHANGE, {"oldpassword": WRONG, **NEW})


@pytest.mark.parametrize(
    "happens", [wrong_password_again, wrong_code_again, wrong_passkey_again, wrong_old_password]
)
def test_who_does_not_confirm_that_it_is_them_stands_there_by_nobody(
    nadia: User, neighbour: Membership, happens: Callable[[Client, User], Any]
) -> None:
    """Many such are the sign of a stolen session."""
    assert happens(signed_in(nadia), nadia).status_code in {200, 302}
    assert noted() == in_both(FAILED, "confirm")


def test_who_can_not_confirm_themselves_at_the_issuer_stands_there_too(
    nadia: User, issuer: Issuer
) -> None:
    SocialAccount.objects.create(user=nadia, provider="sso", uid=issuer.person["sub"])
    issuer.person = {**issuer.person, "email": nadia.email}
    client = Client()
    by_issuer(client)
    assert noted() == []
    issuer.changes = {"auth_time": 0}
    client.get(through(str(client.get(CONFIRM_AT_ISSUER)["Location"])))
    assert noted() == in_both(FAILED, "confirm")


@pytest.mark.parametrize(
    ("path", "fields", "looked_at"),
    [
        (CONFIRM, {"password": WRONG}, 5),
        (CONFIRM_CODE, {"code": "000000"}, 5),
        (CHANGE, {"oldpassword": WRONG, **NEW}, 5),
    ],
)
def test_who_tries_on_is_blocked_and_once_noted(
    nadia: User, path: str, fields: dict[str, str], looked_at: int
) -> None:
    client = signed_in(nadia)
    with_app(nadia)
    for _ in range(12):
        client.post(path, fields)
    assert noted() == in_both(FAILED, "confirm") * looked_at + in_both(BLOCKED, "confirm")
    for number in range(9):
        guess(number=number)
    assert noted()[-2:] == in_both(BLOCKED)  # neither hides the other


def test_so_many_tries_of_any_kind_and_no_more_are_looked_at(nadia: User) -> None:
    client = signed_in(nadia)
    Passkey(nadia).keep()
    for _ in range(9):  # the tenth confirmation in this minute, with that of signing in
        wrong_passkey_again(client, nadia)
    assert noted() == in_both(FAILED, "confirm") * 9
    foreign = Passkey(nadia).answer(challenge(client, CONFIRM_PASSKEY))
    assert client.post(CONFIRM_PASSKEY, {"credential": foreign}).status_code == 429
    assert noted() == in_both(FAILED, "confirm") * 9 + in_both(BLOCKED, "confirm")


def test_who_confirms_themselves_leaves_nothing(nadia: User) -> None:
    client = signed_in(nadia)
    with_app(nadia)
    assert client.post(CONFIRM_CODE, {"code": code_now()}).status_code == 302
    assert client.post(CHANGE, {"oldpassword": PASSWORD, **NEW}).status_code == 302
    settle()
    assert not Activity.objects.filter(act__in=[FAILED, BLOCKED]).exists()


def test_nothing_tells_where_from_or_what_was_typed(nadia: User) -> None:
    guess(" Nadia@Example.com ", "hunter2-of-nadia", 77)
    noted()
    kept = repr(list(Activity.objects.values()))
    assert not [one for one in ("192.0.2", "xample.com", "hunter2") if one in kept]


# Blocked ones


def test_of_blocked_ones_there_is_one_in_a_quarter_of_an_hour(nadia: User, later: Later) -> None:
    for number in range(9):
        guess(number=number)
    assert noted() == in_both(FAILED) * 5 + in_both(BLOCKED)
    later(14 * 60)
    for number in range(9):
        guess(number=number)
    assert noted() == in_both(FAILED) * 5 + in_both(BLOCKED) + in_both(FAILED) * 5
    later(15 * 60 + 5)
    guess()
    assert noted()[-2:] == in_both(BLOCKED)


def test_a_clock_that_is_set_back_hides_no_blocked_one(nadia: User, later: Later) -> None:
    later(3600)
    for number in range(6):
        guess(number=number)
    assert noted().count((3, BLOCKED, "")) == 1
    later(0)
    cache.clear()
    for number in range(6):
        guess(number=number)
    assert noted().count((3, BLOCKED, "")) == 2


def test_codes_are_blocked_too(nadia: User) -> None:
    client = Client()
    enter(client, with_app(nadia).email)
    for _ in range(8):
        client.post(CODE, {"code": "000000"})
    assert noted() == in_both(FAILED, "code") * 5 + in_both(BLOCKED)


def test_passkeys_that_anybody_may_make_up_fill_no_trail(nadia: User, later: Later) -> None:
    for _ in range(4):
        wrong_passkey(nadia)
    assert noted() == in_both(FAILED, "passkey")
    guess()
    assert noted() == in_both(FAILED, "passkey") + in_both(FAILED)
    later(15 * 60 + 1)
    wrong_passkey(nadia)
    assert len(noted()) == 6


def test_many_at_the_same_moment_are_as_many_as_were_looked_at_and_one_blocked(
    nadia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    check = User.check_password

    def count(self: User, password: str) -> bool:
        looked_at.append(password)
        return check(self, password)

    monkeypatch.setattr(User, "check_password", count)
    # As by a server, 503 where the database lends no connection in time.
    answers = at_once(range(30), lambda one: guess(number=one, raise_request_exception=False))
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    assert 1 <= len(looked_at) <= 5  # a machine that is busy refuses some before it looks
    for number in range(6):
        guess(number=number)
    stands = noted()
    for brand in (3, 8):
        assert stands.count((brand, FAILED, "")) == len(looked_at) == 5
        assert stands.count((brand, BLOCKED, "")) == 1


def test_jobs_of_several_processes_note_one(nadia: User) -> None:
    at_once(range(8), lambda _number: sign_ins._blocked("", {"pk": nadia.pk}))
    assert sorted(noted()) == in_both(BLOCKED)


# What goes wrong beside it


def test_where_too_many_wait_the_answer_is_the_same_and_a_line_says_so(
    nadia: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = guess()
    settle()
    monkeypatch.setattr(sign_ins.queue, "_places", BoundedSemaphore(1))
    may_end = Event()
    sign_ins.queue.hand_over(lambda: may_end.wait(60))
    try:
        answer = guess()
    finally:
        may_end.set()
        settle()
    assert (answer.status_code, before.status_code) == (200, 200)
    told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert told == ["A refused sign-in was not recorded: 200 wait already."]
    assert noted() == in_both(FAILED)


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (OperationalError("of nadia@example.com"), "The database can't be used: OperationalError"),
        (LookupError("of nadia@example.com"), "A refused sign-in was not recorded: LookupError"),
    ],
)
def test_a_job_that_fails_is_one_line_and_writes_in_no_brand(
    nadia: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    line: str,
) -> None:
    real = recording.record

    def fail(by: Any, *arguments: Any, **named: Any) -> Any:
        if by.brand.pk == 8:
            raise failure
        return real(by, *arguments, **named)

    monkeypatch.setattr(sign_ins, "record", fail)
    assert guess().status_code == 200
    assert noted() == []
    assert [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR] == [line]


def test_the_record_names_the_request(nadia: User) -> None:
    answer = guess()
    noted()
    assert set(Activity.objects.values_list("request_id")) == {(answer["X-Request-ID"],)}


def test_a_passkey_that_names_nobody_is_nobodys(nadia: User) -> None:
    client = Client()
    answer = Passkey(nadia).answer(challenge(client)).replace("userHandle", "usedHandle")
    assert client.post(PASSKEY_LOGIN, {"credential": answer}).status_code in {302, 400}
    assert noted() == []
