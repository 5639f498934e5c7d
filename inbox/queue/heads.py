"""Reads the newest of an ambassador's chatrooms: what changed since the last time stands there."""

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador
from inbox.queue.drift import Course
from inbox.queue.pages import (
    ARCHIVED,
    FAILURE,
    REFUSED,
    RETRY,
    Ask,
    ForgottenError,
    archive_apart,
    ask_page,
    end_failure,
    note_failure,
    read_down_to,
    save,
)


def read(one: IndexedAmbassador, ask: Ask) -> None:
    """Read pages until one has a chatroom that did not change; the first alone the first time.

    Where the doorbell rang for them in vain, something archived has news, which may be listed apart.
    Raises PopsellError where Popsell can't be asked now; what was read stays. Where it refuses this
    ambassador, that is noted, and tried again next day.
    """
    rung, changed = one.rung_at, one.changed_at
    try:
        read_down_to(one, one.newest, Course(), ask)
        if rung and one.changed_at == changed and archive_apart(one):
            page, asked = ask_page(one, 1, ask, filters=ARCHIVED)
            index.store_listing(one.brand_id, one.ambassador, page, asked)
        if one.failed_since or one.retry_at:
            end_failure(one)
            save(one, FAILURE)
    except REFUSED as refusal:
        note_failure(one, refusal, RETRY)
    except ForgottenError:
        return
