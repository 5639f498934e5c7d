"""A brand's codes: how an inbox shows them, and how its manager names them."""

from typing import Any

from django.test import Client
from django.test.utils import CaptureQueriesContext

from inbox.models import CodeName
from tests.support import markup
from tests.support.chatrooms import chatroom, message
from tests.support.markup import attribute, one
from tests.support.pages import INBOX, row, text
from tests.support.upstream import Upstream

Fields = dict[str, str]

CODES = "/brands/3/codes/"
KINDS = {"anomaly": "Anomaly", "topic": "Topic", "moderation": "Moderation"}


def room(anomaly: Any = None, topic: Any = None, moderation: Any = None) -> dict[str, Any]:
    summary = {"summary": None, "anomaly": anomaly, "topic": topic}
    return chatroom(last_summary=summary, last_message=message(16, status_moderation=moderation))


def read(client: Client, api: Upstream, **codes: Any) -> str:
    """The row of an inbox that Popsell sends with these codes."""
    api.listing(room(**codes))
    return row(text(client.get(INBOX)), 8)


def fields_of(page: str) -> Fields:
    """What a browser would send of this page."""
    return markup.form(page, f'form[action="{CODES}"]').fields


def form(client: Client) -> Fields:
    return fields_of(text(client.get(CODES)))


def typed(kind: str, code: str, **values: str) -> Fields:
    """The fields of one line, as a person fills them."""
    key = CodeName.objects.get(brand=3, kind=kind, code=code).pk
    return {f"{key}-{field}": value for field, value in values.items()}


def name(client: Client, kind: str, code: str, **values: str) -> Any:
    """Open the page, fill one line, save."""
    return client.post(CODES, form(client) | typed(kind, code, **values))


def line(page: str, shown: str) -> str:
    """The HTML of one line, by what the code is called without a name."""
    return one(page, f'.code[data-number="{shown}"]').html or ""


def chip(html: str) -> str:
    """The classes of the only chip."""
    return attribute(one(html, "span.chip"), "class")


def writes(queries: CaptureQueriesContext) -> list[str]:
    """The statements that wrote codes."""
    found = [query["sql"] for query in queries.captured_queries if "inbox_codename" in query["sql"]]
    return [sql.split()[0] for sql in found if not sql.startswith("SELECT")]
