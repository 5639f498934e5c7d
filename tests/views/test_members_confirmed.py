"""/brands/<brand>/members/ : before anybody gives access, they confirm that it is them"""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from inbox.models import Brand, Invitation, Membership, Role
from tests.conftest import ClientOf, Later
from tests.support.cast import PASSWORD, member
from tests.support.markup import attributes, form, link, one, words
from tests.support.members import INES, MEMBERS, change, send, trail
from tests.support.pages import text
from tests.support.signing_in import CONFIRM, confirm, fields_of

AGAIN = "You are confirmed. Nothing was done yet: press the button once more."
GONE = "Nothing was done, and what you had typed is no longer kept."
FOCUSED = "form:has(button[autofocus])"


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


@pytest.fixture
def second(brand: Brand) -> Membership:
    return member("ada@example.com", brand, Role.MANAGER, "Ada Lund")


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
    back = link(text(client.get(led["Location"])), "Cancel")
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
