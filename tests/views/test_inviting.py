"""/brands/<brand>/members/ and /invitations/<key>/ : inviting, and taking an invitation up"""

from datetime import timedelta
from functools import partial
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.access import NoInvitation
from inbox.accounts import invitations, inviting
from inbox.models import Invitation, Membership, Role, User
from tests.conftest import ClientOf, Later, SignIn
from tests.support.at_once import hold, statuses_at_once
from tests.support.cast import PASSWORD, invite
from tests.support.markup import words
from tests.support.members import ACCOUNT, INES, MEMBERS, link, send, signed_in_by_form, trail
from tests.support.pages import text, words_of
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream
from tests.web.test_logs import lines

WEEK = 7 * 24 * 3600


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


# Inviting


def test_an_invitation_is_mailed_in_both_languages_and_kept_as_a_digest(
    client: Client, manager: Membership, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://localhost"
    page = text(send(client, " Ines@Example.com ", "moderator"))
    assert "An invitation is on its way to ines@example.com." in page
    (sent,) = mail.outbox
    assert sent.to == [INES]
    assert sent.subject == "Invitation to Maison Lumière"
    body = str(sent.body)
    assert "Camille Roy invites you to Maison Lumière on Ambassador Inbox" in body
    assert "Camille Roy vous invite à rejoindre Maison Lumière" in body
    assert "Your role: Moderator" in body
    assert "Votre rôle\u00a0: Modérateur" in body
    assert body.index("invites you") < body.index("vous invite")
    key = link().split("/")[2]
    assert len(key) >= 43
    found = Invitation.objects.get()
    assert key not in str(vars(found))
    assert found.digest != key
    assert timedelta(days=7) == found.expires - found.invited
    assert key not in page
    assert key not in text(client.get(MEMBERS))
    assert trail() == [("Camille Roy", "invite", INES, "moderator")]


def test_the_mail_begins_in_the_inviters_language(client: Client, manager: Membership) -> None:
    User.objects.update(language="fr")
    send(client)
    body = str(mail.outbox[0].body)
    assert body.index("vous invite") < body.index("invites you")
    assert mail.outbox[0].subject == "Invitation à rejoindre Maison Lumière"


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("", "viewer", "required"),
        ("ines", "viewer", "valid email"),
        ("ines@example.com\nBcc: x@example.com", "viewer", "valid email"),
        (INES, "king", "valid choice"),
        (INES, "", "required"),
        ("NADIA@example.com", "viewer", "They are a member already"),
    ],
)
def test_an_invitation_that_can_not_be_is_refused(
    client: Client, moderator: Membership, email: str, role: str, said: str
) -> None:
    response = send(client, email, role)
    assert response.status_code == 422
    assert said in text(response)
    assert mail.outbox == []
    assert not Invitation.objects.exists()
    assert trail() == []


def test_inviting_again_replaces_the_link(client: Client) -> None:
    send(client)
    first = link()
    send(client, INES.upper(), "viewer")
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200
    open_ones = [one for one in Invitation.objects.all() if one.is_open]
    assert [(one.email, one.role) for one in open_ones] == [(INES, "viewer")]


def test_an_invitation_that_expired_can_be_sent_again(client: Client, manager: Membership) -> None:
    invite(manager, INES, Role.VIEWER, days=-1)
    assert "expired" in words(text(client.get(MEMBERS)))
    send(client)
    assert "expired" not in words(text(client.get(MEMBERS)))
    assert Client().get(link()).status_code == 200


@pytest.mark.parametrize("error", [SMTPServerDisconnected("gone"), TimeoutError(), OSError()])
def test_where_mail_fails_nothing_is_lost(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    send(client, role="viewer")
    before = link()

    def fails(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(inviting, "send_mail", fails)
    response = send(client)
    assert response.status_code == 502
    page = text(response)
    assert "The e-mail could not be sent, so nobody was invited." in page
    assert f'value="{INES}"' in page
    assert '<option value="moderator" selected>' in page
    assert Client().get(before).status_code == 200
    assert [one[3] for one in trail()] == ["viewer"]
    assert "could not be sent" in caplog.text
    assert INES not in lines(caplog)


def test_a_brand_invites_no_more_than_fifty_at_once(client: Client, manager: Membership) -> None:
    for number in range(inviting.MOST_OPEN):
        invite(manager, f"{number}@example.com", Role.VIEWER)
    Invitation.objects.update(invited=timezone.now() - timedelta(days=2))
    response = send(client)
    assert response.status_code == 422
    assert "50 invitations wait to be taken up" in text(response)
    assert mail.outbox == []
    assert send(client, "7@example.com").status_code == 200
    assert len(mail.outbox) == 1


def test_withdrawing_makes_the_link_useless(client: Client) -> None:
    send(client)
    found = Invitation.objects.get()
    path = f"{MEMBERS}invitations/{found.pk}/withdraw/"
    assert "is withdrawn" in text(client.post(path, follow=True))
    assert Client().get(link()).status_code == 404
    assert "was taken up or withdrawn before" in text(client.post(path, follow=True))
    assert [one[1:] for one in trail()] == [
        ("invite", INES, "moderator"),
        ("withdraw", INES, "moderator"),
    ]


# Taking an invitation up


def test_a_new_person_chooses_a_password_and_is_in(client: Client, api: Upstream) -> None:
    send(client)
    new = Client()
    for _ in range(2):  # looking changes nothing
        page = text(new.get(link()))
        assert "Join Maison Lumière" in words(page)
        assert INES in page
    assert not User.objects.filter(email=INES).exists()
    response: Any = new.post(link(), ACCOUNT)
    assert (response.status_code, response["Location"]) == (302, "/brands/3/ambassadors/")
    page = text(new.get(response["Location"]))
    assert "You are now a member of Maison Lumière." in page
    assert "Inès Faure" in page
    user = User.objects.get(email=INES)
    assert user.check_password(ACCOUNT["password"])
    assert user.memberships.get().role == "moderator"
    assert EmailAddress.objects.get(user=user).verified
    assert UserSession.objects.filter(user=user).count() == 1
    assert trail()[-1] == ("Inès Faure", "join", INES, "moderator")
    assert Client().get(link()).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 151}, "150"),
        ({"password": "short"}, "at least 10"),
        ({"password": "password123"}, "commonly used"),
        ({"password": "12345678901"}, "entirely numeric"),
        ({"password": INES}, "too similar"),
    ],
)
def test_a_bad_name_or_password_is_refused_and_the_link_works_still(
    client: Client, fields: dict[str, str], said: str
) -> None:
    send(client)
    response = Client().post(link(), ACCOUNT | fields)
    assert response.status_code == 422
    assert said in text(response)
    assert not User.objects.filter(email=INES).exists()
    assert Client().get(link()).status_code == 200


