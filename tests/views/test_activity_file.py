"""/brands/<brand>/activity/activity.csv : the same as a file, whose cells are no formulas"""

import csv
import tracemalloc
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox.activity import report_form, spreadsheet
from inbox.models import Act, Activity, Membership, Outcome, User
from tests.conftest import ClientOf, Later
from tests.support.activity import FILE, PAGE, did, downloaded
from tests.support.cast import PASSWORD
from tests.support.pages import text
from tests.support.signing_in import CONFIRM, confirm

READY = "The file can be downloaded now."


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


def test_the_file_has_every_column(client: Client, moderator: Membership) -> None:
    at = datetime(2026, 11, 25, 4, 12, 30, tzinfo=UTC)
    did(moderator, Act.FLAG, state="1", participant=777, started=at, request_id="r" * 32)
    head, line = downloaded(client)
    assert head == ["When", "Who", "Role", "What", "Outcome", "Ambassador", "Conversation",
                    "Participant", "About", "Reference"]  # fmt: skip
    assert line == ["2026-11-25 05:12:30+01:00", "Nadia Benali", "Moderator", "Flag: To do",
                    "Done", "100", "8", "777", "", "r" * 32]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_file_needs_a_recent_proof(
    client_of: ClientOf, manager: Membership, later: Later, method: str
) -> None:
    did(manager, Act.READ)
    client = client_of(manager)
    asked = {"act": "read", "chatroom": "8"}
    page = f"{PAGE}?{urlencode({**asked, 'ready': '1'})}#download"
    with CaptureQueriesContext(connection) as queries:
        led: Any = client.generic(method, f"{FILE}?{urlencode(asked)}")
    assert led["Location"] == f"{CONFIRM}?{urlencode({'next': page})}"
    assert not [one for one in queries if "inbox_activity" in one["sql"]]
    assert READY not in text(client.get(page))
    done: Any = client.post(led["Location"], {"password": PASSWORD})
    assert done["Location"] == page
    shown_again = text(client.get(page))
    assert READY in shown_again
    assert f'id="download" class="button" href="{FILE}?act=read&amp;chatroom=8"' in shown_again
    assert client.generic(method, f"{FILE}?{urlencode(asked)}").status_code == 200
    later(901)
    assert READY not in text(client.get(page))
    assert client.generic(method, FILE).status_code == 302


def test_what_can_not_be_read_is_said_before_anything_is_asked(
    client_of: ClientOf, manager: Membership
) -> None:
    led: Any = client_of(manager).get(FILE, {"since": "x"})
    assert led["Location"] == f"{PAGE}?since=x"


