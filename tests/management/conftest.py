"""Fixtures of the tests that erase a person."""

import pytest
from django.test import Client

from inbox import forgetting
from inbox.management.commands import erase_person
from inbox.models import ChatroomFlag
from tests.management.erasing import ID, OWN, PAGES, Wait, is_gone_at_popsell, tells_of_ysolde
from tests.support.conversations import form, send
from tests.support.pages import HTMX, text
from tests.support.upstream import Upstream


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    waiting = Wait()
    monkeypatch.setattr(erase_person, "sleep", waiting)
    monkeypatch.setattr(forgetting, "_heeded", {})
    return waiting


@pytest.fixture
def read(api: Upstream, client: Client) -> None:
    """All pages that tell of her were read; she is pinned, and a conversation of hers flagged."""
    tells_of_ysolde(api)
    client.post(f"{OWN}pin/", {"pinned": "on"}, headers=HTMX)
    for path in PAGES:
        assert client.get(path).status_code == 200
        assert client.get(path, headers=HTMX).status_code == 200
    client.get(f"{OWN}pin/", headers=HTMX)
    flagging = form(text(client.get(f"{OWN}chatrooms/9/")), "flag-conversation")
    send(client, flagging, state="1")
    assert ChatroomFlag.objects.get().participant == ID
    is_gone_at_popsell(api)
