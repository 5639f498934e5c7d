"""Walks through all chatrooms of an ambassador, newest first, one call to Popsell at a time.

Where the walk stands lies in the database, in the same transaction as the rows of each page. So it goes
on wherever a process died. At its end the beginning is read again, for what moved there meanwhile. What
it did not meet is looked up by itself, and deleted where Popsell knows it no more. Where Popsell lists
what is archived apart, that is read too.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import client
from inbox.popsell.abilities import is_away
from inbox.popsell.errors import PopsellError, Unauthorized
from inbox.popsell.resources import Chatroom, Page, Unreadable
from inbox.queue import doorbell, drift, looks
from inbox.queue.drift import Course
from inbox.queue.pages import (
    AHEAD,
    ARCHIVED,
    FAILURE,
    REFUSED,
    RETRY,
    Ask,
    ForgottenError,
    archive_apart,
    ask_page,
    end_failure,
    never,
    note_failure,
    read_down_to,
    save,
)

END = 0
"""In place of a page: all were read, and the walk's end is left."""
WALK = ["page", "pages", "shrank", "walk_began", "walk_newest", "total", "unreadable"]
ARCHIVE = ["archive_page", "archive_total"]
MOST_TRIES = 3
MANY = 100  # chatrooms a page, where that is heeded


def walk(one: IndexedAmbassador, ask: Ask, stop: Callable[[], bool] = never) -> bool:
    """Walk on to the end, from where the last walk stopped, so that no chatroom is missed.

    False where `stop` told to leave the rest for later; it is asked between two calls. Raises
    PopsellError where Popsell can't be asked now; what was read stays. Where it refuses this
    ambassador, that is noted, and tried again next day.
    """
    try:
        while True:
            course = _read_pages(one, ask, stop)
            if course is None or not _read_archive(one, ask, stop):
                return False
            if not _look_up_missing(one, ask, stop):
                return False
            if _end(one, course):
                return True
    except REFUSED as refusal:
        note_failure(one, refusal, RETRY)
    except ForgottenError:
        pass
    return True


# Page by page


def _read_pages(one: IndexedAmbassador, ask: Ask, stop: Callable[[], bool]) -> Course | None:
    """Read all pages that are left, then the beginning again, unless it was the only page.

    None where it was stopped before.
    """
    if one.walk_began and one.walk_began > timezone.now():
        one.page = None  # the clock was set back: what this walk met can't be told any more
    course = Course() if one.page is None else Course(one.total, one.shrank, one.pages)
    while one.page != END:
        _read_next(one, course, ask)
        if one.page != END and not course.is_in_gap and stop():
            return None
    if one.pages > 1 and not course.is_endless:
        if not _is_covered(one):
            _read_beginning(one, course, ask)
        one.pages = 1  # nothing is left to read again, wherever this ends
        save(one, ["pages"])
    return course


def _read_next(one: IndexedAmbassador, course: Course, ask: Ask) -> None:
    number = one.page or 1
    page, asked = ask_page(one, number, ask, _per_page(one))
    with transaction.atomic():
        index.store_listing(one.brand_id, one.ambassador, page, asked)
        if one.page is None:
            one.walk_began, one.walk_newest, one.unreadable = asked, looks.newest_in(page), 0
            one.archive_page = one.archive_total = None
        one.unreadable += sum(isinstance(item, Unreadable) for item in page.data)
        one.page = course.after(number, page) or END
        one.total, one.shrank, one.pages = course.total, course.shrank, course.pages
        noted = looks.note(one, page, asked) if number == 1 else []
        save(one, [*WALK, *ARCHIVE, *noted])


def _per_page(one: IndexedAmbassador) -> int | None:
    """How many chatrooms to ask for; None for as many as Popsell gives."""
    heeds = IndexedBrand.objects.filter(pk=one.brand_id, per_page=True).exists()
    return MANY if heeds else None


def _read_beginning(one: IndexedAmbassador, walked: Course, ask: Ask) -> None:
    """Read the pages that changed since the walk began; again, where that took more than one call."""
    down_to = one.walk_newest
    for _again in range(MOST_TRIES):
        course = Course(walked.total)
        newest = read_down_to(one, down_to, course, ask, _per_page(one))
        walked.total, walked.shrank = course.total, walked.shrank or course.shrank
        if course.pages == 1:
            return
        down_to = newest


def _is_covered(one: IndexedAmbassador) -> bool:
    """Whether the doorbell tells of what moved to the beginning since the walk began.

    Then it was read already, or is read next.
    """
    return one.walk_began is not None and doorbell.listens(one.brand_id, one.walk_began)


