"""The open conversation as htmx asks for it, and what Popsell was asked for it."""

from typing import Any

from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from inbox.models import Membership, Review
from tests.support.chatrooms import chatroom
from tests.support.pages import HTMX, INBOX, text
from tests.support.runs import many
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
LONG = f"{INBOX}chatrooms/30670/"
MANY = hypothesis_settings(
    max_examples=many(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def opened(client: Client, path: str = PAGE, **query: str) -> str:
    """The conversation alone, as htmx puts it beside its list."""
    response = client.get(path, query, headers=HTMX)
    assert response.status_code == 200
    return text(response)


def told(client: Client, api: Upstream, *said: object, **room: Any) -> str:
    """The conversation 8 with these messages, newest first."""
    api.conversation(chatroom(**room), *said)
    return opened(client)


def asked(api: Upstream) -> list[str]:
    """What Popsell was asked, as paths below its address."""
    return [one.path.removeprefix("/api/v2/chat/") for one in api.sent]


def reviewed(member: Membership, upto: int, room: int = 8) -> Review:
    return Review.objects.create(
        brand=member.brand,
        chatroom=room,
        message=upto,
        member=member,
        member_name=str(member.user),
    )
