"""What the table of states leaves out: each answer, fragment and word that a page may hold.

For tests that read all that the site can say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client, override_settings
from django.test.client import RequestFactory
from django.utils import timezone

from inbox.accounts.one_time_links import password_link
from inbox.chatrooms import tokens
from inbox.models import Activity, CodeKind, CodeName, Membership, Outcome, Review, User
from inbox.popsell.breaker import breaker
from inbox.views import errors
from inbox.views.pin import MOST
from inbox.web import failure_answers, middleware
from tests.support.cast import PASSWORD
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.markup import forms
from tests.support.pages import HTMX, INBOX, button, press, row, text
from tests.support.states import AMBASSADORS, CONVERSATION, SECRET, SIGN_IN
from tests.support.upstream import Upstream

NEW = "rosier-du-matin"
FLAGS = "flag-conversation"
WITHOUT_ONE = {"firstname": None, "lastname": None, "username": None}


@dataclass(frozen=True)
class Visitors:
    """The people who go round, each in a browser of their own."""

    member: Client  # a moderator's, of two brands
    viewer: Client
    stranger: Client
    operator: Client
    anonymous: Client
    moderator: Membership


def everything(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    for part in PARTS:
        api.recover()
        breaker.reset()
        yield from part(visitors, api)


def lists(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    for client in (visitors.member, visitors.stranger, visitors.operator):
        yield client.get("/")
    for query in ({}, {"name": "nobody"}):
        yield visitors.member.get(AMBASSADORS, query)
    for page in ("1", "2", "6", "99"):
        yield visitors.member.get(INBOX, {"page": page}, follow=True)
    yield visitors.member.get("/brands/3/ambassadors/106/")
    yield visitors.viewer.get(INBOX)
    api.listing(*people())
    yield visitors.member.get(AMBASSADORS)
    api.listing(total=0)
    yield visitors.member.get(AMBASSADORS)
    numbers: list[Json] = [{"from": None, "total": None}, {"current_page": 9, "last_page": 9}]
    for envelope in numbers:
        api.listing(**envelope)
        yield visitors.member.get(INBOX, follow=True)


def people() -> list[Json]:
    states = [person(n + 1, active=active) for n, active in enumerate((1, 0, -1, -2, -3, -4))]
    roles = [person(n + 20, status=status) for n, status in enumerate((*range(9), 11))]
    seen = [
        person(50, online=True),
        person(51, online=None, last_action_date=None),
        person(52, online=False, last_action_date=None),
        person(53, last_action_date="2024-05-04T09:42:00Z"),
        person(54, anonymized=True),
        person(55, status=0, **WITHOUT_ONE),
    ]
    return [*states, *roles, *seen, {}, {"id_chatroom": 9}]


def conversations(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    rooms = [{**room, "id_chatroom": n} for n, room in enumerate(all_rooms(), 1)]
    api.listing(*rooms, {}, {"id_ambassador": 99})
    yield visitors.member.get(INBOX)
    for room in rooms:
        address = f"{INBOX}chatrooms/{room['id_chatroom']}/"
        yield visitors.member.get(address)
        yield visitors.member.get(address, headers=HTMX)


def all_rooms() -> list[Json]:
    """A chatroom for all that can be said of one."""
    now = timezone.now().isoformat()
    summary = {"summary": "She asks", "anomaly": 3, "topic": 8, "date_insert": now}
    pivot = {"id_ambassador": 100, "last_read_message": 1, "is_blocked": True, "archived": True}
    twins = [participant(id_, 8, customer_id="C-100") for id_ in (777, 778)]
    faces: list[Json] = [
        {"status": 7, "active": -1, "online": True},
        {"status": 7, **WITHOUT_ONE, "online": None, "last_action_date": None},
        {"status": 8, **WITHOUT_ONE, "last_action_date": now},
        {"anonymized": True, "status": 11, "active": -9},
    ]
    return [
        chatroom(last_read=16, last_rating={"value": 1, "comment": "Never"}, last_summary=summary),
        chatroom(last_message=None, last_message_date=None, established_dialogue=None),
        chatroom(last_message=message(16, content=None)),
        chatroom(last_message=message(16, lea(8), content="See you")),
        *(chatroom(last_message=message(16, type_message=kind)) for kind in (*range(1, 10), 42)),
        *(chatroom(last_message=message(16, type_message=kind)) for kind in (None, "fax")),
        *(chatroom(source=source) for source in (0, 1, 2, 9)),
        *(chatroom(type_discussion=kind) for kind in (0, 1, 9)),
        *(chatroom(established_dialogue=known) for known in (True, False)),
        chatroom(type_chatroom=3),
        chatroom(ambassadors=[]),
        chatroom(ambassadors=[lea(8), *(participant(n, 8) for n in (5, 6))], type_chatroom=7),
        chatroom(ambassadors=[lea(8), *(participant(n, 8) for n in (5, 6, 7, 9))], type_chatroom=7),
        chatroom(ambassadors=[lea(8, chatroom_pivot_data=[pivot]), participant(555, 8)]),
        chatroom(ambassadors=[participant(777, 8, customer_id="C-100"), participant(555, 8)]),
        chatroom(ambassadors=[*twins, participant(555, 8)]),
        chatroom(ambassadors=[participant(555, 8)]),
        *(chatroom(ambassadors=[lea(8), participant(555, 8, **face)]) for face in faces),
    ]


def changes(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    """What is done to a conversation that is open, each twice."""
    member, (path, _, query) = visitors.member, CONVERSATION.partition("?")
    seen = {"brand_id": 3, "first_seen": timezone.localdate(), "last_seen": timezone.localdate()}
    for kind in CodeKind:
        for code in range(9):
            CodeName.objects.update_or_create(
                kind=kind, code=code, defaults={"name": "λ", "needs_attention": True, **seen}
            )
    posts = [
        *(("flag", {"state": state}) for state in ("1", "2", "none")),
        *((name, {"state": state}) for name in ("archive", "block") for state in ("on", "off")),
        *(("review", fields) for fields in ({"note": "λ"}, {"undo": "1"}, {"note": "λ" * 2001})),
        *(("note", {"note": note}) for note in ("λ", "", "λ" * 2001)),
        ("flag", {"state": "another"}),
    ]
    for name, fields in posts:
        html = text(member.get(CONVERSATION))
        act = next(one.fields for one in forms(html) if one.attributes.get("id") == FLAGS)
        for htmx in (True, False):
            headers = HTMX if htmx else {}
            yield member.post(f"{path}{name}/", {**act, **fields}, headers=headers)
            yield member.get(CONVERSATION)
    member.post(f"{path}review/", act)
    for upto in (10**9, 1):
        Review.objects.update(message=upto)
        for address in (CONVERSATION, f"{INBOX}?{query}", f"{CONVERSATION}&messages=2"):
            yield member.get(address)
    for headers in (HTMX, {**HTMX, "Inbox-Shown": "none"}):
        yield member.get(f"{CONVERSATION}&messages=2", headers=headers)
        yield member.get(CONVERSATION, headers=headers)
    for missing in ("messages", "chatroom"):
        api.forbid(missing)
        yield member.get(CONVERSATION)


def acts(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    """Mark read, as a form and by htmx, with every end it can have."""
    member = visitors.member
    for htmx in (False, True):
        api.recover()
        api.listing(chatroom())
        pressed = button(row(text(member.get(INBOX)), 8))
        for answer in ((422, {"message": "No", "errors": {"field": ["Not this"]}}), (200, None)):
            api.answer("POST", *answer)
            yield press(member, pressed, htmx=htmx)
        for number in (16, 17, 16):
            api.answer("POST", body=message(number))
            if number == 17:
                Activity.objects.all().delete()
            yield press(member, pressed, htmx=htmx)
            yield member.get(INBOX)
        api.answer("GET", 404)
        yield press(member, pressed, htmx=htmx)
        yield member.get(INBOX)
        Activity.objects.all().delete()


def several(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    member, address = visitors.member, f"{INBOX}read/"
    api.listing(chatroom(8), chatroom(9))
    for query in ({"all": "1"}, {"chatroom": "8"}, {}):
        yield member.get(address, query)
    sent = [button(row(text(member.get(INBOX)), number)) for number in (8, 9)]
    fields = {"act": [found.fields["act"] for found in sent if found]}
    api.once("POST", 422)
    api.answer("POST", body=message(16))
    yield member.post(address, fields)
    yield member.post(address, fields, follow=True)
    Activity.objects.update(outcome=Outcome.REFUSED)
    with override_settings(POPSELL_DEADLINE=0.000_1):  # up before the first act
        yield member.post(address, fields)


def pins(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    member = visitors.member
    member.get(INBOX)
    for pinned in ("on", "off", "on"):
        yield member.post(f"{INBOX}pin/", {"pinned": pinned}, headers=HTMX)
        yield member.post(f"{INBOX}pin/", {"pinned": pinned}, follow=True)
    yield member.get(f"{INBOX}pin/", headers=HTMX)
    for shortcuts in ("off", "on"):
        member.post("/preferences/", {"shortcuts": shortcuts})
        for address in (INBOX, AMBASSADORS):
            yield member.get(address)
    Membership.objects.update(pins=[900 + number for number in range(MOST)])
    yield member.post("/brands/3/ambassadors/101/pin/", {"pinned": "on"}, headers=HTMX)
    Membership.objects.update(pins=[])


def news(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    api.listing(chatroom(8), chatroom(9))
    for shown in ("none", "8:0,9:0", "1:0", "8:0"):
        for mark in ("", "another"):
            headers = {**HTMX, "Inbox-Shown": shown, "Inbox-Mark": mark}
            yield visitors.member.get(INBOX, headers=headers)
    marks = dict.fromkeys(("8", "9"), "0")
    html = text(visitors.member.get(INBOX))
    for number in marks:
        marks[number] = row(html, int(number)).split('data-mark="')[1].split('"')[0]
    same = ",".join(f"{number}:{mark}" for number, mark in marks.items())
    for shown, mark in ((same, ""), (f"{same},7:0", "another")):
        headers = {**HTMX, "Inbox-Shown": shown, "Inbox-Mark": mark}
        yield visitors.member.get(INBOX, headers=headers)


def outages(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    """Everything that Popsell may answer instead, on a page that is kept and on one that is not."""
    visitors.member.get(INBOX)
    for status in (401, 403, 404, 422, 429, 500):
        api.answer("GET", status)
        for address in (INBOX, "/brands/3/ambassadors/103/"):
            breaker.reset()
            yield visitors.member.get(address)
            yield visitors.member.get(address, headers={**HTMX, "Inbox-Shown": "none"})
        api.recover()
        visitors.member.get(INBOX)


def refusals(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    """What the site itself refuses."""
    member, request = visitors.member, RequestFactory().get("/")
    yield visitors.viewer.get(f"{INBOX}read/")
    yield member.get("/nowhere/")
    yield member.post(f"{INBOX}read/", {"act": "forged"})
    target = tokens.Target(3, 100, 9, 777, 16)
    token = tokens.sign(visitors.moderator, target)
    yield member.post(f"{INBOX}chatrooms/8/read/", {"act": token})
    yield errors.bad_request(request, ValueError())
    yield errors.forbidden(request, PermissionError())
    yield errors.csrf_failure(request)
    yield errors.too_many(request)
    yield errors.server_error(request)
    yield failure_answers.answer(request, middleware._expired(request, tokens.TokenExpired()))


def passwords(visitors: Visitors, api: Upstream) -> Iterator[Any]:
    """Forms of accounts that are filled in wrongly, then rightly."""
    anonymous, who = visitors.anonymous, visitors.moderator.user
    for fields in ({}, {"login": "x", "password": "y"}):
        yield anonymous.post(SIGN_IN, fields)
    page = anonymous.get(urlsplit(password_link(who)).path, follow=True)
    address = page.redirect_chain[-1][0]
    for wrong in wrong_passwords(who):
        yield anonymous.post(address, wrong)
    yield anonymous.post(address, {"password1": NEW, "password2": NEW}, follow=True)
    member = Client(headers={"Accept-Language": "fr"})
    member.force_login(User.objects.get(pk=who.pk))
    for wrong in ({}, next(wrong_passwords(who))):  # more would be too often
        yield member.post(SECRET, {"oldpassword": "wrong", **wrong})
    right = {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD}
    yield member.post(SECRET, right, follow=True)
    yield member.get(AMBASSADORS)


def wrong_passwords(who: User) -> Iterator[dict[str, str]]:
    yield {"password1": NEW, "password2": "another"}
    for password in ("short", "password123", "12345678901", who.email):
        yield {"password1": password, "password2": password}


PARTS = (*(lists, conversations, changes, acts, several, pins, news, outages, refusals, passwords),)