def _read_archive(one: IndexedAmbassador, ask: Ask, stop: Callable[[], bool]) -> bool:
    """Read what they archived, where the plain list leaves it out. False where it was stopped before.

    What moves out of it meanwhile is looked up by itself, or met by the next walk.
    """
    apart = archive_apart(one)
    if apart is False or (apart is None and not _may_learn(one)):
        return True
    while one.archive_page != END:
        number = one.archive_page or 1
        page, asked = ask_page(one, number, ask, _per_page(one), ARCHIVED)
        apart = _learn_whether_apart(one, page) if apart is None else apart
        is_last = number >= page.last_page or page.current_page != number or not page.data
        with transaction.atomic():
            index.store_listing(one.brand_id, one.ambassador, page, asked)
            if apart:
                one.unreadable += sum(isinstance(item, Unreadable) for item in page.data)
                one.archive_total = min(page.total or 0, drift.LARGEST)
            is_over = is_last or not apart or number >= drift.MOST_PAGES
            one.archive_page = END if is_over else number + 1
            save(one, [*ARCHIVE, "unreadable"])
        if one.archive_page != END and stop():
            return False
    return True


def _may_learn(one: IndexedAmbassador) -> bool:
    """Whether the try-out could not tell; the first walk of all is quicker without asking."""
    tried = IndexedBrand.objects.filter(pk=one.brand_id, tried_out__isnull=False)
    return one.walked is not None and tried.exists()


def _learn_whether_apart(one: IndexedAmbassador, archived: Page[Chatroom]) -> bool | None:
    """Whether this walk met none of what is archived; None where nothing is."""
    rooms = [item for item in archived.data if isinstance(item, Chatroom)]
    away = [room.id for room in rooms if is_away(room, one.ambassador)]
    if not away:
        return None
    met = _chatrooms_of(one).filter(_in_walk(one, "message_at"), chatroom__in=away).exists()
    IndexedBrand.objects.filter(pk=one.brand_id).update(archive_apart=not met)
    return not met


# The end


def _look_up_missing(one: IndexedAmbassador, ask: Ask, stop: Callable[[], bool]) -> bool:
    """Ask for each chatroom that the walk did not meet, and delete the rows of those that are gone.

    What Popsell fails to give stays as it is, and is looked up after the next walk. False where it was
    stopped before the end.
    """
    met = _in_walk(one, "facts_at")
    failing = 0
    for row in _chatrooms_of(one).exclude(met).order_by("id"):
        try:
            _look_up(row, ask)
        except Unauthorized:
            raise
        except PopsellError:
            failing += 1
            if failing == MOST_TRIES:
                raise
        else:
            failing = 0
            if stop():
                return False
    return True


def _look_up(row: IndexedChatroom, ask: Ask) -> None:
    def call() -> tuple[Chatroom, datetime]:
        asked = timezone.now()
        return client.chatroom(row.brand_id, row.chatroom), asked

    try:
        room, asked = ask(call)
    except REFUSED:
        index.drop(row)
        return
    if row.participant in {None, *(who.id for who in room.ambassadors)}:
        index.store_chatroom(row.brand_id, room, asked)
    else:
        index.drop(row)


def _end(one: IndexedAmbassador, course: Course) -> bool:
    """End the walk; false where it should be walked again, since it may have missed something.

    It found all where Popsell counts no more, or as many more as the last time.
    """
    found = _chatrooms_of(one).filter(_in_walk(one, "message_at")).count() + one.unreadable
    counted = (one.total or 0) + (one.archive_total or 0)
    before, one.missing = one.missing, max(counted - found, 0)
    is_whole = one.missing in {0, before} and not course.shrank
    one.walks += 1
    is_over = is_whole or course.is_endless or one.walks >= MOST_TRIES
    if is_over:
        one.walked, one.walks = one.walk_began, 0
    one.page, one.pages, one.shrank, one.archive_page = None, 0, False, None
    end_failure(one)
    save(one, [*WALK, *ARCHIVE, *FAILURE, "walked", "walks", "missing"])
    return is_over


def _in_walk(one: IndexedAmbassador, moment: str) -> Q:
    """Whether this moment lies within the walk; one that lies ahead of the clock says nothing."""
    until = timezone.now() + AHEAD
    return Q(**{f"{moment}__gte": one.walk_began, f"{moment}__lte": until})


def _chatrooms_of(one: IndexedAmbassador) -> QuerySet[IndexedChatroom]:
    return IndexedChatroom.objects.filter(brand=one.brand_id, ambassador=one.ambassador)
