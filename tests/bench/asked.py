"""What `tests.bench.asks` does in a world: its questions and their times, its writer, rows made due."""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from random import Random
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone

from inbox.caches import memories
from inbox.chatrooms import index_batch
from inbox.chatrooms.signals import Rules
from inbox.models import CodeName, IndexedBrand, IndexedChatroom, User
from inbox.queue import ambassadors, attention, coded, search
from inbox.queue.attention import Tab
from inbox.trips import Trip
from tests.bench import desk_urls
from tests.bench.sizes import DESK

Question = Callable[[], object]
BRAND = 3
DEEP = 40  # pages
PEOPLE = 50  # ambassadors of a page


def questions() -> dict[str, Question]:
    """What is measured, in the order of the table."""
    asked: dict[str, Question] = {"first page": lambda: attention.page(BRAND, Tab.ALL)}
    place, number = _deep()
    asked[f"page {DEEP}"] = lambda: attention.page(BRAND, Tab.ALL, place)
    for tab in Tab:
        if tab != Tab.ALL:
            asked[f"tab {tab}"] = partial(attention.page, BRAND, tab)
    asked["all counts"] = _count
    asked["all counts, anew"] = _count_anew
    asked[DESK] = _desk()
    name = _a_name()
    asked["search: a full name"] = lambda: search.page(BRAND, name)
    asked["search: marie"] = lambda: search.page(BRAND, "marie")
    asked["search: nobody"] = lambda: search.page(BRAND, "xylophone")
    asked |= _codes()
    asked |= _ambassadors()
    if number < DEEP:
        sys.stderr.write(f"… there is no page {DEEP}: page {number} stands for it\n")
    return asked


def _deep() -> tuple[Any, int]:
    """The place before page 40, or before the last whole one."""
    place, number = None, 1
    while number < DEEP:
        end = attention.page(BRAND, attention.Tab.ALL, place).end
        if end is None:
            break
        place, number = end, number + 1
    return place, number


def _a_name() -> str:
    return IndexedChatroom.objects.filter(brand=BRAND, ambassador__gt=0).order_by("-id")[0].name


def _codes() -> dict[str, Question]:
    """As Codes asks, and the page of one code."""
    codes = {one.kind: one for one in CodeName.objects.filter(brand=BRAND, code="3")}
    asked: dict[str, Question] = {
        f"code: {kind}": partial(coded.find_page, one) for kind, one in codes.items()
    }
    every = list(CodeName.objects.filter(brand=BRAND))
    return asked | {f"codes: {len(every)} at once": lambda: coded.find_uses(every)}


def _ambassadors() -> dict[str, Question]:
    """As Home asks for those who wait longest, and Ambassadors for the figures of a page."""
    brand = IndexedBrand.objects.get(pk=BRAND)
    found = ambassadors.find(brand)
    some = [one.ambassador for one in found[:PEOPLE]]
    last = max(found.count() // PEOPLE - 1, 0) * PEOPLE
    return {
        "ambassadors: first page": lambda: list(ambassadors.find(brand)[:PEOPLE]),
        "ambassadors: last page": lambda: list(ambassadors.find(brand)[last : last + PEOPLE]),
        "ambassadors: figures": lambda: ambassadors.count_all(BRAND, some, Rules()),
    }


def answer(asked: dict[str, Question]) -> None:
    """Each line names a question, and how many times it is asked; the answer has milliseconds."""
    tell({"asked": list(asked), "facts": facts()})
    for line in sys.stdin:
        given = json.loads(line)
        question = asked[given["ask"]]
        if given.get("explain"):
            tell({"server": server_times(question)})
        else:
            tell({"ms": [timed(question) for _ in range(given["times"])]})


def timed(question: Question) -> float:
    began = perf_counter()
    question()
    return (perf_counter() - began) * 1000


def server_times(question: Question) -> tuple[float, float] | None:
    """Milliseconds of running and of planning in PostgreSQL. What is prepared is hardly planned."""
    if connection.vendor != "postgresql":
        return None
    said: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        question()
    running = planning = 0.0
    with connection.cursor() as cursor:
        for sql, params in said:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0][0]
            running += plan["Execution Time"]
            planning += plan["Planning Time"]
    return running, planning


def _count() -> object:
    """As nearly all pages ask: a process counts full tabs once in half a minute."""
    return attention.counts(Trip(), BRAND)()


def _count_anew() -> object:
    """As for the first page of half a minute."""
    memories.forget()
    return _count()


def _desk() -> Question:
    """The admin's list of the same table, within this process; see `tests.bench.desk_urls`."""
    operator = User(is_active=True, is_staff=True, is_superuser=True)

    @override_settings(ROOT_URLCONF=desk_urls.__name__)
    def ask() -> object:
        request = RequestFactory().get("/admin/inbox/indexedchatroom/")
        request.user = operator
        lists = desk_urls.desk.get_model_admin(IndexedChatroom)
        answer = lists.changelist_view(request)
        assert isinstance(answer, TemplateResponse)
        return answer.render()

    return ask


def facts() -> dict[str, Any]:
    counts = attention.counts(Trip(), BRAND)()
    found = search.page(BRAND, "marie")
    size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if connection.vendor == "postgresql":
        size = "SELECT pg_database_size(current_database())"
    with connection.cursor() as cursor:
        cursor.execute(size)
        bytes_ = cursor.fetchone()[0]
    marie = found.total if isinstance(found, search.Found) else 0
    return {"counts": dict(counts.tabs), "bytes": bytes_, "marie": marie}


def make_due() -> None:
    """As if a quarter of the brand's rows changed by themselves just now."""
    rows = IndexedChatroom.objects.alias(part=F("id") % 4).filter(brand=BRAND, part=0)
    rows.update(changes_at=timezone.now())


def write(rows_a_second: int) -> None:
    """New messages, 25 a transaction, as the sync writes them, until the pipe is closed."""
    dice = Random(7)  # noqa: S311 - any rows do
    ids = list(IndexedChatroom.objects.filter(brand=BRAND).values_list("chatroom", flat=True))
    began, written = time.monotonic(), 0
    parent = os.getppid()
    while os.getppid() == parent:
        with transaction.atomic():
            batch = index_batch.Batch.load(BRAND, dice.sample(ids, 25))
            for row in batch.rows:
                now = timezone.now()
                row.last_message_date = row.message_at = now
                row.last_message = (row.last_message or 0) + 1
                row.is_own = dice.random() < 0.5
                row.waiting_since = None if row.is_own else (row.waiting_since or now)
                row.unread = not row.is_own
            batch.save()
        written += 25
        time.sleep(max(0.0, began + written / rows_a_second - time.monotonic()))
        if written % 1_000 == 0:
            tell({"written": written, "seconds": time.monotonic() - began})


def tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