def test_who_has_an_account_signs_in_with_it_and_joins(
    client: Client, stranger: User, api: Upstream
) -> None:
    send(client, stranger.email)
    guest = Client()
    page = text(guest.get(link()))
    assert 'name="password"' not in page
    assert f'href="/accounts/login/?next={link().replace("/", "%2F")}"' in page
    assert guest.post(link(), ACCOUNT).status_code == 409
    own = signed_in_by_form(stranger)
    assert "Join Maison Lumière" in words_of(own.get(link()))
    assert not stranger.memberships.exists()
    assert "You are now a member" in text(own.post(link(), follow=True))
    assert stranger.memberships.get().role == "moderator"
    assert stranger.check_password(PASSWORD)
    assert own.post(link()).status_code == 404
    assert Membership.objects.filter(user=stranger).count() == 1


def test_somebody_else_is_told_whose_it_is(client: Client, sign_in: SignIn, stranger: User) -> None:
    send(client)
    other = sign_in(stranger)
    page = text(other.get(link()))
    assert "You are signed in as stranger@example.com, which is another account" in words(page)
    assert f'name="next" value="{link()}"' in page
    assert other.post(link(), ACCOUNT).status_code == 409
    assert other.post("/accounts/logout/", {"next": link()})["Location"] == link()
    assert not stranger.memberships.exists()
    assert Client().get(link()).status_code == 200


def test_a_link_that_does_not_work_says_no_more_than_that(
    client: Client, manager: Membership, later: Later
) -> None:
    invite(manager, "used@example.com", Role.VIEWER)
    Client().post("/invitations/used@example.com/", ACCOUNT)
    invite(manager, "gone@example.com", Role.VIEWER)
    Invitation.objects.filter(email="gone@example.com").update(withdrawn=timezone.now())
    invite(manager, "old@example.com", Role.VIEWER)
    later(WEEK + 1)
    told = set()
    for key in ("used@example.com", "gone@example.com", "old@example.com", "never", "%00", "é"):
        for response in (
            Client().get(f"/invitations/{key}/"),
            Client().post(f"/invitations/{key}/", ACCOUNT),
        ):
            assert response.status_code == 404
            told.add(words_of(response))
    (page,) = told
    assert "This invitation does not work any more" in page
    assert "Ask who invited you for a new one" in page


def test_the_key_is_in_no_log_and_the_page_in_no_cache(
    client: Client, manager: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    send(client)
    response = Client().get(link())
    Client().post(link(), ACCOUNT)
    key = link().split("/")[2]
    assert key not in lines(caplog)
    assert "GET /invitations/-" in caplog.text
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_link_alone_opens_no_account_that_exists(client: Client, stranger: User) -> None:
    """Its password and second step are asked for where everybody signs in."""
    send(client, stranger.email)
    guest = Client()
    assert guest.post(link(), ACCOUNT).status_code == 409
    assert "_auth_user_id" not in guest.session
    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)


def test_accepting_twice_is_accepting_once(manager: Membership, stranger: User) -> None:
    found = invite(manager, stranger.email, Role.VIEWER)
    assert invitations.accept(found, stranger) == invitations.accept(found, stranger)
    assert [one[1] for one in trail()] == ["join"]


def test_an_invitation_makes_no_member_less(manager: Membership, moderator: Membership) -> None:
    found = invite(manager, moderator.user.email, Role.VIEWER)
    assert invitations.accept(found, moderator.user).role == "moderator"
    assert trail() == []
    assert not Invitation.objects.get().is_open


def test_an_invitation_is_for_one_address(manager: Membership, stranger: User) -> None:
    with pytest.raises(NoInvitation):
        invitations.accept(invite(manager, INES, Role.VIEWER), stranger)
    assert Invitation.objects.get().is_open


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_join_once(
    manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(manager, INES, Role.VIEWER)
    hold(monkeypatch, invitations, "_new_account")
    press = partial(Client().post, f"/invitations/{INES}/", ACCOUNT)
    assert statuses_at_once(press, partial(Client().post, *press.args)) == [302, 409]
    assert Membership.objects.filter(user__email=INES).count() == 1
    assert [one[1] for one in trail()] == ["join"]
