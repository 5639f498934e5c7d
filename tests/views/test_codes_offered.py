"""/brands/<brand>/codes/ : names that Popsell has for topics, offered as a guess"""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.models import CodeName, IndexedBrand, Membership, WorkerBeat
from tests.conftest import ClientOf
from tests.support.codes import CODES, fields_of, form, line, name, read, typed
from tests.support.markup import all_words, one, words
from tests.support.pages import text
from tests.support.upstream import Upstream
from tests.support.upstream import page as page_of

Json = dict[str, Any]

TOPICS = "/manager/chat-topics"
GUESS = "Whether it is the same is not documented."


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def named(*contents: Json, number: int = 8) -> Json:
    """Popsell's answer of one topic."""
    return page_of({"id_chat_topic": number, "contents": list(contents)})


def wording(lang: Any, content: Any) -> Json:
    return {"id_i18n_content": 1, "lang": lang, "content": content}


def asked(api: Upstream) -> int:
    return len([call for call in api.sent if call.path.endswith(TOPICS)])


def test_a_topic_of_the_same_number_is_offered_as_a_guess(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=8, topic=8, moderation=8)
    api.answer("GET", body=named(wording("fr_FR", "Composition"), wording("en_GB", " In\tside <b>")),
               path=TOPICS)  # fmt: skip
    page = text(client.get(CODES))
    offer = one(line(page, "Topic 8"), ".code-offer")
    assert words(offer).startswith("Take over “In side <b>” ")
    assert all_words(offer, "bdi") == ["In side <b>"]
    assert GUESS in line(page, "Topic 8")
    assert page.count(GUESS) == 1
    assert fields_of(page).keys() & typed("topic", "8", take="").keys() == set()


def test_while_popsell_is_known_to_fail_nobody_waits_for_names(
    client: Client, api: Upstream
) -> None:
    read(client, api, anomaly=8, topic=8, moderation=8)
    now = timezone.now()
    WorkerBeat.objects.create(name="a" * 32, began=now, beat_at=now)
    IndexedBrand.objects.update_or_create(
        brand_id=3, defaults={"failing_since": now, "failure": "outage", "retry_at": now}
    )
    assert client.get(CODES).status_code == 200
    assert asked(api) == 0


def test_taking_it_over_needs_no_script_and_is_saved_with_the_rest(
    client: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    sent = form(client) | typed("topic", "8", take="Ingredients", tone="good")
    assert client.post(CODES, sent | typed("anomaly", "3", name="Spam")).status_code == 302
    assert set(CodeName.objects.values_list("name", "tone")) == {
        ("Ingredients", "good"),
        ("Spam", "neutral"),
    }
    api.sent.clear()
    assert GUESS not in text(client.get(CODES))
    assert asked(api) == 0  # no topic lacks a name


def test_what_was_typed_says_more_than_a_tick(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    name(client, "topic", "8", name="Own words", take="Ingredients")
    assert CodeName.objects.get(kind="topic").name == "Own words"


def test_a_refused_page_keeps_the_name_that_was_taken_over(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    sent = form(client) | typed("topic", "8", take="Ingredients")
    refused = client.post(CODES, sent | typed("anomaly", "3", tone="bad"))
    assert refused.status_code == 422
    again = fields_of(text(refused)) | typed("anomaly", "3", tone="neutral")
    assert client.post(CODES, again).status_code == 302
    assert CodeName.objects.get(kind="topic").name == "Ingredients"


@pytest.mark.parametrize(("language", "told"), [("fr", "Composition"), ("en", "Ingredients")])
def test_the_name_is_offered_in_the_readers_language(
    client: Client, api: Upstream, manager: Membership, language: str, told: str
) -> None:
    read(client, api, topic=8)
    wordings = [wording("en_GB", "Ingredients"), wording("fr_FR", "Composition")]
    api.answer("GET", body=named(*wordings), path=TOPICS)
    manager.user.language = language
    manager.user.save()
    assert f"<bdi>{told}</bdi>" in text(client.get(CODES))


@pytest.mark.parametrize(
    "contents",
    [
        [],
        [wording("en_GB", None)],
        [wording("en_GB", "  ")],
        [wording("en_GB", "\u200b\u3164")],
        [wording("en_GB", "x" * 61)],
        [wording("en_GB", {"a": 1})],
        ["odd"],
    ],
)
def test_what_is_no_name_is_not_offered(client: Client, api: Upstream, contents: Any) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(*contents), path=TOPICS)
    page = text(client.get(CODES))
    assert "Topic 8" in page
    assert GUESS not in page


def test_one_in_another_language_is_better_than_none(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(wording(None, ""), wording("de_DE", "Inhalt")), path=TOPICS)
    assert "<bdi>Inhalt</bdi>" in text(client.get(CODES))


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500])
def test_where_popsell_does_not_tell_the_page_offers_nothing(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    read(client, api, topic=8)
    api.answer("GET", status, path=TOPICS)
    response = client.get(CODES)
    assert response.status_code == 200
    assert GUESS not in text(response)
    assert "Topic 8" in text(response)
    assert any(getattr(one, "operation", "") == "list topics" for one in caplog.records)
    assert name(client, "topic", "8", name="Ingredients").status_code == 302


def test_an_outage_costs_the_page_less_than_the_deadline(
    client: Client, api: Upstream, settings: Settings
) -> None:
    read(client, api, topic=8)
    settings.POPSELL_DEADLINE = 1
    api.hang("GET")
    begun = time.monotonic()
    response = client.get(CODES)
    assert time.monotonic() - begun < settings.POPSELL_DEADLINE
    assert response.status_code == 200


def test_topics_are_asked_for_once_in_a_while(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    for _ in range(3):
        assert "<bdi>Ingredients</bdi>" in text(client.get(CODES))
    assert asked(api) == 1
    (call,) = [call for call in api.sent if call.path.endswith(TOPICS)]
    assert call.headers["X-Popsell-Brand"] == "3"
