"""E-mail addresses and customer ids: hidden from viewers, masked for others until revealed"""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError
from django.test import Client

from inbox.display import privacy
from inbox.models import Act, Activity, Membership, Outcome
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.cast import PASSWORD
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.markup import attribute, has, one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.signing_in import CONFIRM, confirm
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
REVEAL = f"{PAGE}reveal/"
SOFIA = {"email": "sofia.d@perfume.example", "email_tmp": "old@perfume.example"}
NUMBER = "SK-7740192"
SECRETS = (*SOFIA.values(), NUMBER, "lea@example.com", "C-100")


@pytest.fixture(autouse=True)
def _people(api: Upstream) -> None:
    here(api)


def here(api: Upstream, **changes: Any) -> None:
    people = [lea(8), participant(555, 8, customer_id=NUMBER, **{**SOFIA, **changes})]
    api.listing(chatroom(ambassadors=people))
    api.conversation(chatroom(ambassadors=people), message(16))


def reveal(client: Client, participant: object = 555, *, htmx: bool = True, **more: str) -> Any:
    fields = {"participant": str(participant), "place": "conversation", **more}
    return client.post(REVEAL, fields, headers=HTMX if htmx else {})


# Who sees what


@pytest.mark.parametrize("who", ["moderator", "manager"])
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "page"])
def test_who_may_act_sees_them_masked(
    client_of: ClientOf, request: pytest.FixtureRequest, who: str, headers: dict[str, str]
) -> None:
    page = text(client_of(request.getfixturevalue(who)).get(PAGE, headers=headers))
    assert "E-mail s…@p… E-mail o…@p… Customer id SK-…92" in words(page)
    assert "E-mail l…@e….com Customer id C-…" in words(page)
    assert not [secret for secret in SECRETS if secret in page]


@pytest.mark.parametrize("order", [("moderator", "viewer"), ("viewer", "moderator")])
def test_a_viewer_gets_nothing_of_them_whoever_looked_before(
    client_of: ClientOf, request: pytest.FixtureRequest, order: tuple[str, str]
) -> None:
    pages = {}
    for who in order:
        client = client_of(request.getfixturevalue(who))
        for address in (PAGE, INBOX):
            pages[who, address] = text(client.get(address))
    for address in (PAGE, INBOX):
        page = pages["viewer", address]
        assert not [word for word in (*SECRETS, "…@", "SK-", "reveal") if word in page]
    assert "reveal/" in pages["moderator", PAGE]


def test_a_viewer_may_not_reveal(client_of: ClientOf, viewer: Membership, api: Upstream) -> None:
    response = reveal(client_of(viewer))
    assert response.status_code == 403
    assert SOFIA["email"] not in text(response)
    assert api.sent == []
    assert not acts().exists()


def test_who_became_a_viewer_sees_nothing_more(client: Client, moderator: Membership) -> None:
    assert "Reveal" in words(text(client.get(PAGE)))
    moderator.role = "viewer"
    moderator.save()
    assert "Reveal" not in words(text(client.get(PAGE)))
    assert reveal(client).status_code == 403


# Revealing


def test_it_is_recorded_and_shown_in_place(client: Client, moderator: Membership) -> None:
    response = reveal(client)
    assert response.status_code == 200
    html = text(response)
    assert f"E-mail {SOFIA['email']} E-mail {SOFIA['email_tmp']} Customer id {NUMBER}" in words(
        html
    )
    assert 'id="private-555"' in html
    assert "lea@example.com" not in html
    act = acts().get()
    assert (act.act, act.outcome, act.member) == (Act.REVEAL, Outcome.DONE, moderator)
    assert (act.ambassador, act.chatroom, act.participant) == (100, 8, 555)
    assert not [secret for secret in SECRETS if secret in repr(vars(act))]


def test_without_scripts_it_is_shown_once_and_never_in_an_address(client: Client) -> None:
    response = reveal(client, htmx=False, page="2")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    page = text(response)
    assert "<h1><bdi>Sofia Duarte</bdi></h1>" in page
    assert SOFIA["email"] in page
    assert f'href="{PAGE}?page=2"' in page
    assert acts().count() == 1
    assert SOFIA["email"] not in text(client.get(PAGE))


def test_every_time_is_recorded(client: Client) -> None:
    reveal(client)
    reveal(client)
    assert acts().count() == 2


@pytest.mark.parametrize("htmx", [True, False])
def test_what_can_not_be_recorded_is_not_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("The disk is full")

    monkeypatch.setattr(Activity, "save", broken)
    client.raise_request_exception = False
    response = reveal(client, htmx=htmx)
    assert response.status_code == 500
    assert not [secret for secret in SECRETS if secret in text(response)]


