"""/brands/<brand>/codes/ : the words that a manager writes beside an anomaly"""

import pytest
from django.test import Client

from inbox.models import Activity, Brand, CodeName, Membership, Role
from inbox.models.chatrooms import WORDS
from inbox.models.index import WORD
from tests.conftest import ClientOf
from tests.support.cast import member
from tests.support.codes import CODES, form, line, name, read, typed
from tests.support.markup import has, words
from tests.support.pages import text
from tests.support.upstream import Upstream


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def stored() -> str:
    return CodeName.objects.get(kind="anomaly", code="3").words


def test_words_are_kept_each_once_and_parted_by_commas(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    written = " virement ,, Transfer;transfer\u3001 pay  you\tdirectly, IBAN "
    answer = name(client, "anomaly", "3", name="Payment", words=written)
    assert answer.status_code == 302
    assert stored() == "virement, Transfer, pay you directly, IBAN"
    assert f'value="{stored()}"' in line(text(client.get(CODES)), "Anomaly 3")
    assert Activity.objects.filter(act="name_codes", state="1").count() == 1


def test_only_anomalies_have_words(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3, topic=8, moderation=2)
    page = text(client.get(CODES))
    shown = [
        has(line(page, one), ".code-words") for one in ("Anomaly 3", "Topic 8", "Moderation 2")
    ]
    assert shown == [True, False, False]
    sent = form(client) | typed("topic", "8", name="Returns", words="refund")
    assert client.post(CODES, sent).status_code == 302
    assert CodeName.objects.get(kind="topic").words == ""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("x" * (WORD + 1), f"is longer than {WORD} characters."),
        ("transfer, a", "“a” is too short to look for"),
        ("transfer, ?!", "“?!” is too short to look for"),
        (", ".join(f"word{'a' * one}" for one in range(WORDS + 1)), f"{WORDS} words at most."),
        ("a, " * 400, "at most 840 characters"),
        ("tran\0sfer", "Null characters are not allowed."),
    ],
)
def test_what_can_not_be_looked_for_is_refused(
    client: Client, api: Upstream, written: str, told: str
) -> None:
    read(client, api, anomaly=3)
    answer = name(client, "anomaly", "3", name="Payment", words=written)
    assert answer.status_code == 422
    assert told in words(line(text(answer), "Anomaly 3"))
    assert stored() == ""


def test_as_many_and_as_long_words_as_may_be_fit(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    most = ", ".join(f"{chr(97 + one) * WORD}" for one in range(WORDS))
    assert name(client, "anomaly", "3", name="Payment", words=most).status_code == 302
    assert stored() == most


def test_words_without_a_name_are_of_no_use(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    answer = name(client, "anomaly", "3", words="transfer")
    assert answer.status_code == 422
    assert "Give it a name" in words(line(text(answer), "Anomaly 3"))


def test_what_another_manager_wrote_meanwhile_is_told(
    client: Client, client_of: ClientOf, brand: Brand, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    second = client_of(member("sam@example.com", brand, Role.MANAGER, "Sam Petit"))
    name(second, "anomaly", "3", name="Payment", words="IBAN")
    answer = client.post(CODES, opened | typed("anomaly", "3", words="transfer"))
    assert answer.status_code == 422
    told = words(line(text(answer), "Anomaly 3"))
    assert "Somebody changed this to “IBAN” meanwhile." in told
    assert stored() == "IBAN"


def test_who_may_not_name_codes_reads_the_words(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    read(client, api, anomaly=4)
    name(client, "anomaly", "3", name="Payment", words="transfer, <b>IBAN")
    page = text(client_of(moderator).get(CODES))
    assert "Words in messages transfer, <b>IBAN" in words(line(page, "Anomaly 3"))
    assert not has(page, ".code-words input")
    assert not has(line(page, "Anomaly 4"), ".code-words")
