"""What somebody typed without scripts stands on the page that says why it was refused"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.chatrooms import notes
from inbox.models import Act, Membership, Note, NoteDraft, Role
from tests.conftest import ClientOf, Later
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import note_fields
from tests.support.markup import attributes, every, forms, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.signing_in import LOGIN, enter, is_signed_in
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
CODES = "/brands/3/codes/"
ORIGIN = {"Origin": "http://testserver"}
TYPED = 'First <b>"line"\n\n  second & third'
EVIL = [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
DAY = 86_400 + 60
PLACES = pytest.mark.parametrize("where", ["note", "review"])


@pytest.fixture(autouse=True)
def _said(api: Upstream) -> None:
    api.listing(chatroom(last_message=message(16)))
    api.conversation(chatroom(), message(16), message(15))


def typed(page: str) -> str:
    """What the field of the page holds, as a browser takes it; empty where it has none."""
    return next((field.text() for field in every(page, "textarea")), "")


def offered(page: str, action: str) -> dict[str, str]:
    """What the page would send again."""
    (found,) = [one for one in forms(page) if one.attributes.get("action") == action]
    return found.fields


def sign_in_elsewhere(client: Client, email: str) -> None:
    """In another tab of the same browser, which renews the token of its forms."""
    (form_,) = [one for one in forms(text(client.get(LOGIN))) if "login" in one.fields]
    token = form_.fields["csrfmiddlewaretoken"]
    enter(client, email, csrfmiddlewaretoken=token)
    assert is_signed_in(client)


# A page that is older than a day


@PLACES
def test_what_was_typed_on_an_old_page_can_be_sent_again(
    client: Client, later: Later, where: str
) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    later(DAY)
    refused = client.post(f"{PAGE}{where}/", sent)
    page = text(refused)
    assert refused.status_code == 409
    assert "more than a day old" in page
    assert typed(page) == TYPED
    assert not Note.objects.exists()
    assert client.post(f"{PAGE}{where}/", offered(page, f"{PAGE}{where}/")).status_code == 302
    assert Note.objects.get().text == TYPED
    assert acts().filter(act=Act.REVIEW).exists() is (where == "review")


def test_an_old_page_without_a_note_is_only_to_be_read_again(client: Client, later: Later) -> None:
    sent = note_fields(client, PAGE, note=" \r\n")
    later(DAY)
    refused = client.post(f"{PAGE}review/", sent)
    assert refused.status_code == 409
    assert "<textarea" not in text(refused)
    assert sent["act"] not in text(refused)


# Too long


@PLACES
@pytest.mark.parametrize("length", [2001, notes.LONGEST_DRAFT, notes.LONGEST_DRAFT + 1, 50_000])
@pytest.mark.parametrize("other", ["", "In another tab"])
def test_a_text_that_is_too_long_is_lost_nowhere(
    client: Client, where: str, length: int, other: str
) -> None:
    sent = note_fields(client, PAGE, note="x" * length)
    if other:
        client.post(f"{PAGE}draft/", {**sent, "note": other})
    response = client.post(f"{PAGE}{where}/", sent, follow=True)
    page = text(response)
    assert typed(page) == "x" * length
    assert "at most 2,000 characters." in page
    if other:
        assert response.status_code == 400
        assert NoteDraft.objects.get().text == other
    assert not Note.objects.exists()


def test_once_it_is_shorter_it_is_written_and_the_other_draft_stays(client: Client) -> None:
    sent = note_fields(client, PAGE, note="x" * 2001)
    client.post(f"{PAGE}draft/", {**sent, "note": "In another tab"})
    page = text(client.post(f"{PAGE}note/", sent))
    again = offered(page, f"{PAGE}note/")
    assert client.post(f"{PAGE}note/", {**again, "note": "Short"}).status_code == 302
    assert Note.objects.get().text == "Short"
    assert NoteDraft.objects.get().text == "In another tab"


# A session that ended


@PLACES
def test_what_is_sent_after_the_session_ended_stands_on_the_page_and_goes_nowhere_else(
    client: Client, where: str, caplog: pytest.LogCaptureFixture, moderator: Membership
) -> None:
    sent = note_fields(client, PAGE, note=f"Xylophone {TYPED}")
    out = Client(enforce_csrf_checks=True)
    came = {**ORIGIN, "Referer": f"http://testserver{PAGE}?page=2"}
    response = out.post(f"{PAGE}{where}/", sent, headers=came)
    page = text(response)
    assert response.status_code == 401
    assert "You were signed out" in page
    assert "Nothing was done." in page
    assert typed(page) == f"Xylophone {TYPED}"
    assert response["Cache-Control"] == "no-store"
    assert not {"Location", "Set-Cookie"} & {*response.headers}
    assert "Xylophone" not in repr(out.cookies)
    assert "Xylophone" not in caplog.text
    (link,) = attributes(page, "a[target=_blank]", "href")
    assert parse_qs(urlsplit(link).query) == {"next": [f"{PAGE}?page=2"]}
    sign_in_elsewhere(out, moderator.user.email)
    again = out.post(f"{PAGE}{where}/", offered(page, f"{PAGE}{where}/"), headers=ORIGIN)
    assert again.status_code == 403
    kept = offered(text(again), f"{PAGE}{where}/")
    assert out.post(f"{PAGE}{where}/", kept, headers=ORIGIN).status_code == 302
    assert Note.objects.get().text == f"Xylophone {TYPED}"


def test_in_french(client: Client) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    french = {**ORIGIN, "Accept-Language": "fr"}
    page = words(text(Client().post(f"{PAGE}note/", sent, headers=french)))
    assert "Vous avez été déconnecté" in page
    assert "Ce que vous avez écrit" in page


def test_names_of_codes_are_kept_as_well(db: None) -> None:
    page = text(Client().post(CODES, {"1-name": "Late", "2-name": "Lost"}, headers=ORIGIN))
    assert offered(page, CODES).items() >= {"1-name": "Late", "2-name": "Lost"}.items()


@pytest.mark.parametrize("headers", EVIL, ids=["none", "evil", "null"])
def test_what_another_site_may_have_made_is_offered_to_nobody(
    client: Client, headers: dict[str, str]
) -> None:
    sent = note_fields(client, PAGE, note="forged")
    response: Any = Client().post(f"{PAGE}note/", sent, headers=headers)
    assert response.status_code == 302
    assert "forged" not in response["Location"]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert "forged" not in text(strict.post(f"{PAGE}note/", sent, headers=headers))


def test_a_page_of_ours_may_be_known_by_its_address_alone(client: Client) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    came = {"Referer": f"http://testserver{PAGE}"}
    assert Client().post(f"{PAGE}note/", sent, headers=came).status_code == 401
    elsewhere = {"Referer": f"http://evil.example{PAGE}"}
    assert Client().post(f"{PAGE}note/", sent, headers=elsewhere).status_code == 302


def test_where_nothing_was_typed_one_signs_in_at_once(client: Client) -> None:
    sent = note_fields(client, PAGE, note="")
    assert Client().post(f"{PAGE}review/", sent, headers=ORIGIN).status_code == 302


# Other refusals


@PLACES
def test_a_text_stands_there_also_once_one_may_no_longer_write(
    client: Client, moderator: Membership, where: str
) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    moderator.role = Role.VIEWER
    moderator.save()
    response = client.post(f"{PAGE}{where}/", sent)
    assert response.status_code == 403
    assert typed(text(response)) == TYPED


@PLACES
def test_and_where_a_second_factor_is_asked_for_meanwhile(
    client: Client, settings: Settings, where: str
) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    settings.REQUIRE_MFA = "everyone"
    response = client.post(f"{PAGE}{where}/", sent, headers=ORIGIN)
    assert response.status_code == 403
    assert "Your role asks for a second factor" in text(response)
    assert typed(text(response)) == TYPED


def test_and_where_the_token_is_of_somebody_else(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    sent = note_fields(client, PAGE, note=TYPED)
    response = client_of(manager).post(f"{PAGE}note/", sent)
    assert response.status_code == 400
    assert typed(text(response)) == TYPED


def test_with_scripts_the_text_is_in_its_field_already(client: Client) -> None:
    response = client.post(f"{PAGE}note/", note_fields(client, PAGE, note="x" * 3000), headers=HTMX)
    assert response.status_code == 400
    assert "<textarea" not in text(response)