@pytest.mark.parametrize(
    "participant", ["", "0", "556", "x", "5" * 30, "555 ", "-555", "\u0665" * 3]
)
def test_who_is_not_in_the_conversation_is_not_found(client: Client, participant: str) -> None:
    assert reveal(client, participant).status_code == 404
    assert not acts().exists()


def test_a_conversation_of_another_ambassador_is_not_found(client: Client, api: Upstream) -> None:
    sofia = participant(555, 8, email="sofia@perfume.example")
    stranger = [participant(101, 8, customer_id="K-1"), sofia]
    api.listing()
    api.conversation(chatroom(ambassadors=stranger), message(16))
    assert reveal(client).status_code == 404
    assert not acts().exists()


def test_it_is_a_form_that_must_come_from_us(moderator: Membership) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator.user)
    assert reveal(strict).status_code == 403
    assert strict.get(REVEAL).status_code == 405


def test_a_failure_of_popsell_reveals_and_records_nothing(client: Client, api: Upstream) -> None:
    api.answer("GET", 500)
    assert reveal(client).status_code == 502
    assert not acts().exists()


# Many


def crowd(api: Upstream, count: int = 30) -> list[int]:
    """A conversation of so many people, and their participant numbers."""
    people = [participant(600 + one, 8, customer_id=f"SK-77401{one:02}") for one in range(count)]
    api.listing(chatroom(ambassadors=[lea(8), *people]))
    api.conversation(chatroom(ambassadors=[lea(8), *people]), message(16))
    return [600 + one for one in range(count)]


def is_shown(response: Any) -> bool:
    return "SK-77401" in text(response)


def test_the_twenty_first_of_an_hour_needs_a_proof(client: Client, api: Upstream) -> None:
    people = crowd(api)
    for person in people[:20]:
        assert is_shown(reveal(client, person))
    for _ in range(2):
        refused = reveal(client, people[20])
        assert not is_shown(refused)
        assert refused.status_code == 200  # which htmx puts in its place
    assert acts().count() == 20
    assert is_shown(reveal(client, people[3]))  # known already
    confirm(client)
    for person in people[20:]:
        assert is_shown(reveal(client, person))
    assert acts().count() == 31


def test_a_proof_is_good_for_a_quarter_of_an_hour(
    client: Client, api: Upstream, later: Later
) -> None:
    people = crowd(api)
    confirm(client)
    for person in people[:25]:
        assert is_shown(reveal(client, person))
    later(901)
    assert not is_shown(reveal(client, people[25]))
    later(3590)
    assert not is_shown(reveal(client, people[25]))
    later(3660)
    assert is_shown(reveal(client, people[25]))