def test_the_file_is_named_by_brand_and_day_and_kept_nowhere(
    client: Client, manager: Membership
) -> None:
    response = client.get(FILE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    today = timezone.localdate(timezone=manager.brand.zone)
    assert response["Content-Disposition"] == f'attachment; filename="activity-3-{today}.csv"'
    assert response["Cache-Control"] == "no-store"


def test_the_file_speaks_the_persons_language(client: Client, manager: Membership) -> None:
    manager.user.language = "fr"
    manager.user.save()
    did(manager, Act.BLOCK, state="off")
    head, line = downloaded(client, ";")  # as spreadsheets that speak it part cells
    assert head[0] == "Quand"
    assert line[3] == "Débloquer"
    assert len(head) == len(line) == len(spreadsheet.COLUMNS)


@pytest.mark.parametrize(
    ("evil", "kept"),
    [
        ('=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'),
        *(
            (evil, f"'{evil}")
            for evil in ("+1", "-1", "@SUM(1)", " =1", '"=1', "\uff1d1", "\ufe661")
        ),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("Mallory;=1+1", "Mallory;'=1+1"),  # a French spreadsheet begins a cell there
        ('Mallory; "-1', "Mallory;' \"-1"),
        ("Roy, @SUM(1)\t+1\r\n=1", "Roy,' @SUM(1)\t'+1\r\n'=1"),
    ],
)
def test_no_cell_is_a_formula(client: Client, manager: Membership, evil: str, kept: str) -> None:
    did(manager, Act.INVITE, member_name=evil, chatroom=None, about=evil)
    line = downloaded(client)[1]
    assert (line[1], line[8]) == (kept, kept)


@pytest.mark.parametrize(
    "name", ["Anne-Marie Roy-Duval", "a+b@example.com", "1-2; 3", "x=1, y", "C-100", "", "–", "Ü;é"]
)
def test_harmless_words_and_our_own_numbers_stay(
    client: Client, manager: Membership, name: str
) -> None:
    act = did(manager, Act.INVITE, member_name=name, about=name)
    line = downloaded(client)[1]
    assert (line[1], line[8], line[5], line[6]) == (name or "–", name, "100", "8")
    assert line[0] == act.started.astimezone(manager.brand.zone).isoformat(" ", "seconds")


LETTERS = ";,\t\r\n\x0b\x0c\x1d\x85\u2028 \u00a0\u2003\"'=+-@\uff1d\uff0b\uff0d\uff20a1é"
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b")


def lines_of(cell: str) -> list[str]:
    """Some readers begin a line, and so a cell, at every line end of Python's."""
    return cell.splitlines() or [cell]


@pytest.mark.parametrize("language", ["en", "fr"])
@given(name=st.text(LETTERS, max_size=12), about=st.text(LETTERS, max_size=12))
@example(name='"', about=';"=1')
@example(name=";", about="\n\t=1")
@example(name="Mal\x0b=1", about="Mal\u2028=1")
@example(name='a\n"', about='"";=1,"@')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_spreadsheet_finds_a_formula_whatever_it_takes_for_a_cell(
    client: Client, manager: Membership, language: str, name: str, about: str
) -> None:
    Activity.objects.all().delete()
    User.objects.update(language=language)
    did(manager, Act.INVITE, member_name=name, about=about)
    did(manager, Act.JOIN, member_name=about, about=name)
    answer: Any = client.get(FILE)
    raw = b"".join(answer.streaming_content).decode()
    for separator in ",;\t":
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            file = StringIO(raw, newline="")
            for cells in csv.reader(file, delimiter=separator, quoting=quoting):
                bare = [
                    line.strip('" \t\r\n\u00a0\u2003') for one in cells for line in lines_of(one)
                ]
                evil = [cell for cell in bare if cell.startswith(FORMULA)]
                assert evil == [], (separator, quoting)


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")])
def test_quotes_commas_and_lines_stay_in_their_cell(
    client: Client, manager: Membership, language: str, separator: str
) -> None:
    User.objects.update(language=language)
    name = 'Roy, "Cam"\r\nille; ü'
    did(manager, member_name=name)
    assert downloaded(client, separator)[1][1] == name


def test_the_hour_that_comes_twice_is_told_apart(client: Client, manager: Membership) -> None:
    for hour in (0, 1):
        did(manager, started=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    whens = [line[0] for line in downloaded(client)[1:]]
    assert whens == ["2026-10-25 02:30:00+01:00", "2026-10-25 02:30:00+02:00"]


def test_it_is_compressed_as_it_is_sent(client: Client, manager: Membership) -> None:
    did(manager)
    response: Any = client.get(FILE, headers={"Accept-Encoding": "gzip"})
    assert response.streaming
    assert response["Content-Encoding"] == "gzip"
    assert b"".join(response.streaming_content)[:2] == b"\x1f\x8b"


@pytest.mark.nightly
def test_the_memory_does_not_grow_with_the_file(manager: Membership) -> None:
    asked = report_form.ReportForm(QueryDict(""), manager)

    def peak(count: int) -> int:
        have = Activity.objects.count()
        told = {"member_name": "Camille Roy", "member_role": "manager", "brand": manager.brand}
        about = {"ambassador": 100, "act": Act.REVIEW, "outcome": Outcome.DONE}
        more = (
            Activity(member=manager, chatroom=n + 1, **told, **about) for n in range(have, count)
        )
        Activity.objects.bulk_create(more, batch_size=2000)
        tracemalloc.start()
        lines = sum(
            part.count("\r\n")
            for part in spreadsheet.as_csv(report_form.acts(manager, asked), manager)
        )
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert lines == count + 1
        return highest

    few = peak(4_000)
    assert peak(16_000) < 1.3 * few
