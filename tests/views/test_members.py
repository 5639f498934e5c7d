"""/brands/<brand>/members/ and /invitations/<key>/ : who belongs to a brand"""

import re
import time
from datetime import timedelta
from functools import partial
from smtplib import SMTPServerDisconnected
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from inbox import access
from inbox.access import NoInvitation
from inbox.accounts import invitations, inviting, members
from inbox.models import Act, Activity, Brand, Invitation, Membership, Role, User
from tests.conftest import ClientOf, Later, SignIn
from tests.support.at_once import hold, statuses_at_once
from tests.support.cast import PASSWORD, invite, member
from tests.support.markup import attribute, attributes, every, first, form, one, words
from tests.support.markup import link as link_to
from tests.support.pages import INBOX, text, words_of
from tests.support.signing_in import CONFIRM, confirm, fields_of
from tests.support.upstream import Upstream
from tests.web.test_logs import lines

MEMBERS = "/brands/3/members/"
INES = "ines@example.com"
ACCOUNT = {"name": "Inès Faure", "password": "rosier-du-matin"}
AGAIN = "You are confirmed. Nothing was done yet: press the button once more."
GONE = "Nothing was done, and what you had typed is no longer kept."
WEEK = 7 * 24 * 3600


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


@pytest.fixture
def second(brand: Brand) -> Membership:
    return member("ada@example.com", brand, Role.MANAGER, "Ada Lund")


def send(client: Client, email: str = INES, role: str = "moderator") -> Any:
    return client.post(MEMBERS, {"email": email, "role": role}, follow=True)


def link() -> str:
    """The address in the mail that was sent last."""
    found = re.findall(r"http://localhost(/invitations/[\w-]+/)", str(mail.outbox[-1].body))
    assert len(set(found)) == 1
    return str(found[0])


def change(client: Client, of: Membership, act: str, **fields: str) -> Any:
    return client.post(f"{MEMBERS}{of.pk}/{act}/", fields, follow=True)


def trail() -> list[tuple[str, str, str, str]]:
    acts = Activity.objects.order_by("id")
    return [(one.member_name, one.act, one.about, one.state) for one in acts]


def signed_in_by_form(who: Membership | User) -> Client:
    user = who.user if isinstance(who, Membership) else who
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def lines_of(page: str) -> dict[str, str]:
    """What the page says of each member, by their name."""
    return {words(first(line, "b")): words(line) for line in every(page, ".member[id^=member-]")}


# The page


def test_the_page_shows_who_belongs_to_the_brand(
    client: Client, moderator: Membership, viewer: Membership, neighbour: Membership
) -> None:
    Membership.objects.filter(pk=moderator.pk).update(last_seen=timezone.now() - timedelta(hours=3))
    Authenticator.objects.create(user=moderator.user, type="totp", data={})
    Authenticator.objects.create(user=viewer.user, type="recovery_codes", data={})
    page = text(client.get(MEMBERS))
    shown = lines_of(page)
    assert list(shown) == ["Camille Roy", "Hugo Lefèvre", "Nadia Benali"]
    assert "nadia@example.com" in shown["Nadia Benali"]
    assert "Last seen 3 h ago Two steps to sign in yes" in shown["Nadia Benali"]
    assert "Last seen never Two steps to sign in no" in shown["Hugo Lefèvre"]
    seen = one(page, f"#member-{moderator.pk} time")
    assert words(seen) == "3 h ago"
    assert attribute(seen, "datetime")
    assert attribute(seen, "title").endswith(" (Europe/Paris)")
    assert "Nils" not in page