def test_all_brands_and_browsers_of_a_person_count_and_nobody_else(
    client: Client,
    client_of: ClientOf,
    moderator: Membership,
    manager: Membership,
    neighbour: Membership,
    api: Upstream,
) -> None:
    people = crowd(api)
    other = Membership.objects.create(user=moderator.user, brand=neighbour.brand, role="viewer")
    left = Activity(act=Act.REVEAL, ambassador=100, chatroom=8, outcome=Outcome.DONE)
    rows = [
        *((other, one) for one in range(1, 11)),
        *((neighbour, one) for one in range(20, 40)),
        *((manager, one) for one in range(40, 60)),
        *((moderator, people[0]) for _ in range(5)),
    ]
    for who, person in rows:
        left.pk, left.member, left.brand, left.participant = None, who, who.brand, person
        left.member_name = str(who.user)
        left.save(force_insert=True)
    for person in people[:5]:
        assert is_shown(reveal(client, person))
    another = client_of(moderator)
    for person in people[5:10]:
        assert is_shown(reveal(another, person))
    for browser in (client, another):
        assert not is_shown(reveal(browser, people[10]))
    confirm(another)
    assert is_shown(reveal(another, people[10]))
    assert not is_shown(reveal(client, people[11]))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_further(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    people = crowd(api)
    browsers = [client_of(moderator) for _ in range(10)]
    for person in people[:15]:
        assert is_shown(reveal(browsers[0], person))
    answers = at_once(range(10), lambda number: reveal(browsers[number], people[15 + number]))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(is_shown(answer) for answer in answers) == 5
    assert acts().count() == 20


def too_many(client: Client, api: Upstream) -> int:
    """The client may not reveal this person without a proof."""
    people = crowd(api)
    for person in people[:20]:
        reveal(client, person)
    return people[20]


@pytest.mark.parametrize(
    "page", [f"{PAGE}?page=2&unread=1", f"{PAGE}?messages=2#chatroom-8", INBOX]
)
def test_who_is_refused_is_led_back_to_where_they_are(
    client: Client, api: Upstream, page: str
) -> None:
    person = too_many(client, api)
    fields = {"participant": str(person), "place": "conversation"}
    address = f"http://testserver{page}"
    refused: Any = client.post(REVEAL, fields, headers={**HTMX, "HX-Current-URL": address})
    html = text(refused)
    assert "You have revealed 20 people within an hour. To reveal more, confirm that" in words(html)
    assert "is not shown: confirm that it is you first." in words(html)
    asked = attribute(one(html, f"#private-{person} a#reveal-{person}.button"), "href")
    back = f"{page.split('#', maxsplit=1)[0]}#reveal-{person}"
    assert asked == f"{CONFIRM}?{urlencode({'next': back})}"
    assert "Before you reveal more people" in words(text(client.get(asked)))
    done: Any = client.post(asked, {"password": PASSWORD})
    assert done["Location"] == back
    assert has(text(client.get(PAGE)), f"button#reveal-{person}")
    assert is_shown(reveal(client, person))


def test_without_scripts_the_refusal_is_a_page(client: Client, api: Upstream) -> None:
    person = too_many(client, api)
    refused = reveal(client, person, htmx=False, page="2")
    assert (refused.status_code, is_shown(refused)) == (200, False)
    page = text(refused)
    assert "<title>Not revealed" in page
    assert "To reveal more, confirm that it is you." in words(page)
    assert "recorded with your name" not in page
    assert f'href="{PAGE}?page=2">Back to the conversation</a>' in page
    assert urlencode({"next": f"{PAGE}?page=2#reveal-{person}"}) in page


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example/"])
def test_the_way_back_stays_here(client: Client, api: Upstream, foreign: str) -> None:
    person = too_many(client, api)
    fields, headers = {"participant": str(person)}, {**HTMX, "HX-Current-URL": foreign}
    assert "evil" not in text(client.post(REVEAL, fields, headers=headers))


# Nobody's


def test_of_an_anonymized_person_nothing_is_offered_or_revealed(
    client: Client, api: Upstream
) -> None:
    here(api, anonymized=True)
    page = text(client.get(PAGE))
    assert 'id="private-555"' not in page
    assert "Sofia" not in page
    assert reveal(client).status_code == 404
    assert not acts().exists()


def test_where_there_is_nothing_there_is_no_button(client: Client, api: Upstream) -> None:
    api.conversation(chatroom(ambassadors=[lea(8), participant(555, 8, email=" ")]), message(16))
    assert 'id="private-555"' not in text(client.get(PAGE))
    assert reveal(client).status_code == 404


@pytest.mark.parametrize("field", ["username", "firstname"])
def test_a_name_that_is_an_address_is_none(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream, field: str
) -> None:
    names = {"firstname": None, "lastname": None, "username": None}
    here(api, **{**names, field: "sofia@perfume.example"})
    for visitor in (client, client_of(viewer)):
        for address in (PAGE, INBOX):
            page = text(visitor.get(address))
            assert "sofia@perfume" not in page
            assert "Client 555" in words(page)


def test_what_is_revealed_is_text(client: Client, api: Upstream) -> None:
    here(api, email='"><script>alert(1)</script>@x.example', email_tmp=None)
    html = text(reveal(client))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("lea.moreau@example.com", "l…@e….com"),
        ("lea@mail.example.com", "l…@m….com"),
        ("al@example.com", "…@e….com"),
        ("lea@b.fr", "l…@….fr"),
        ("a@b.fr", "…@….fr"),
        ("lea@localhost", "l…@l…"),
        ("lea@example.longending", "l…@e…"),
        ("\u202elea@example.com", "…@e….com"),
        ("a@b@example.com", "a…@e….com"),
        ("no address", "…"),
        ("@", "…@…"),
        ("", "…"),
    ],
)
def test_a_mask_of_an_address_betrays_no_short_part(address: str, masked: str) -> None:
    assert privacy.mask_address(address) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("C-10042", "C-…42"),
        ("C-1004", "C-…"),
        ("12345678", "…78"),
        ("1234", "…"),
        ("C-", "C-…"),
        ("10042\u202e2", "…"),
        ("<script>", "…"),
        ("", "…"),
    ],
)
def test_a_mask_of_a_number_betrays_no_short_one(number: str, masked: str) -> None:
    assert privacy.mask_number(number) == masked
