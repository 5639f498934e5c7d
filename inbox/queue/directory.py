"""Reads a brand's directory into the index: who has an inbox there."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from inbox.chatrooms import index
from inbox.chatrooms.index_batch import hide, lock, name_ambassador
from inbox.models import AnonymizedPerson, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import client, identities
from inbox.popsell.codes import MEMBERS, Status
from inbox.popsell.resources import Ambassador, Page
from inbox.queue.drift import Course
from inbox.queue.pages import AHEAD, Ask, never

VISITORS = {Status.CLIENT, Status.TEMP}


def read(brand_id: int, ask: Ask, stop: Callable[[], bool] = never) -> bool:
    """Read all pages of the brand's members, from where the last run stopped.

    False where `stop` told to leave the rest for later; it is asked between two pages. Raises
    PopsellError; what was read stays.
    """
    kept, made = IndexedBrand.objects.get_or_create(brand_id=brand_id)
    if made:
        index.note_begun(brand_id)
    number = kept.directory_page
    course = Course(kept.directory_total, pages=kept.directory_pages) if number else Course()
    while True:
        number = _read_page(brand_id, number or 1, course, ask)
        if number is None:
            return True
        if not course.is_in_gap and stop():
            return False


def _read_page(brand_id: int, number: int, course: Course, ask: Ask) -> int | None:
    """The page to read next, None after the last."""

    def call() -> tuple[Page[Ambassador], datetime]:
        asked = timezone.now()
        return client.ambassadors(brand_id, page=number, status=MEMBERS), asked

    page, asked = ask(call)
    identities.remember(brand_id, page.data)
    with transaction.atomic():
        kept = lock(brand_id)
        if kept.directory_page is None:
            kept.directory_began = asked
        _note(brand_id, page, asked)
        kept.directory_page = course.after(number, page)
        kept.directory_total, kept.directory_pages = course.total, course.pages
        if kept.directory_page is None:
            kept.directory_read = kept.directory_began
        kept.save()
    return kept.directory_page


def _note(brand_id: int, page: Page[Ambassador], asked: datetime) -> None:
    """Note the members of a page; who is in the index already stays where they are in it."""
    told = {
        one.id: one
        for one in page.data
        if isinstance(one, Ambassador) and one.status not in VISITORS
    }
    found = IndexedAmbassador.objects.filter(brand=brand_id, ambassador__in=told)
    known = {one.ambassador: one for one in found}
    rows = [known.get(id_) or IndexedAmbassador(brand_id=brand_id, ambassador=id_) for id_ in told]
    anonymized = AnonymizedPerson.objects.filter(brand=brand_id, person__in=told)
    hidden = set(anonymized.values_list("person", flat=True))
    hide(brand_id, {id_ for id_, who in told.items() if who.anonymized} - hidden)
    for row in rows:
        who = told[row.ambassador]
        name_ambassador(row, who, anonymized=row.ambassador in hidden)
        _note_seen(row, who.last_action_date)
        row.listed = asked
        row.pk = None
    IndexedAmbassador.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["name", "search", "status", "anonymized", "seen", "listed"],
        unique_fields=["brand", "ambassador"],
    )


def _note_seen(row: IndexedAmbassador, at: datetime | None) -> None:
    """Take over when they were seen, and have what waited for them ranked again soon."""
    now = timezone.now()
    if at is None or at > now + AHEAD or (row.seen and at <= row.seen):
        return
    row.seen = at
    waits = IndexedChatroom.objects.filter(brand=row.brand_id, ambassador=row.ambassador)
    waits.filter(waiting_since__lt=at).update(changes_at=now)