def test_a_manager_finds_the_page_and_nobody_else_is_led_to_it(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    assert f'<a href="{MEMBERS}">' in text(client.get(INBOX))
    assert f'<a href="{MEMBERS}" aria-current="page">' in text(client.get(MEMBERS))
    assert MEMBERS not in text(client_of(moderator).get(INBOX))


@pytest.mark.parametrize("count", [0, 30])
def test_queries_do_not_grow_with_members(
    client: Client,
    manager: Membership,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        member(f"{number}@example.com", manager.brand, Role.VIEWER)
        invite(manager, f"invited-{number}@example.com", Role.VIEWER)
    client.get(MEMBERS)
    with django_assert_num_queries(7):
        client.get(MEMBERS)


def test_hostile_names_stay_words(client: Client, viewer: Membership) -> None:
    User.objects.filter(pk=viewer.user.pk).update(name="<b>&{{ 7*7 }}")
    page = text(client.get(MEMBERS))
    assert "&lt;b&gt;&amp;{{ 7*7 }}" in page
    assert "<b>&{{" not in page


def test_who_is_no_member_of_the_brand_is_no_member_of_its_page(
    client: Client, neighbour: Membership
) -> None:
    for act in ("role", "deactivate", "reactivate"):
        assert change(client, neighbour, act, role="viewer").status_code == 404
    assert change(client, Membership(pk=999), "deactivate").status_code == 404
    other = invite(neighbour, INES, Role.MANAGER)
    assert client.post(f"{MEMBERS}invitations/{other.pk}/withdraw/").status_code == 404
    neighbour.refresh_from_db()
    other.refresh_from_db()
    assert (neighbour.role, neighbour.is_active, other.withdrawn) == ("manager", True, None)
    assert trail() == []


# Last seen


def test_last_seen_is_written_once_in_five_minutes(
    client: Client, manager: Membership, later: Later
) -> None:
    assert manager.last_seen is None
    client.get(MEMBERS)
    manager.refresh_from_db()
    first = manager.last_seen
    assert first
    later(299)
    client.get(MEMBERS)
    manager.refresh_from_db()
    assert manager.last_seen == first
    later(301)
    client.get(MEMBERS)
    manager.refresh_from_db()
    assert manager.last_seen > first


def test_a_stranger_is_not_seen(client_of: ClientOf, neighbour: Membership, brand: Brand) -> None:
    client_of(neighbour).get(MEMBERS)
    neighbour.refresh_from_db()
    assert neighbour.last_seen is None


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


# Roles


def test_a_role_changes_with_the_next_request(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    own = client_of(moderator)
    assert own.get(f"{INBOX}read/").status_code == 200
    page = text(change(client, moderator, "role", role="viewer"))
    assert "Nadia Benali now has this role: Viewer." in page
    assert own.get(f"{INBOX}read/").status_code == 403
    change(client, moderator, "role", role="manager")
    assert own.get(MEMBERS).status_code == 200
    assert [one[:4] for one in trail()] == [
        ("Camille Roy", "change_role", "Nadia Benali", "viewer"),
        ("Camille Roy", "change_role", "Nadia Benali", "manager"),
    ]


def test_the_same_role_again_is_no_change(client: Client, moderator: Membership) -> None:
    assert change(client, moderator, "role", role="moderator").status_code == 200
    assert trail() == []


@pytest.mark.parametrize("role", ["", "king", "Manager"])
def test_there_are_three_roles(client: Client, moderator: Membership, role: str) -> None:
    assert change(client, moderator, "role", role=role).status_code == 400
    moderator.refresh_from_db()
    assert moderator.role == "moderator"


def test_a_manager_may_step_down_where_another_stays(
    client: Client, manager: Membership, second: Membership, api: Upstream
) -> None:
    response = change(client, manager, "role", role="viewer")
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/brands/3/ambassadors/"
    assert client.get(MEMBERS).status_code == 403


# Leaving and coming back


def test_deactivating_ends_every_session_at_once(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    own = [signed_in_by_form(moderator) for _ in range(2)]
    assert all(one.get(INBOX).status_code == 200 for one in own)
    page = text(change(client, moderator, "deactivate"))
    assert "Nadia Benali is no longer a member, and is signed out everywhere." in page
    assert "1 deactivated" in page
    for browser in own:
        assert browser.get(INBOX)["Location"].startswith("/accounts/login/")
    assert not UserSession.objects.filter(user=moderator.user).exists()
    assert trail() == [("Camille Roy", "deactivate", "Nadia Benali", "moderator")]
    change(client, moderator, "reactivate")
    assert trail()[1:] == [("Camille Roy", "reactivate", "Nadia Benali", "moderator")]
    assert own[0].get(INBOX).status_code == 302
    assert signed_in_by_form(moderator).get(INBOX).status_code == 200


def test_done_twice_is_recorded_once(client: Client, moderator: Membership) -> None:
    for act in ("deactivate", "deactivate", "reactivate", "reactivate"):
        assert change(client, moderator, act).status_code == 200
    assert [one[1] for one in trail()] == ["deactivate", "reactivate"]


def test_an_old_mail_does_not_bring_somebody_back(
    client: Client, manager: Membership, moderator: Membership
) -> None:
    invite(manager, moderator.user.email, Role.MANAGER)
    change(client, moderator, "deactivate")
    own = signed_in_by_form(moderator)
    assert own.post("/invitations/nadia@example.com/").status_code == 404
    moderator.refresh_from_db()
    assert not moderator.is_active


def test_who_was_deactivated_can_be_invited_again(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    change(client, moderator, "deactivate")
    send(client, moderator.user.email, "viewer")
    own = signed_in_by_form(moderator)
    assert own.post(link(), follow=True).status_code == 200
    moderator.refresh_from_db()
    assert (moderator.is_active, moderator.role) == (True, "viewer")


def test_a_manager_may_leave_where_another_stays(
    client: Client, manager: Membership, second: Membership
) -> None:
    response = change(client, manager, "deactivate")
    assert response.status_code == 200
    assert client.get(MEMBERS).status_code in {302, 404}


# Confirming oneself first


def guarded(client: Client, of: Membership, act: str) -> Any:
    """The answer says where it leads, and nobody follows it."""
    if act == "invite":
        return client.post(MEMBERS, {"email": INES, "role": "manager"})
    return client.post(f"{MEMBERS}{of.pk}/{act}/", {"role": "manager"})


def next_of(led: Any) -> str:
    """Where confirming oneself leads."""
    back: str = parse_qs(urlsplit(led["Location"]).query)["next"][0]
    return back


def is_asked(led: Any) -> bool:
    return bool(led.status_code == 302 and urlsplit(led["Location"]).path == CONFIRM)


FOCUSED = "form:has(button[autofocus])"


def send_again(client: Client, page: str) -> Any:
    """Press the button that has the focus."""
    found = form(page, FOCUSED)
    return client.post(found.action, found.fields)


def away(of: Membership) -> Membership:
    """A manager who was deactivated."""
    Membership.objects.filter(pk=of.pk).update(role=Role.MANAGER, is_active=False)
    return of


GUARDED = {
    "invite": "Before you invite a manager, confirm that it is you.",
    "role": "Before you change a role, confirm that it is you.",
    "reactivate": "Before you make somebody a manager again, confirm that it is you.",
}


@pytest.mark.parametrize("act", GUARDED)
def test_it_is_asked_first_nothing_is_done_and_nothing_typed_is_lost(
    client_of: ClientOf, manager: Membership, moderator: Membership, act: str
) -> None:
    client = client_of(manager)
    of = away(moderator) if act == "reactivate" else moderator
    before = Membership.objects.get(pk=of.pk)
    led = guarded(client, of, act)
    assert led.status_code == 302
    assert urlsplit(led["Location"]).path == CONFIRM
    assert INES not in led["Location"]
    assert "example.com" not in led["Location"]
    asking = text(client.get(led["Location"]))
    assert GUARDED[act] in words(asking)
    back = next_of(led)
    assert f'<a class="link" href="{back}">Cancel</a>' in asking

    done: Any = client.post(led["Location"], {"password": PASSWORD})
    page = text(client.get(done["Location"]))
    assert AGAIN in words(page)
    assert page.count(' autofocus aria-describedby="again"') == 1
    assert AGAIN in words(one(page, FOCUSED))
    now = Membership.objects.get(pk=of.pk)
    assert (now.role, now.is_active) == (before.role, before.is_active)
    assert not Invitation.objects.exists()
    assert trail() == []

    if act == "invite":
        assert fields_of(page, "email")["email"] == INES
        assert attributes(page, "#id_role option[selected]", "value") == ["manager"]
    if act == "role":
        selected = f"#member-{of.pk} option[selected]"
        assert attributes(page, selected, "value") == ["manager"]
    assert send_again(client, page)["Location"] == MEMBERS
    assert [one[1] for one in trail()] == [{"role": "change_role"}.get(act, act)]
    after = words(text(client.get(done["Location"])))
    assert AGAIN not in after
    assert GONE not in after


@pytest.mark.parametrize("act", GUARDED)
def test_who_thinks_better_of_it_finds_the_form_as_it_was(
    client_of: ClientOf, manager: Membership, moderator: Membership, act: str
) -> None:
    client = client_of(manager)
    of = away(moderator) if act == "reactivate" else moderator
    led = guarded(client, of, act)
    back = link_to(text(client.get(led["Location"])), "Cancel")
    page = text(client.get(back))
    assert "You are confirmed" not in page
    assert "Nothing was done yet." in words(one(page, FOCUSED))
    if act == "invite":
        assert fields_of(page, "email")["email"] == INES
    assert is_asked(send_again(client, page))
    assert len(client.session["drafts"]) == 1
    assert trail() == []


@pytest.mark.parametrize("act", GUARDED)
def test_what_was_typed_in_another_tab_stays(
    client_of: ClientOf, manager: Membership, moderator: Membership, act: str
) -> None:
    client = client_of(manager)
    of = away(moderator) if act == "reactivate" else moderator
    backs = [next_of(guarded(client, of, act)) for _tab in range(2)]
    confirm(client)
    pages = [text(client.get(back)) for back in backs]
    assert send_again(client, pages[0])["Location"] == MEMBERS
    other = Membership.objects.get(pk=of.pk)
    away(other) if act == "reactivate" else None
    assert AGAIN in words(text(client.get(backs[1])))
    assert AGAIN not in words(text(client.get(backs[0])))
    assert guarded(client, of, act)["Location"] == MEMBERS  # by a form of no draft
    away(other) if act == "reactivate" else None
    assert AGAIN in words(text(client.get(backs[1])))


def test_what_was_refused_after_confirming_stays_a_draft(
    client_of: ClientOf, manager: Membership
) -> None:
    client = client_of(manager)
    back = next_of(client.post(MEMBERS, {"email": INES, "role": "manager"}))
    confirm(client)
    fields = {**fields_of(text(client.get(back)), "email"), "email": "nobody", "role": "manager"}
    refused = client.post(MEMBERS, fields)
    assert refused.status_code == 422
    fields = {**fields_of(text(refused), "email"), "email": "ada@example.com", "role": "manager"}
    assert client.post(MEMBERS, fields)["Location"] == MEMBERS
    assert "drafts" not in client.session


@pytest.mark.parametrize("query", ["invite=made-up", "role=x", "reactivate=x"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_no_longer_kept_is_said(client: Client, query: str, language: str) -> None:
    page = text(client.get(f"{MEMBERS}?{query}", headers={"Accept-Language": language}))
    told = {"en": GONE, "fr": "Rien n’a été fait, et votre saisie n’est plus conservée."}[language]
    assert told in words(page)


def test_a_draft_whose_button_is_gone_is_no_longer_kept(
    client_of: ClientOf, manager: Membership, moderator: Membership
) -> None:
    client = client_of(manager)
    back = next_of(guarded(client, moderator, "role"))
    Membership.objects.filter(pk=moderator.pk).update(is_active=False)
    page = words(text(confirm(client).get(back)))
    assert GONE in page
    assert AGAIN not in page


@pytest.mark.parametrize("act", GUARDED)
def test_what_waits_is_forgotten_in_time_and_never_done_by_itself(
    client_of: ClientOf, manager: Membership, moderator: Membership, act: str, later: Later
) -> None:
    client = client_of(manager)
    of = away(moderator) if act == "reactivate" else moderator
    led = guarded(client, of, act)
    back = next_of(led)
    confirm(client)  # for another reason, which leads elsewhere
    assert AGAIN not in words(text(client.get(MEMBERS)))
    assert trail() == []
    later(901)
    page = words(text(client.get(back)))
    assert GONE in page
    assert AGAIN not in page
    assert "drafts" not in client.session
    assert not Invitation.objects.exists()
    assert trail() == []


def test_what_waits_since_a_time_to_come_is_forgotten(
    client_of: ClientOf, manager: Membership
) -> None:
    """As it is after the clock was set back."""
    client = confirm(client_of(manager))
    draft = {"key": "k", "act": "invite", "fields": {"email": INES, "role": "manager"}}
    session = client.session
    session["drafts"] = [{**draft, "at": time.time() + 3600, "by": manager.user_id}]
    session.save()
    assert INES not in text(client.get(MEMBERS, {"invite": "k"}))
    assert "drafts" not in client.session


def test_what_waits_is_of_one_person_and_one_session(
    client_of: ClientOf, manager: Membership, second: Membership
) -> None:
    client = client_of(manager)
    led = guarded(client, second, "invite")
    back = next_of(led)
    for other in (client_of(manager), client_of(second)):
        assert INES not in text(confirm(other).get(back))
    client.post("/accounts/logout/")
    client.force_login(manager.user)
    assert INES not in text(confirm(client).get(back))


def test_tabs_keep_what_was_typed_in_each(client_of: ClientOf, manager: Membership) -> None:
    client = client_of(manager)
    addresses = [f"{number}@example.com" for number in range(7)]
    backs = []
    for address in addresses:
        led: Any = client.post(MEMBERS, {"email": address, "role": "manager"})
        backs.append(next_of(led))
    confirm(client)
    found = [one in text(client.get(back)) for one, back in zip(addresses, backs, strict=True)]
    assert found == [False, False, *[True] * 5]


@pytest.mark.parametrize("query", ["role=x", "invite=", "reactivate=%00", "act=role", "role"])
def test_a_made_up_address_fills_in_nothing(client: Client, query: str) -> None:
    assert AGAIN not in words(text(client.get(f"{MEMBERS}?{query}")))


def test_what_takes_access_away_and_what_gives_little_asks_nothing(
    client_of: ClientOf, manager: Membership, moderator: Membership, second: Membership
) -> None:
    client = client_of(manager)
    assert "An invitation is on its way" in text(send(client))
    assert "is withdrawn" in text(
        client.post(f"{MEMBERS}invitations/{Invitation.objects.get().pk}/withdraw/", follow=True)
    )
    assert "is no longer a member" in text(change(client, moderator, "deactivate"))
    assert "is a member again" in text(change(client, moderator, "reactivate"))
    assert "is no longer a member" in text(change(client, second, "deactivate"))
    assert client.post("/accounts/sessions/", {"end": "others"}).status_code == 302


def test_what_is_wrong_is_said_before_anything_is_asked(
    client_of: ClientOf, manager: Membership, moderator: Membership
) -> None:
    client = client_of(manager)
    assert send(client, "nobody", "manager").status_code == 422
    assert send(client, moderator.user.email, "manager").status_code == 422
    assert change(client, moderator, "role", role="king").status_code == 400
    assert change(client, manager, "role", role="viewer").status_code == 409


def test_a_confirmed_person_still_must_be_a_manager(
    client_of: ClientOf, manager: Membership, second: Membership, moderator: Membership
) -> None:
    client = client_of(manager)
    led = guarded(client, moderator, "role")
    Membership.objects.filter(pk=manager.pk).update(role=Role.MODERATOR)
    done: Any = client.post(led["Location"], {"password": PASSWORD})
    assert client.get(done["Location"]).status_code == 403
    assert guarded(client, moderator, "role").status_code == 403
    assert trail() == []


# The last manager


@pytest.mark.parametrize(
    ("act", "fields"), [("role", {"role": "viewer"}), ("deactivate", {})], ids=["role", "leave"]
)
def test_the_last_manager_stays_and_is_told_why(
    client: Client,
    manager: Membership,
    moderator: Membership,
    api: Upstream,
    act: str,
    fields: dict[str, str],
) -> None:
    away = member("away@example.com", manager.brand, Role.MANAGER, "Away")
    Membership.objects.filter(pk=away.pk).update(is_active=False)
    locked = member("locked@example.com", manager.brand, Role.MANAGER, "Locked")
    User.objects.filter(pk=locked.user.pk).update(is_active=False)
    page = text(client.get(MEMBERS))
    assert "make somebody else a manager first" in lines_of(page)["Camille Roy"]
    response = change(client, manager, act, **fields)
    assert response.status_code == 409
    assert "Camille Roy is the last manager of Maison Lumière." in words(text(response))
    manager.refresh_from_db()
    assert (manager.role, manager.is_active) == ("manager", True)
    assert trail() == []
    change(client, moderator, "role", role="manager")
    assert change(client, manager, act, **fields).status_code == 200
    manager.refresh_from_db()
    assert (manager.role, manager.is_active) != ("manager", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["role", "deactivate"])
def test_two_managers_can_not_take_each_others_place_at_once(
    client_of: ClientOf,
    manager: Membership,
    second: Membership,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    hold(monkeypatch, access, "lock_managers")
    pairs = [(confirm(client_of(manager)), second), (confirm(client_of(second)), manager)]
    statuses = statuses_at_once(
        *(
            partial(client.post, f"{MEMBERS}{of.pk}/{act}/", {"role": "viewer"})
            for client, of in pairs
        )
    )
    assert statuses[0] == 302
    assert statuses[1] in {403, 404}  # who was second is no manager any more
    assert Membership.managers(3).count() == 1
    assert len(trail()) == 1


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


# Where it is recorded


def test_an_act_that_is_not_recorded_is_not_done(
    client: Client, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_about: object) -> None:
        raise RuntimeError("the trail can't be written")

    monkeypatch.setattr(members, "record", fails)
    for act, fields in {"role": {"role": "viewer"}, "deactivate": {}}.items():
        with pytest.raises(RuntimeError):
            change(client, moderator, act, **fields)
    moderator.refresh_from_db()
    assert (moderator.role, moderator.is_active) == ("moderator", True)


def test_a_record_says_who_in_which_role_and_on_which_request(
    client: Client, moderator: Membership
) -> None:
    path = f"{MEMBERS}{moderator.pk}/deactivate/"
    response = client.post(path, headers={"X-Request-ID": "router-12345678"})
    one = Activity.objects.get()
    assert (one.member_role, one.brand.pk, one.act) == ("manager", 3, Act.DEACTIVATE)
    assert (one.outcome, one.request_id) == ("done", response["X-Request-ID"])
    assert one.finished == one.started
