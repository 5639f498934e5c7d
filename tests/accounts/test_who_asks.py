"""Who asks is found with their memberships, and as they stand at each page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.accounts.signing_in import end_sessions
from inbox.models import Brand, Membership, Role, User
from tests.conftest import ClientOf, SignIn
from tests.support.cast import member
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

WHO = ("django_session", "usersessions", "inbox_user", "inbox_membership")


def asked_who(asked: CaptureQueriesContext) -> int:
    return sum(any(table in one["sql"] for table in WHO) for one in asked.captured_queries)


def test_a_page_asks_once_who_asks(
    client_of: ClientOf, api: Upstream, moderator: Membership, other_brand: Brand
) -> None:
    client = client_of(moderator)
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    client.get(INBOX)  # notes that they were here
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get(INBOX))
    assert asked_who(asked) == 1
    assert "Nadia Benali" in page
    assert "/brands/8/" in page


@pytest.mark.parametrize("listed", [True, False])
def test_who_belongs_nowhere_is_known(sign_in: SignIn, stranger: User, *, listed: bool) -> None:
    client = sign_in(stranger)
    if not listed:
        UserSession.objects.all().delete()
    page = client.get("/")
    assert page.status_code == 200
    assert "stranger@example.com" in text(page)
    assert client.get("/brands/3/").status_code == 404


def test_a_list_that_names_somebody_else_lets_nobody_in_as_them(
    client_of: ClientOf, moderator: Membership, manager: Membership
) -> None:
    client = client_of(moderator)
    UserSession.objects.update(user=manager.user)
    page = text(client.get("/accounts/"))
    assert "nadia@example.com" in page
    assert "camille@example.com" not in page


def end_its_row(client: Client) -> None:
    Session.objects.all().delete()


def sign_out(client: Client) -> None:
    client.post("/accounts/logout/")


def sign_out_elsewhere(client: Client) -> None:
    UserSession.objects.get().end()


def end_all(client: Client) -> None:
    end_sessions(UserSession.objects.get().user)


def change_password(client: Client) -> None:
    user = UserSession.objects.get().user
    user.set_password("rosier-du-matin")
    user.save()


def deactivate(client: Client) -> None:
    User.objects.update(is_active=False)


def remove_way(client: Client) -> None:
    session = client.session
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()


def spoil_proof(client: Client) -> None:
    session = client.session
    session[HASH_SESSION_KEY] = "0" * 64
    session.save()


def spoil_data(client: Client) -> None:
    Session.objects.update(session_data="nothing that a key opens")


def let_expire(client: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


ENDS = (
    *(end_its_row, sign_out, sign_out_elsewhere, end_all, change_password),
    *(deactivate, remove_way, spoil_proof, spoil_data, let_expire),
)


@pytest.mark.parametrize("end", ENDS)
def test_an_ended_session_is_refused_at_once(
    client_of: ClientOf, moderator: Membership, api: Upstream, end: Callable[[Client], None]
) -> None:
    client = client_of(moderator)
    assert client.get(INBOX).status_code == 200
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    end(client)
    client.cookies[settings.SESSION_COOKIE_NAME] = kept
    answer = client.get(INBOX)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_what_a_page_changes_in_its_session_stays_its_own(
    client_of: ClientOf, moderator: Membership
) -> None:
    client = client_of(moderator)
    first = client.session
    first["list"] = ["kept"]
    first.save()
    changed = client.session
    changed["list"].append("and not saved")
    assert client.session["list"] == ["kept"]


def test_a_reset_link_with_an_endless_number_is_refused(client: Client) -> None:
    answer = client.get("/accounts/password/reset/key/zzzzzzzzzzzzz-x/")
    assert answer.status_code < 500


def test_a_role_that_changed_counts_at_the_next_page(
    client: Client, manager: Membership, other_brand: Brand
) -> None:
    client.force_login(manager.user)
    assert client.get("/brands/3/settings/").status_code == 200
    Membership.objects.filter(pk=manager.pk).update(role=Role.VIEWER)
    assert client.get("/brands/3/settings/").status_code == 403
    Membership.objects.filter(pk=manager.pk).update(is_active=False)
    assert client.get("/brands/3/").status_code == 404
    Membership.objects.create(user=manager.user, brand=other_brand, role=Role.VIEWER)
    assert client.get("/brands/8/").status_code == 200
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert client.get("/brands/8/").status_code == 302


def test_somebody_else_in_the_same_browser_is_let_in_as_themselves(
    client: Client, manager: Membership, other_brand: Brand
) -> None:
    there = member("sam@example.com", other_brand, Role.MODERATOR)
    client.force_login(manager.user)
    assert client.get("/brands/8/").status_code == 404
    client.logout()
    client.force_login(there.user)
    assert client.get("/brands/8/").status_code == 200
    assert client.get("/brands/3/").status_code == 404
