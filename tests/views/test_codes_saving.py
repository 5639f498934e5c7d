"""/brands/<brand>/codes/ : what is refused, and what two managers save at once"""

import time
from typing import Any

import pytest
from django.test import Client

from inbox.chatrooms import codes as naming
from inbox.models import Brand, CodeName, Membership, Role, User
from tests.conftest import ClientOf, SignIn
from tests.support.at_once import at_once
from tests.support.cast import member
from tests.support.codes import CODES, Fields, chip, fields_of, form, line, name, read, typed
from tests.support.markup import attribute, every, has, one, words
from tests.support.pages import INBOX, text
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


# What is refused


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": "x" * 61}, "at most 60 characters (it has 61)"),
        ({"name": "Spam", "tone": "purple"}, "Select a valid choice."),
        ({"name": "Spam\0"}, "Null characters are not allowed."),
        ({"tone": "bad"}, "Give it a name: until then it stays a number, neutral."),
        ({"name": "  ", "needs_attention": "on"}, "Give it a name:"),
    ],
    ids=["too long", "no such tone", "null", "tone without name", "attention without name"],
)
def test_a_refusal_is_said_beside_its_field_and_nothing_is_saved(
    client: Client, api: Upstream, values: Fields, told: str
) -> None:
    read(client, api, anomaly=3, topic=8)
    sent = form(client) | typed("anomaly", "3", **values) | typed("topic", "8", name="Ingredients")
    response = client.post(CODES, sent)
    page = text(response)
    assert response.status_code == 422
    assert "<title>Not saved · Codes" in page
    assert "Nothing is saved yet: 1 field needs another look." in page
    assert told in words(line(page, "Anomaly 3"))
    described = attribute(one(page, "[aria-invalid=true]"), "aria-describedby")
    assert has(line(page, "Anomaly 3"), f"#{described}")
    assert has(line(page, "Anomaly 3"), "[autofocus]")
    assert len(every(page, "input[autofocus], select[autofocus]")) == 1
    assert 'value="Ingredients"' in line(page, "Topic 8")
    assert chip(line(page, "Topic 8")) == "chip"
    assert not CodeName.objects.exclude(name="", tone="neutral", needs_attention=False).exists()


def test_a_name_that_can_t_be_seen_is_refused_and_nothing_is_written(
    client: Client, api: Upstream
) -> None:
    read(client, api, topic=3)
    read(client, api, topic=4)
    unseen = form(client) | typed("topic", "3", name="\u200b\u3164") | typed("topic", "4", name="B")
    refused = client.post(CODES, unseen)
    assert refused.status_code == 422
    assert "Nothing of this name can be seen." in text(refused)
    assert not CodeName.objects.exclude(name="").exists()


def test_sixty_characters_are_a_name(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    assert name(client, "anomaly", "3", name="é" * 60).status_code == 302
    assert "é" * 60 in text(client.get(INBOX))


def test_the_operators_desk_refuses_a_tone_without_a_name_too(
    client: Client, api: Upstream, sign_in: SignIn, operator: User
) -> None:
    read(client, api, anomaly=3)
    code = CodeName.objects.get()
    fields = {"brand": 3, "kind": "anomaly", "code": "3", "name": "", "tone": "bad"}
    days = {"first_seen": "2026-11-20", "last_seen": "2026-11-20"}
    path = f"/admin/inbox/codename/{code.pk}/change/"
    assert "Give it a name" in text(confirm(sign_in(operator)).post(path, {**fields, **days}))


# Two managers at once


@pytest.fixture
def second(client_of: ClientOf, brand: Brand) -> Client:
    return client_of(member("sam@example.com", brand, Role.MANAGER, "Sam Petit"))


def test_what_another_manager_changed_meanwhile_stays(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    opened = form(client)
    name(second, "anomaly", "3", name="Spam", tone="bad", needs_attention="on")
    sent = opened | typed("topic", "8", name="Ingredients")
    assert client.post(CODES, sent).status_code == 302
    spam, ingredients = CodeName.objects.order_by("kind")
    assert (spam.name, spam.tone, spam.needs_attention) == ("Spam", "bad", True)
    assert ingredients.name == "Ingredients"


def test_two_managers_may_change_two_things_of_one_code(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    name(client, "anomaly", "3", name="Spam")
    opened = form(client)
    name(second, "anomaly", "3", name="Advertising")
    assert client.post(CODES, opened | typed("anomaly", "3", tone="bad")).status_code == 302
    code = CodeName.objects.get()
    assert (code.name, code.tone) == ("Advertising", "bad")


def test_a_change_of_the_same_is_told_before_it_is_replaced(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    name(second, "anomaly", "3", name="Advertising", tone="waiting")
    response = client.post(CODES, opened | typed("anomaly", "3", name="Spam", tone="bad"))
    page = text(response)
    assert response.status_code == 422
    told = words(line(page, "Anomaly 3"))
    assert "Somebody changed this to “Advertising” meanwhile." in told
    assert "Somebody changed this to “waiting” meanwhile." in told
    assert chip(line(page, "Anomaly 3")) == "chip waiting"
    assert CodeName.objects.get().name == "Advertising"
    assert client.post(CODES, fields_of(page)).status_code == 302
    code = CodeName.objects.get()
    assert (code.name, code.tone) == ("Spam", "bad")


def test_two_who_say_the_same_do_not_hear_of_each_other(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    name(second, "anomaly", "3", name="Spam")
    assert client.post(CODES, opened | typed("anomaly", "3", name="Spam")).status_code == 302


def test_saving_again_after_a_refusal_reverts_nobodys_change(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    opened = form(client)
    name(second, "topic", "8", name="Ingredients", tone="good")
    refused = client.post(CODES, opened | typed("anomaly", "3", tone="bad"))
    assert refused.status_code == 422
    corrected = fields_of(text(refused)) | typed("anomaly", "3", name="Spam")
    assert client.post(CODES, corrected).status_code == 302
    topic = CodeName.objects.get(kind="topic")
    assert (topic.name, topic.tone) == ("Ingredients", "good")


def test_a_code_seen_since_the_page_was_opened_is_left_alone(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    read(second, api, topic=8)
    name(second, "topic", "8", name="Ingredients", needs_attention="on")
    sent = opened | typed("anomaly", "3", name="Spam")
    assert client.post(CODES, sent).status_code == 302
    topic = CodeName.objects.get(kind="topic")
    assert (topic.name, topic.needs_attention) == ("Ingredients", True)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_at_once_one_is_told(
    client: Client, second: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes second waits until the first has saved."""
    read(client, api, anomaly=3)
    opened = form(client)
    merge = naming.line

    def slowly(*arguments: Any) -> naming.Line:
        """Between reading what is there and writing."""
        time.sleep(0.2)
        return merge(*arguments)

    def go(pair: tuple[Client, str]) -> int:
        own, called = pair
        return own.post(CODES, opened | typed("anomaly", "3", name=called)).status_code

    monkeypatch.setattr(naming, "line", slowly)
    pairs = [(client, "Spam"), (second, "Fraud")]
    answered = at_once(pairs, go)
    statuses = dict(zip((name for _own, name in pairs), answered, strict=True))
    assert sorted(statuses.values()) == [302, 422]
    assert statuses[CodeName.objects.get().name] == 302
