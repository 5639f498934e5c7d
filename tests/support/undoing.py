"""Acts on a conversation as a person does and undoes them, and what is offered then."""

from typing import Any

from django.test import Client
from django.utils import timezone

from inbox.models import Act, Activity, Outcome
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form, send
from tests.support.markup import attributes
from tests.support.pages import HTMX, INBOX, text
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
OTHER = f"{INBOX}chatrooms/9/"
ACTIVITY = "/brands/3/activity/"
WHOM = "for Léa: Sofia Duarte."
UNDO = "form[action$='/undo/']"


def two_rooms(api: Upstream) -> None:
    """Léa's conversations 8 and 9, both with a Sofia Duarte."""
    api.listing(chatroom(8), chatroom(9))
    for number in (8, 9):
        api.conversation(chatroom(number), message(16))
    api.answer("PATCH", body={"message": None})
    api.answer("POST", body=message(16))


def act(client: Client, kind: str, page: str = PAGE, **fields: str) -> Any:
    """Do it in the open conversation."""
    found = form(text(client.get(page)), f"{kind}-conversation")
    return send(client, found, htmx=True, **fields)


def last() -> Activity:
    found = acts().exclude(act=Act.NOTE).order_by("-id").first()  # which came with a review
    assert found
    return found


def offers(html: str) -> list[str]:
    """Where the Undo buttons lead."""
    return attributes(html, UNDO, "action")


def undo(client: Client, address: str | int, page: str = PAGE, *, htmx: bool = True) -> Any:
    """Press it on a page, as htmx or as a plain form."""
    path = address if isinstance(address, str) else f"{ACTIVITY}{address}/undo/"
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}"}
    plain = {"Referer": f"http://testserver{page}"}
    return client.post(path, {"act": "undo"}, headers=headers if htmx else plain)


def change_as_max(kind: str, state: str, outcome: str = Outcome.DONE) -> None:
    """Somebody else's change of the same side."""
    Activity.objects.create(
        brand_id=3,
        act=kind,
        state=state,
        ambassador=100,
        chatroom=8,
        participant=100,
        member_name="Max Weber",
        outcome=outcome,
        finished=timezone.now(),
    )
